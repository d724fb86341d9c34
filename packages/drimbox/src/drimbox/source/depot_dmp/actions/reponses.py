# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the DMP answered, written down: the request, its pointer, its exam and the journal, in one transaction.

Where the exam then stands is read from all its requests (:func:`~drimbox.source.depot_dmp.queries.standing`): one that is answered late
moves nothing but itself, and a change of visibility never moves an exam past a deposit that the DMP refused.
"""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from confiance.errors import DrimmError
from drimbox.socle.dmp.model import Depot
from drimbox.socle.jobs.actions import QUEUE_SOURCE, defer
from drimbox.socle.jobs.rules import next_attempt
from drimbox.socle.journal.actions import new_trace, record
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.depot_dmp.queries import CORPS, next_unanswered, standing
from drimbox.source.depot_dmp.states import DEPOTS, TRANSITIONS, UNANSWERED, ActionEnvoi, EtatEnvoi
from drimbox.source.pointeur.errors import TransitionInterdite
from drimbox.source.pointeur.pointeurs import put_in_force
from drimbox.source.pointeur.states import TRANSITIONS as EXAM_TRANSITIONS
from drimbox.source.pointeur.states import EtatExamen
from drimbox.source.pointeur.suivi import locked, move

DEPOSER = "drimbox.source.depot_dmp.jobs.deposer"
_REACHED = {EtatEnvoi.REFUSE: EtatExamen.REFUSE, EtatEnvoi.INCOMPLET: EtatExamen.INCOMPLET}


def waiting(envoi_id: UUID) -> Envoi | None:
    """Return a request, locked until the end of the transaction, if it is still without an answer; without its body."""
    return Envoi.objects.select_for_update(of=("self",)).defer(*CORPS).filter(pk=envoi_id, state__in=UNANSWERED).first()


@transaction.atomic
def done(envoi_id: UUID, depot: Depot | None) -> None:
    """The DMP did it, or was already as it was wanted (None)."""
    envoi, now = waiting(envoi_id), timezone.now()
    if envoi is None:
        return
    envoi.answered_at = now
    if depot is not None:
        # what was really sent: its assertion may have been renewed
        envoi.content_type, envoi.body = depot.requete.content_type, depot.requete.body
    is_deposit = envoi.action in DEPOTS
    move_envoi(envoi, EtatEnvoi.DEPOSE if is_deposit else EtatEnvoi.FAIT)
    envoi.save()
    if is_deposit:
        put_in_force(envoi.kos, now)
    _tell(envoi, now, event=_event(envoi, depot))
    _wake_next(envoi)


@transaction.atomic
def refused(envoi_id: UUID, error: DrimmError) -> None:
    """The DMP said no: a person decides."""
    envoi, now = waiting(envoi_id), timezone.now()
    if envoi is None:
        return
    envoi.answered_at = now
    envoi.dmp_codes = ",".join(getattr(error, "codes", ()))[:300]
    move_envoi(envoi, EtatEnvoi.REFUSE, code=error.code)
    envoi.save(update_fields=["state", "code", "next_attempt_at", "answered_at", "dmp_codes"])
    _tell(envoi, now, event="dmp:envoi:refused", trace=new_trace(), reason=envoi.dmp_codes)
    _wake_next(envoi)


@transaction.atomic
def incomplete(envoi_id: UUID, error: DrimmError) -> None:
    """The request cannot be written: a person completes it."""
    envoi = waiting(envoi_id)
    if envoi is None:
        return
    # the DMP was not asked: what it had answered to an earlier request is no answer to this one
    envoi.answered_at, envoi.dmp_codes = None, ""
    code = error.as_dict()["code"]
    move_envoi(envoi, EtatEnvoi.INCOMPLET, code=code)
    envoi.save(update_fields=["state", "code", "next_attempt_at", "answered_at", "dmp_codes"])
    _tell(envoi, timezone.now(), event="dmp:envoi:incomplete", trace=new_trace())
    _wake_next(envoi)


@transaction.atomic
def postponed(envoi_id: UUID, error: DrimmError) -> None:
    """No usable answer: it is asked again, for ever."""
    envoi, now = waiting(envoi_id), timezone.now()
    if envoi is None:
        return
    at = next_attempt(settings.DRIMBOX.reprises.dmp, envoi.attempts, now, random.random())  # noqa: S311 - spreads attempts
    code = error.as_dict()["code"]
    move_envoi(envoi, EtatEnvoi.ATTENTE_DMP, code=code, next_attempt_at=at)
    envoi.save(update_fields=["state", "code", "next_attempt_at"])
    ids: dict[str, Any] = {"examen_id": envoi.examen_id, "envoi_id": envoi.id, "attempt": envoi.attempts}
    record("dmp:envoi:postponed", at=now, code=code, next_attempt_at=at, **ids)
    defer(DEPOSER, queue=QUEUE_SOURCE, at=at, envoi_id=envoi.id)


def move_envoi(envoi: Envoi, state: EtatEnvoi, *, code: str = "", next_attempt_at: datetime | None = None) -> None:
    """Move a locked request; the caller saves it.

    Raises:
        TransitionInterdite: the table of states does not go that way.
    """
    if state not in TRANSITIONS[EtatEnvoi(envoi.state)]:
        raise TransitionInterdite
    envoi.state, envoi.code, envoi.next_attempt_at = state, code, next_attempt_at


def _event(envoi: Envoi, depot: Depot | None) -> str:
    if depot is None:
        return "dmp:envoi:needless"
    if depot.deja_present:  # found there already: an earlier answer had been lost
        return "dmp:envoi:recognised"
    return _EVENTS[ActionEnvoi(envoi.action)]


_EVENTS = {
    ActionEnvoi.PUBLIER: "dmp:envoi:deposited",
    ActionEnvoi.REMPLACER: "dmp:envoi:replaced",
    ActionEnvoi.RETIRER: "dmp:envoi:withdrawn",
    ActionEnvoi.VISIBILITE: "dmp:envoi:shown",
}


def _tell(envoi: Envoi, now: datetime, *, event: str, trace: str | None = None, **fields: Any) -> None:
    examen, last = locked(envoi.examen_id), standing(envoi.examen_id)
    ids: dict[str, Any] = {"kos_id": envoi.kos_id, "envoi_id": envoi.id, "attempt": envoi.attempts}
    state = None if last is None else _reached(last)
    under_way = examen.state in {EtatExamen.EN_DEPOT, EtatExamen.EN_RETRAIT}
    if last is not None and under_way and state in EXAM_TRANSITIONS[EtatExamen(examen.state)]:
        move(examen, state, now, event=event, code=last.code, trace=trace, **ids, **fields)
    else:
        record(event, trace=trace, code=envoi.code or None, at=now, examen_id=examen.id, **ids, **fields)


def _reached(last: Envoi) -> EtatExamen:
    answered = EtatExamen.RETIRE if last.action == ActionEnvoi.RETIRER else EtatExamen.DEPOSE
    return _REACHED.get(EtatEnvoi(last.state), answered)


def _wake_next(envoi: Envoi) -> None:
    next_one = next_unanswered(envoi.examen_id)
    if next_one is not None:
        defer(DEPOSER, queue=QUEUE_SOURCE, envoi_id=next_one)
