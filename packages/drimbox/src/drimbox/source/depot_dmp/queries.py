# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading the outbox; never the bodies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from drimbox.socle.jobs.queries import outside
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.depot_dmp.states import DEPOTS, FOR_A_PERSON, UNANSWERED, ActionEnvoi, EtatEnvoi
from drimbox.source.pointeur.states import SETTLED, EtatKos

BATCH = 500
CORPS = ("scelle", "clair")
"""Columns of a request that weigh, and that few need."""
LOURD = (
    *(f"kos__{column}" for column in ("scelle", "clair")),
    *(f"{message}__{column}" for message in ("message", "examen__message") for column in ("body", "corps")),
)
"""The same, of what a request goes with."""


def overdue(limit: datetime, horizon: datetime) -> list[UUID]:
    """Return the requests that should have left before a date, or wait for one beyond the horizon."""
    late = outside("next_attempt_at", limit, horizon) | Q(outside("created_at", limit, horizon), next_attempt_at__isnull=True)
    return list(Envoi.objects.filter(late, state__in=UNANSWERED).values_list("pk", flat=True)[:BATCH])


def of_examen(examen_id: UUID) -> list[Envoi]:
    """Return the requests of one exam, in order, without their bodies."""
    return list(Envoi.objects.filter(examen=examen_id).defer(*CORPS).order_by("sequence"))


def deposit_in_force(envoi: Envoi) -> Envoi | None:
    """Return the deposit that the DMP holds of the exam of a request, when the turn of that request comes; with its body.

    A withdrawal ends what was deposited before it, and a later deposit starts anew.
    """
    before = Envoi.objects.filter(examen=envoi.examen_id, sequence__lt=envoi.sequence)
    withdrawn = before.filter(action=ActionEnvoi.RETIRER, state=EtatEnvoi.FAIT).aggregate(last=Max("sequence"))["last"] or 0
    return before.filter(action__in=DEPOTS, state=EtatEnvoi.DEPOSE, sequence__gt=withdrawn).order_by("-sequence").first()


def its_turn(envoi_id: UUID) -> QuerySet[Envoi]:
    """Return a request that has no answer yet, if everything that was asked before it, for the same exam, is answered."""
    before = Envoi.objects.filter(examen=OuterRef("examen"), sequence__lt=OuterRef("sequence"), state__in=UNANSWERED)
    return Envoi.objects.filter(~Exists(before), pk=envoi_id, state__in=UNANSWERED)


def next_unanswered(examen_id: UUID) -> UUID | None:
    """Return the request of an exam whose turn it is, or None."""
    waiting = Envoi.objects.filter(examen=examen_id, state__in=UNANSWERED)
    return waiting.order_by("sequence").values_list("pk", flat=True).first()


def standing(examen_id: UUID) -> Envoi | None:
    """Return the request that says where an exam stands with the DMP, or None while an answer is awaited; without its body.

    It is the last one, but for a change of visibility: that one says nothing as long as the deposit, or the withdrawal, before it is
    refused or incomplete.
    """
    alive = [envoi for envoi in of_examen(examen_id) if envoi.state != EtatEnvoi.ABANDONNE]
    carriers = [envoi for envoi in alive if envoi.action != ActionEnvoi.VISIBILITE]
    if carriers and carriers[-1].state in FOR_A_PERSON:
        return carriers[-1]
    return alive[-1] if alive and all(envoi.state not in UNANSWERED for envoi in alive) else None


def last_visibility(kos_id: UUID) -> Envoi | None:
    """Return the last change of visibility that was asked for a pointer, whatever became of it; with its message, without bodies."""
    asked = Envoi.objects.filter(kos=kos_id, action=ActionEnvoi.VISIBILITE).select_related("message").defer(*CORPS)
    return asked.order_by("-sequence").first()


def last_deposit(examen_id: UUID) -> Envoi | None:
    """Return the last deposit of an exam that the DMP holds or may hold, and that no withdrawal took out; without its body."""
    alive = Envoi.objects.filter(examen=examen_id).defer(*CORPS).exclude(state=EtatEnvoi.ABANDONNE)
    withdrawn = alive.filter(action=ActionEnvoi.RETIRER).aggregate(last=Max("sequence"))["last"] or 0
    held = alive.filter(action__in=DEPOTS, state__in=UNANSWERED | {EtatEnvoi.DEPOSE}, sequence__gt=withdrawn)
    return held.select_related("kos").order_by("-sequence").first()


def erasable(before: datetime, limit: int) -> list[UUID]:
    """Return the requests of settled exams that were made before a date and still hold their body, but for the deposits in force."""
    in_force = Q(action__in=DEPOTS, state=EtatEnvoi.DEPOSE, kos__state=EtatKos.EN_VIGUEUR)
    kept = Q(scelle__isnull=False) | Q(clair__isnull=False)
    found = Envoi.objects.filter(kept, created_at__lt=before, examen__state__in=SETTLED).exclude(in_force).exclude(state__in=UNANSWERED)
    return list(found.order_by("created_at").values_list("pk", flat=True)[:limit])


def deposits_to_hand_over() -> Iterator[Envoi]:
    """Yield the deposit of every pointer in force, the oldest first, with its body, its pointer and its message."""
    found = Envoi.objects.filter(action__in=DEPOTS, state=EtatEnvoi.DEPOSE, kos__state=EtatKos.EN_VIGUEUR)
    return found.select_related("kos", "examen__message", "message").order_by("kos__created_at", "pk").iterator(chunk_size=50)


def count_to_hand_over() -> int:
    """Return how many pointers are in force in the DMP."""
    return Envoi.objects.filter(action__in=DEPOTS, state=EtatEnvoi.DEPOSE, kos__state=EtatKos.EN_VIGUEUR).count()
