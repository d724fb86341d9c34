# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Test professionals, invented, with the claims that PSC gives for ``scope_all``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5


@dataclass(frozen=True, slots=True)
class Place:
    """A place of practice."""

    raison_sociale: str
    finess: str = ""
    siret: str = ""
    secteur: str = "SA01"
    mode: str = "S"

    def claims(self) -> dict[str, str]:
        """Return the activity as PSC tells it; what it does not know is an empty text."""
        return {
            "codeModeExercice": self.mode,
            "codeSecteurDactivite": self.secteur,
            "codeSectionPharmacien": "",
            "codeRole": "",
            "codeGenreActivite": "GENR01",
            "numeroSiretSite": self.siret,
            "numeroSirenSite": self.siret[:9],
            "numeroFinessSite": self.finess,
            "numeroFinessetablissementJuridique": "",
            "identifiantTechniqueDeLaStructure": f"R{self.finess or self.siret}",
            "ancienIdentifiantDeLaStructure": "",
            "raisonSocialeSite": self.raison_sociale,
            "enseigneCommercialeSite": "",
            "autoriteDenregistrement": "ARS/ARS/ARS",
            "codePostalAdresse": "75000",
            "codePaysAdresse": "99000",
        }


@dataclass(frozen=True, slots=True)
class ProfessionnelTest:
    """A person who can log in.

    Attributes:
        subject_name_id: national identifier: 8 + RPPS.
        nom: family name.
        prenom: given name.
        profession: code of TRE_G15.
        savoir_faire: code of TRE_R38, or empty.
        exercices: places of each exercice.
    """

    subject_name_id: str
    nom: str
    prenom: str
    profession: str
    savoir_faire: str
    exercices: tuple[tuple[Place, ...], ...]

    @property
    def sub(self) -> str:
        """Identifier at PSC: stable, and not the national one."""
        return f"f:{uuid5(NAMESPACE_URL, self.subject_name_id)}:{self.subject_name_id}"

    @property
    def label(self) -> str:
        """What the login page shows."""
        return f"{self.prenom} {self.nom}, RPPS {self.subject_name_id[1:]}"

    def claims(self) -> dict[str, Any]:
        """Return the claims of userinfo."""
        first = next((place for places in self.exercices for place in places), None)
        return {
            "sub": self.sub,
            "SubjectNameID": self.subject_name_id,
            "preferred_username": self.subject_name_id,
            "given_name": self.prenom,
            "family_name": self.nom,
            "email_verified": False,
            "otherIds": [{"identifiant": self.subject_name_id, "origine": "RPPS", "qualite": 1}],
            "Secteur_Activite": f"{first.secteur if first else ''}^1.2.250.1.71.4.2.4",
            "SubjectRole": [f"{self.profession}^1.2.250.1.213.1.1.5.5"],
            "SubjectOrganization": first.raison_sociale if first else "",
            "SubjectOrganizationID": _national(first) if first else "",
            "Mode_Acces_Raison": "",
            "Acces_Regulation_Medicale": "FAUX",
            "UITVersion": "1.0",
            "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
            "PSI_Locale": "1.2.250.1.213.1.3.1.1",
            "SubjectRefPro": {"codeCivilite": "M", "exercices": [self._exercice(places) for places in self.exercices]},
        }

    def _exercice(self, places: tuple[Place, ...]) -> dict[str, Any]:
        return {
            "codeProfession": self.profession,
            "codeCategorieProfessionnelle": "C",
            "codeTypeSavoirFaire": "S" if self.savoir_faire else "",
            "codeSavoirFaire": self.savoir_faire,
            "nomDexercice": self.nom,
            "prenomDexercice": self.prenom,
            "codeCiviliteDexercice": "DR" if self.profession == "10" else "",
            "activities": [place.claims() for place in places],
        }


def _national(place: Place) -> str:
    return f"1{place.finess}" if place.finess else f"3{place.siret}"


_HOSPITAL = Place("HOPITAL DU BANC", finess="750000018", secteur="SA01")
_CABINET = Place("CABINET D'IMAGERIE DU BANC", siret="30000000020001", secteur="SA07", mode="L")
_CENTRE = Place("CENTRE D'IMAGERIE DU BANC", finess="750000026", secteur="SA08")

TEST_PROFESSIONNELS = (
    ProfessionnelTest("899700000012", "RADIOLOGUE", "CAMILLE", "10", "SM44", ((_HOSPITAL, _CENTRE), (_CABINET,))),
    ProfessionnelTest("899700000020", "GENERALISTE", "DOMINIQUE", "10", "SM26", ((_CABINET,),)),
    ProfessionnelTest("899700000038", "MANIPULATEUR", "CLAUDE", "98", "", ((_HOSPITAL,),)),
)
"""One has two exercices and three places, one has one, one has no specialty."""
