# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A professional as PSC tells it: identity, and the situations of practice among which the person chooses.

Source: claims of userinfo with ``scope_all`` (Référentiel Pro Santé Connect); any field may be absent or empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from drimbox.socle.identite.errors import PscReponseInvalide
from drimbox.socle.personnes import Code, Professionnel, Structure

TABLE_PROFESSION: Final = "1.2.250.1.71.1.2.7"
TABLE_SAVOIR_FAIRE: Final = "1.2.250.1.71.4.2.5"
TABLE_SECTEUR: Final = "1.2.250.1.71.4.2.4"
MAX_EXERCICES: Final = 32
MAX_ACTIVITES: Final = 64
MAX_TEXT: Final = 300


@dataclass(frozen=True, slots=True)
class Activite:
    """One place and manner of practice. Empty text: not told.

    Attributes:
        mode: codeModeExercice (``L`` liberal, ``S`` employed…).
        secteur: codeSecteurDactivite (``SA07``…).
        role: codeRole.
        siret: SIRET of the site.
        finess: FINESS of the site.
        finess_juridique: FINESS of the legal entity.
        identifiant_technique: identifier given by the Annuaire Santé.
        raison_sociale: name of the structure.
        enseigne: commercial name of the structure.
    """

    mode: str = ""
    secteur: str = ""
    role: str = ""
    siret: str = ""
    finess: str = ""
    finess_juridique: str = ""
    identifiant_technique: str = ""
    raison_sociale: str = ""
    enseigne: str = ""

    @property
    def structure(self) -> Structure | None:
        """The structure with its national identifier (1 + FINESS, 3 + SIRET, else the technical one), or None."""
        candidates = (("1" + self.finess, self.finess), ("3" + self.siret, self.siret), (self.identifiant_technique,) * 2)
        identifiant = next((value for value, told in candidates if told), "")
        return Structure(identifiant, self.raison_sociale or self.enseigne) if identifiant else None


@dataclass(frozen=True, slots=True)
class Exercice:
    """One profession practised, with its activities."""

    profession: str = ""
    categorie: str = ""
    type_savoir_faire: str = ""
    savoir_faire: str = ""
    civilite: str = ""
    nom: str = ""
    prenom: str = ""
    activites: tuple[Activite, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """One exercice and one of its activities: what the person chooses and what the VIHF tells."""

    exercice: Exercice
    activite: Activite

    @property
    def structure(self) -> Structure | None:
        """Structure of this situation."""
        return self.activite.structure


@dataclass(frozen=True, slots=True)
class ProfessionnelPsc:
    """A professional logged in. Its repr shows nothing: names must never reach a log.

    Attributes:
        sub: identifier at PSC.
        subject_name_id: national identifier (8 + RPPS).
        nom: family name.
        prenom: given name.
        exercices: professions practised.
        secteur: sector told for the session itself, from Secteur_Activite.
    """

    sub: str
    subject_name_id: str
    nom: str
    prenom: str
    exercices: tuple[Exercice, ...] = ()
    secteur: str = ""

    def __repr__(self) -> str:
        return "ProfessionnelPsc(…)"

    @property
    def situations(self) -> tuple[Situation, ...]:
        """Every situation, in the order told; an exercice without activity counts for one."""
        return tuple(Situation(exercice, activite) for exercice in self.exercices for activite in (exercice.activites or (Activite(),)))

    def in_situation(self, situation: Situation | None) -> Professionnel:
        """Return the professional as documents and the VIHF know it, in the situation chosen."""
        exercice = situation.exercice if situation is not None else Exercice()
        return Professionnel(
            identifiant=self.subject_name_id,
            nom=exercice.nom or self.nom,
            prenom=exercice.prenom or self.prenom,
            profession=Code(exercice.profession, TABLE_PROFESSION) if exercice.profession else None,
            savoir_faire=Code(exercice.savoir_faire, TABLE_SAVOIR_FAIRE) if exercice.savoir_faire else None,
        )


def read_userinfo(claims: Mapping[str, Any]) -> ProfessionnelPsc:
    """Read the claims of userinfo.

    Raises:
        PscReponseInvalide: ``sub`` or ``SubjectNameID`` is missing: nobody to speak for.
    """
    sub, name_id = _text(claims, "sub"), _text(claims, "SubjectNameID")
    if not sub or not name_id:
        raise PscReponseInvalide("Pro Santé Connect ne donne pas l'identifiant national du professionnel.")
    return ProfessionnelPsc(
        sub=sub,
        subject_name_id=name_id,
        nom=_text(claims, "family_name"),
        prenom=_text(claims, "given_name"),
        exercices=tuple(_exercices(claims)),
        secteur=_text(claims, "Secteur_Activite").partition("^")[0],
    )


def _exercices(claims: Mapping[str, Any]) -> Iterator[Exercice]:
    told = _tables(_table(claims, "SubjectRefPro"), "exercices", MAX_EXERCICES)
    if not told:
        yield from _roles(claims)
    for item in told:
        yield Exercice(
            profession=_text(item, "codeProfession"),
            categorie=_text(item, "codeCategorieProfessionnelle"),
            type_savoir_faire=_text(item, "codeTypeSavoirFaire"),
            savoir_faire=_text(item, "codeSavoirFaire"),
            civilite=_text(item, "codeCiviliteDexercice"),
            nom=_text(item, "nomDexercice"),
            prenom=_text(item, "prenomDexercice"),
            activites=tuple(_activite(activity) for activity in _tables(item, "activities", MAX_ACTIVITES)),
        )


def _roles(claims: Mapping[str, Any]) -> Iterator[Exercice]:
    """Without SubjectRefPro the profession is still told: ``10^1.2.250.1.213.1.1.5.5``."""
    roles = claims.get("SubjectRole")
    for role in islice(roles if isinstance(roles, list) else [roles], MAX_EXERCICES):
        code = role.partition("^")[0].strip() if isinstance(role, str) else ""
        if code.isprintable() and code:
            yield Exercice(profession=code[:MAX_TEXT])


def _activite(item: Mapping[str, Any]) -> Activite:
    return Activite(
        mode=_text(item, "codeModeExercice"),
        secteur=_text(item, "codeSecteurDactivite"),
        role=_text(item, "codeRole"),
        siret=_text(item, "numeroSiretSite"),
        finess=_text(item, "numeroFinessSite"),
        finess_juridique=_text(item, "numeroFinessetablissementJuridique"),
        identifiant_technique=_text(item, "identifiantTechniqueDeLaStructure"),
        raison_sociale=_text(item, "raisonSocialeSite"),
        enseigne=_text(item, "enseigneCommercialeSite"),
    )


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    # what cannot be printed (lone surrogates, NUL) would break a page or a database later
    return "".join(filter(str.isprintable, value)).strip()[:MAX_TEXT] if isinstance(value, str) else ""


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = table.get(key)
    return value if isinstance(value, Mapping) else {}


def _tables(table: Mapping[str, Any], key: str, limit: int) -> list[Mapping[str, Any]]:
    value = table.get(key)
    return [item for item in islice(value, limit) if isinstance(item, Mapping)] if isinstance(value, list) else []
