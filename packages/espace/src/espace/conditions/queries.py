# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from espace.acteurs.models import Membre, Operateur
from espace.conditions.models import AdministrateurTechnique, ConteneurZed, Prerequis
from espace.conditions.rules import TEXTES, Acquis, CodePrerequis, Manque, missing

SOON = timedelta(days=60)
"""A proof that ends within this delay is shown to the agents."""


@dataclass(frozen=True, slots=True)
class Ligne:
    """One condition as a page shows it.

    Attributes:
        code: its code.
        libelle: its name.
        remede: what the Operateur does to meet it.
        requise: whether a Declaration needs it.
        etat: ``remplie``, ``manquante``, ``perimee`` or ``facultative``.
        prerequis: the row in force, if an agent wrote one.
    """

    code: str
    libelle: str | Promise
    remede: str | Promise
    requise: bool
    etat: str
    prerequis: Prerequis | None


def manquantes(operateur: Operateur, at: datetime) -> tuple[Manque, ...]:
    """Return the conditions that this Operateur does not meet; empty when it may declare a Drimbox.

    Args:
        operateur: who would declare.
        at: aware instant; a validity ends with its day, Paris time.
    """
    return missing(_acquis(operateur, list(in_force(operateur))), timezone.localtime(at).date())


def tableau(operateur: Operateur, at: datetime) -> list[Ligne]:
    """Return every condition of an Operateur, in order."""
    rows = {CodePrerequis(row.condition): row for row in in_force(operateur)}
    acquis = _acquis(operateur, list(rows.values()))
    lacking = {one.code for one in missing(acquis, timezone.localtime(at).date())}
    known = {one.condition for one in acquis}
    return [
        Ligne(code.value, texte.libelle, texte.remede, texte.requise, _etat(code, code.value in lacking, code in known), rows.get(code))
        for code, texte in TEXTES.items()
    ]


def in_force(operateur: Operateur) -> QuerySet[Prerequis]:
    """Return the rows in force of an Operateur."""
    return Prerequis.objects.filter(operateur=operateur, retire_le__isnull=True)


def withdrawn(operateur: Operateur) -> QuerySet[Prerequis]:
    """Return the rows of an Operateur that were replaced or withdrawn, newest first."""
    return Prerequis.objects.filter(operateur=operateur, retire_le__isnull=False).order_by("-retire_le")


def conteneur_of(operateur: Operateur) -> ConteneurZed | None:
    """Return the container asked or given that is not void, without its bytes."""
    return ConteneurZed.objects.filter(operateur=operateur, annule_le__isnull=True).defer("contenu").first()


def conteneurs_asked() -> QuerySet[ConteneurZed]:
    """Return the containers that wait for an agent, oldest first."""
    waiting = ConteneurZed.objects.filter(annule_le__isnull=True, attribue_le__isnull=True)
    return waiting.defer("contenu").select_related("operateur").order_by("demande_le")


def expiring(at: datetime) -> QuerySet[Prerequis]:
    """Return the proofs that ended, or end soon, the first to end first."""
    limit = timezone.localtime(at + SOON).date()
    rows = Prerequis.objects.filter(retire_le__isnull=True, valable_jusqu_au__lte=limit)
    return rows.select_related("operateur").order_by("valable_jusqu_au", "id")


def administrateurs_of(operateur: Operateur) -> QuerySet[AdministrateurTechnique]:
    """Return the administrateurs techniques in office of an Operateur, by name of Drimbox."""
    rows = AdministrateurTechnique.objects.filter(operateur=operateur, retire_le__isnull=True)
    return rows.select_related("couple").order_by("couple__tri", "couple__number", "nom")


def max_bytes() -> int:
    """Return the largest container that is taken, in bytes."""
    return int(settings.ESPACE.guichet.piece_max_bytes)


def _acquis(operateur: Operateur, rows: list[Prerequis]) -> tuple[Acquis, ...]:
    acquis = [Acquis(CodePrerequis(row.condition), row.valable_jusqu_au) for row in rows]
    given = ConteneurZed.objects.filter(operateur=OuterRef("pk"), annule_le__isnull=True, attribue_le__isnull=False)
    persons = Membre.objects.filter(operateur=OuterRef("pk"), actif=True)
    conteneur, compte = Operateur.objects.values_list(Exists(given), Exists(persons)).get(pk=operateur.pk)
    if conteneur:
        acquis.append(Acquis(CodePrerequis.CONTENEUR_ZED))
    if compte:
        acquis.append(Acquis(CodePrerequis.COMPTE))
    return tuple(acquis)


def _etat(code: CodePrerequis, lacking: bool, known: bool) -> str:
    if lacking:
        return "perimee" if known else "manquante"
    return "remplie" if known or TEXTES[code].requise else "facultative"
