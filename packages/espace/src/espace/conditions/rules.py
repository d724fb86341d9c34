# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Which conditions there are, and when one is met. Pure: values and a date in, an answer out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from espace.conditions.errors import ConditionRefusee


class CodePrerequis(StrEnum):
    """What an Operateur must have before its first Declaration (Webinaire Espace de Confiance, prérequis; CGI §6; Guide §2.0)."""

    COMPTE = "compte"
    CONTRAT = "contrat"
    REPRESENTANT_LEGAL = "representant_legal"
    MANDATAIRES = "mandataires"
    CARTES = "cartes"
    REFERENCEMENT = "referencement"
    CONTENEUR_ZED = "conteneur_zed"


class Preuve(StrEnum):
    """What was shown."""

    PIECE = "piece"
    AUTRE_DOCUMENT = "autre_document"


@dataclass(frozen=True, slots=True)
class Texte:
    """The words of one condition: its name, and what the Operateur does to meet it."""

    libelle: str | Promise
    remede: str | Promise
    requise: bool = True


TEXTES: Final = MappingProxyType(
    {
        CodePrerequis.COMPTE: Texte(
            _("Compte iSC, ou compte local à deux facteurs"),
            _("Ouvrez un compte depuis l'invitation que l'administrateur vous envoie."),
        ),
        CodePrerequis.CONTRAT: Texte(
            _("Contrat d'adhésion et formulaires F101 et F102"),
            _("Signez le contrat d'adhésion et remplissez les formulaires F101 et F102 auprès de l'Agence du Numérique en Santé."),
        ),
        CodePrerequis.REPRESENTANT_LEGAL: Texte(
            _("Représentant légal déclaré"),
            _("Déclarez votre représentant légal (formulaire F102) auprès de l'Agence du Numérique en Santé."),
        ),
        CodePrerequis.MANDATAIRES: Texte(
            _("Mandataires désignés"),
            _("Si le représentant légal ne fait pas lui-même les démarches, désignez un mandataire (formulaire F502)."),
            requise=False,
        ),
        CodePrerequis.CARTES: Texte(
            _("Cartes du représentant légal et des administrateurs techniques"),
            _("Demandez la carte de représentant légal (F101) et les cartes CPA des administrateurs techniques (F301)."),
        ),
        CodePrerequis.REFERENCEMENT: Texte(
            _("Référencement DRIMbox en cours de validité, ou autre document probant"),
            _("Transmettez l'attestation de référencement de votre DRIMbox, ou un document que l'administrateur juge probant."),
        ),
        CodePrerequis.CONTENEUR_ZED: Texte(
            _("Conteneur ZED attribué"),
            _("Demandez votre conteneur chiffré depuis la page « Mes conditions »."),
        ),
    }
)


SANS_PIECE: Final = frozenset({CodePrerequis.COMPTE, CodePrerequis.CONTENEUR_ZED})
"""Conditions that the Espace sees by itself: no file proves them."""


@dataclass(frozen=True, slots=True)
class Manque:
    """One condition that is not met."""

    code: str
    libelle: str
    remede: str


@dataclass(frozen=True, slots=True)
class Acquis:
    """What is recorded for one condition.

    Attributes:
        condition: which one.
        valable_jusqu_au: last day on which it is worth something, Paris calendar; None for ever.
    """

    condition: CodePrerequis
    valable_jusqu_au: date | None = None


def missing(acquis: tuple[Acquis, ...], on: date) -> tuple[Manque, ...]:
    """Return the required conditions that nothing meets on that day, in the order of :class:`CodePrerequis`."""
    met = {one.condition for one in acquis if one.valable_jusqu_au is None or one.valable_jusqu_au >= on}
    late = {one.condition for one in acquis} - met
    return tuple(_manque(code, expired=code in late) for code, texte in TEXTES.items() if texte.requise and code not in met)


def check_dates(condition: CodePrerequis, nature: Preuve, fait_le: date, until: date | None, today: date) -> None:
    """Check what an agent writes of a condition.

    Args:
        condition: which one.
        nature: the piece that is asked, or another document.
        fait_le: date of the piece.
        until: last day of its worth, or None.
        today: in Paris.

    Raises:
        ConditionRefusee: the container is given, not recorded by hand; another document stands for the référencement only; an
            attestation of référencement has a validity; dates must follow one another.
    """
    if condition is CodePrerequis.CONTENEUR_ZED:
        raise ConditionRefusee("Le conteneur ZED s'attribue par son formulaire.")
    if nature is Preuve.AUTRE_DOCUMENT and condition is not CodePrerequis.REFERENCEMENT:
        raise ConditionRefusee("Un autre document probant ne peut tenir lieu que du référencement.")
    if nature is Preuve.PIECE and condition is CodePrerequis.REFERENCEMENT and until is None:
        raise ConditionRefusee("Une attestation de référencement porte une date de fin de validité : indiquez-la.")
    if fait_le > today:
        raise ConditionRefusee("La date de la pièce est dans l'avenir.")
    if until is not None and until < max(fait_le, today):
        raise ConditionRefusee("La validité de la pièce est déjà passée.")


def check_piece(condition: CodePrerequis) -> None:
    """Check that a file may prove a condition.

    Raises:
        ConditionRefusee: the Espace sees it by itself.
    """
    if condition in SANS_PIECE:
        raise ConditionRefusee("Cette condition ne se prouve pas par une pièce : l'Espace la constate de lui-même.")


def _manque(code: CodePrerequis, *, expired: bool) -> Manque:
    texte = TEXTES[code]
    libelle = _("%(condition)s : la validité est passée") % {"condition": texte.libelle} if expired else texte.libelle
    return Manque(code.value, str(libelle), str(texte.remede))
