# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Dossiers read for somebody: a foreign number and an unknown one have the same answer."""

from __future__ import annotations

import uuid

from django.db.models import Max, Q, QuerySet, Subquery, Sum

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.models import Operateur
from espace.coffre.fields import unseal
from espace.guichet.errors import DossierAbsent, DossierFige, PieceIntrouvable, VersionPerimee
from espace.guichet.models import Dossier, Piece, Verification
from espace.guichet.natures import Verdict

DRAFT = "brouillon"
WRITABLE = frozenset({DRAFT, "complement", "correctif", "attendu", "a_refaire", "en_retard"})
"""States in which a dossier is in the hands of its Operateur: a test compares them with the tables of parcours."""


UNDECIDED = frozenset({"deposee", "en_instruction", "complement"})
"""States of a declaration in which what its hosts answer may still matter."""


def dossiers_for(acteur: Acteur) -> QuerySet[Dossier]:
    """Return the dossiers that an actor may see: those of its Operateur, or all of them that were submitted once."""
    found = Dossier.objects.select_related("operateur", "commande__site__id_registre", "parent")
    if acteur.qui is Qui.OPERATEUR:
        return found.filter(operateur_id=acteur.operateur_id)
    return found.exclude(etat=DRAFT)  # a draft belongs to who writes it


def dossier_for(numero: str, acteur: Acteur) -> Dossier:
    """Return one dossier, for one actor.

    Raises:
        DossierAbsent: unknown, somebody else's, or a draft seen by an agent.
    """
    found = dossiers_for(acteur).filter(numero=numero).first()
    if found is None:
        raise DossierAbsent
    return found


def to_write(dossier_id: int, acteur: Acteur, *, version: int | None = None) -> Dossier:
    """Return a dossier locked, for its Operateur to write in it.

    Raises:
        DossierAbsent: unknown or somebody else's.
        DossierFige: it is not in the hands of its Operateur.
        VersionPerimee: it changed since the page was shown.
    """
    mine = Dossier.objects.select_for_update(of=("self",), no_key=True).filter(pk=dossier_id, operateur_id=acteur.operateur_id)
    dossier = mine.first() if acteur.qui is Qui.OPERATEUR else None
    if dossier is None:
        raise DossierAbsent
    if dossier.etat not in WRITABLE:
        raise DossierFige
    if version is not None and version != dossier.version:
        raise VersionPerimee
    return dossier


def count_drafts(operateur: Operateur) -> int:
    """Return how many drafts an Operateur keeps open."""
    return Dossier.objects.filter(operateur=operateur, etat=DRAFT).count()


def bytes_kept(operateur_id: int) -> int:
    """Return what the pieces kept for an Operateur weigh, those of abandoned drafts too until they are erased."""
    held = Piece.objects.filter(dossier__operateur_id=operateur_id, purgee_le__isnull=True)
    return int(held.aggregate(total=Sum("taille"))["total"] or 0)


def pieces(dossier: Dossier) -> list[Piece]:
    """Return the pieces of a dossier without their content, the replaced ones included."""
    return list(Piece.objects.filter(dossier=dossier).defer("contenu"))


def current_pieces(dossier: Dossier) -> list[Piece]:
    """Return the pieces that count, without their content."""
    return list(Piece.objects.filter(dossier=dossier, remplacee_le__isnull=True).defer("contenu"))


def open_piece(piece_id: uuid.UUID, acteur: Acteur) -> tuple[Piece, bytes]:
    """Return a piece with its bytes, for an agent or a person of its Operateur.

    Raises:
        PieceIntrouvable: unknown, somebody else's, of a draft seen by an agent, or purged.
        CoffreFerme: it does not open: changed, or its key left the ring.
    """
    seen = Q(dossier__operateur_id=acteur.operateur_id) if acteur.qui is Qui.OPERATEUR else ~Q(dossier__etat=DRAFT)
    piece = Piece.objects.select_related("dossier").filter(seen, pk=piece_id, purgee_le__isnull=True).first()
    if piece is None:
        raise PieceIntrouvable
    return piece, unseal(piece, piece.contenu)


def verifications(dossier: Dossier, acteur: Acteur) -> list[Verification]:
    """Return what the machine found in the last version that was submitted; what is for agents only is for agents only."""
    newest = Verification.objects.filter(dossier=dossier).order_by("-tour").values("tour")[:1]
    rows = Verification.objects.filter(dossier=dossier, tour=Subquery(newest))
    return list(rows if acteur.qui is not Qui.OPERATEUR else rows.filter(interne=False))


def last_round(dossier: Dossier) -> int:
    """Return the version that was last looked at, 0 before the first time."""
    return int(Verification.objects.filter(dossier=dossier).aggregate(last=Max("tour"))["last"] or 0)


def last_checks(dossier: Dossier) -> list[Verification]:
    """Return the checks of the last round."""
    return list(Verification.objects.filter(dossier=dossier, tour=last_round(dossier)))


def refused_checks(dossier: Dossier) -> list[Verification]:
    """Return the checks of the last round that say no."""
    return [one for one in last_checks(dossier) if one.verdict == Verdict.NON_CONFORME]


def waiting_checks(limit: int) -> QuerySet[Verification]:
    """Return checks that wait for the network, of dossiers that wait for a decision, the one tried longest ago first."""
    undecided = Verification.objects.filter(verdict=Verdict.EN_ATTENTE, dossier__etat__in=UNDECIDED)
    return undecided.select_related("dossier").order_by("at", "id")[:limit]


def contents_elsewhere(dossier: Dossier, pieces: list[Piece]) -> frozenset[str]:
    """Return the SHA-256 of those of these files that came with another dossier of the same Operateur too."""
    wanted = [piece.sha256 for piece in pieces]
    others = Piece.objects.filter(dossier__operateur=dossier.operateur, sha256__in=wanted).exclude(dossier=dossier)
    return frozenset(others.values_list("sha256", flat=True)) if wanted else frozenset()
