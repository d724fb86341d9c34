# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from espace.acteurs.models import Membre, Operateur
from espace.coffre.fields import unseal
from espace.conditions.models import AdministrateurTechnique, ConteneurZed, PieceProbante, Prerequis
from espace.conditions.rules import SANS_PIECE, TEXTES, Acquis, CodePrerequis, Manque, missing

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
        pieces: the files that prove it.
        deposee: the file that the Operateur sent and no agent looked at yet.
        piece_possible: whether a file may prove it.
    """

    code: str
    libelle: str | Promise
    remede: str | Promise
    requise: bool
    etat: str
    prerequis: Prerequis | None
    pieces: tuple[PieceProbante, ...] = ()
    deposee: PieceProbante | None = None
    piece_possible: bool = False


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
    files = list(shown_pieces(operateur))
    lignes = []
    for code, texte in TEXTES.items():
        etat, mine = _etat(code, code.value in lacking, code in known), [one for one in files if one.condition == code]
        proofs = tuple(one for one in mine if one.prerequis is not None)
        sent = next((one for one in mine if one.prerequis is None), None)
        possible = code not in SANS_PIECE
        lignes.append(Ligne(code.value, texte.libelle, texte.remede, texte.requise, etat, rows.get(code), proofs, sent, possible))
    return lignes


def in_force(operateur: Operateur) -> QuerySet[Prerequis]:
    """Return the rows in force of an Operateur."""
    return Prerequis.objects.filter(operateur=operateur, retire_le__isnull=True)


def withdrawn(operateur: Operateur) -> QuerySet[Prerequis]:
    """Return the rows of an Operateur that were replaced or withdrawn, newest first."""
    return Prerequis.objects.filter(operateur=operateur, retire_le__isnull=False).order_by("-retire_le")


def waiting(operateur: Operateur) -> QuerySet[PieceProbante]:
    """Return the files that an Operateur sent and that wait for an agent, without their bytes."""
    return PieceProbante.objects.filter(operateur=operateur, prerequis__isnull=True, ecartee_le__isnull=True).defer("contenu")


def shown_pieces(operateur: Operateur) -> QuerySet[PieceProbante]:
    """Return the files that wait and those that prove a condition in force, without their bytes."""
    alive = Q(prerequis__isnull=True, ecartee_le__isnull=True) | Q(prerequis__retire_le__isnull=True, prerequis__isnull=False)
    return PieceProbante.objects.filter(alive, operateur=operateur).select_related("prerequis").defer("contenu")


def pieces_sent() -> QuerySet[PieceProbante]:
    """Return the files that wait for an agent, oldest first."""
    found = PieceProbante.objects.filter(prerequis__isnull=True, ecartee_le__isnull=True)
    return found.defer("contenu").select_related("operateur").order_by("deposee_le", "id")


def obsolete(limit: datetime) -> QuerySet[PieceProbante]:
    """Return the files not erased whose condition was withdrawn before an instant."""
    return PieceProbante.objects.filter(effacee_le__isnull=True, prerequis__retire_le__lt=limit).defer("contenu")


def open_piece(operateur: Operateur, piece_id: uuid.UUID) -> tuple[PieceProbante, bytes] | None:
    """Return a file of one Operateur with its bytes, or None: unknown, somebody else's, or erased.

    Raises:
        CoffreFerme: it does not open: changed, or its key left the ring.
    """
    row = PieceProbante.objects.filter(operateur=operateur, pk=piece_id, effacee_le__isnull=True).first()
    return None if row is None else (row, unseal(row, row.contenu))


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
