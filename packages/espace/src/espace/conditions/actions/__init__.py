# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Conditions that an agent judges met, or no longer met."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.models import Operateur
from espace.acteurs.rules import check_text
from espace.conditions.actions import pieces
from espace.conditions.errors import ConditionInconnue, ConditionRefusee
from espace.conditions.models import Prerequis
from espace.conditions.rules import TEXTES, CodePrerequis, Preuve, check_dates, check_piece
from espace.courrier.actions import poster
from espace.guichet.pieces import Fichier
from espace.journal.actions import record

REPLACED = "remplacée par une nouvelle preuve"


@dataclass(frozen=True, slots=True)
class Constatee:
    """What an agent writes of one condition.

    Attributes:
        condition: which one.
        preuve: what was shown: reference, number, who signed.
        fait_le: date of the piece.
        nature: the piece that is asked, or another document judged sufficient.
        valable_jusqu_au: last day of its worth, or None.
    """

    condition: CodePrerequis
    preuve: str
    fait_le: date
    nature: Preuve = Preuve.PIECE
    valable_jusqu_au: date | None = None


@transaction.atomic
def constater(
    operateur: Operateur,
    constatee: Constatee,
    *,
    par: Acteur,
    now: datetime,
    piece: uuid.UUID | None = None,
    fichier: Fichier | None = None,
) -> Prerequis:
    """Write that a condition is met; the row before it, if any, is withdrawn.

    Args:
        operateur: whose condition.
        constatee: what the agent writes.
        par: an agent, whose name stays with the row.
        now: aware instant.
        piece: the file of the Operateur that the agent looked at, taken as its proof.
        fichier: a file that the agent gives himself, checked by the guichet.

    Raises:
        ConditionRefusee: not an agent, dates that make no sense, or a file for a condition that none proves.
        ConditionInconnue: the file of the Operateur waits no longer.
        DeclarationRefusee: no proof.
    """
    _only_agents(par)
    check_dates(constatee.condition, constatee.nature, constatee.fait_le, constatee.valable_jusqu_au, timezone.localtime(now).date())
    preuve = check_text("preuve", constatee.preuve, 500)
    code = constatee.condition.value
    Operateur.objects.select_for_update(no_key=True).get(pk=operateur.pk)  # two agents at once: one row is in force in the end
    in_force = Prerequis.objects.filter(operateur=operateur, condition=code, retire_le__isnull=True)
    in_force.update(retire_le=now, retire_par=par.login, motif_retrait=REPLACED)
    row = Prerequis.objects.create(
        operateur=operateur,
        condition=code,
        nature=constatee.nature.value,
        preuve=preuve,
        fait_le=constatee.fait_le,
        valable_jusqu_au=constatee.valable_jusqu_au,
        accepte_par=par.login,
        accepte_le=now,
    )
    if fichier is not None:
        check_piece(constatee.condition)
        pieces.joindre(row, fichier, par=par, now=now)
    if piece is not None:
        pieces.retenir(row, piece)
    record("conditions:prerequis:accepted", auteur=par.login, objet=f"operateur:{operateur.pk}", reason=code)
    contexte = {"condition": str(TEXTES[constatee.condition].libelle)}
    limit = {"echeance": constatee.valable_jusqu_au} if constatee.valable_jusqu_au else {}
    poster("conditions:accept", operateur=operateur, objet=f"operateur:{operateur.pk}", contexte={**contexte, **limit}, auteur=par.login)
    return row


@transaction.atomic
def retirer(prerequis_id: int, motif: str, *, par: Acteur, now: datetime) -> Prerequis:
    """Write that a condition is no longer met, and why.

    Raises:
        ConditionInconnue: no such row in force.
        ConditionRefusee: not an agent.
        DeclarationRefusee: no reason.
    """
    _only_agents(par)
    motif = check_text("motif du retrait", motif, 500)
    row = Prerequis.objects.select_for_update(of=("self",), no_key=True).filter(pk=prerequis_id, retire_le__isnull=True).first()
    if row is None:
        raise ConditionInconnue
    row.retire_le, row.retire_par, row.motif_retrait = now, par.login, motif
    row.save(update_fields=["retire_le", "retire_par", "motif_retrait"])
    objet = f"operateur:{row.operateur.pk}"
    record("conditions:prerequis:withdrawn", auteur=par.login, objet=objet, reason=row.condition)
    contexte = {"condition": str(TEXTES[CodePrerequis(row.condition)].libelle), "motif": motif}
    poster("conditions:withdraw", operateur=row.operateur, objet=objet, contexte=contexte, auteur=par.login)
    return row


def _only_agents(par: Acteur) -> None:
    if par.qui is not Qui.AGENT:
        raise ConditionRefusee("Seul un agent de l'administrateur constate une condition.")
