# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pulls of the list by the process ``ouvrier``, and what a person asks of it.

The queue is asked every few seconds whether a pull is due: the delay drawn at random (all DRIMboxes must not come at the same minute)
is thus kept across restarts, since it is counted from the last pull written in the database.
"""

from __future__ import annotations

import random
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from drimbox.socle.annuaire.actions import acknowledge_alarm, acknowledge_clock, refresh, restart_tetes, review
from drimbox.socle.annuaire.actions.demandes import ACCEPT_REMOVAL, ACKNOWLEDGE_ALARM, ACKNOWLEDGE_CLOCK, LOCK, PULL_NOW, RESTART_TETES
from drimbox.socle.annuaire.models import Releve
from drimbox.socle.annuaire.rules import is_due
from drimbox.socle.jobs.actions import QUEUE_SOCLE

log = get_logger("annuaire")


@app.periodic(cron="* * * * * */10")
@app.task(name="drimbox.socle.annuaire.jobs.pull_when_due", queue=QUEUE_SOCLE, pass_context=False, queueing_lock=LOCK, lock=LOCK)
def pull_when_due(timestamp: int) -> None:
    """Pull the list if its time has come."""
    del timestamp
    now = timezone.now()
    if is_due(_last(), now, settings.DRIMBOX.liste_blanche.poll_seconds, draw=_draw()):
        refresh(now)


@app.periodic(cron="* * * * *")
@app.task(name="drimbox.socle.annuaire.jobs.review_alarms", queue=QUEUE_SOCLE, queueing_lock="annuaire.alarmes", lock=LOCK)
def review_alarms(timestamp: int) -> None:
    """Open the alarms that time alone opens: a list, a head or a CRL that nothing renews any more."""
    del timestamp
    review(timezone.now())


@app.task(name=PULL_NOW, queue=QUEUE_SOCLE, pass_context=False, lock=LOCK)
def pull_now() -> None:
    """Pull the list because a person asked."""
    refresh(timezone.now())


@app.task(name=ACCEPT_REMOVAL, queue=QUEUE_SOCLE, lock=LOCK)
def accept_removal(sha256: str) -> None:
    """Pull the list; a mass removal is let in if it is the one of this very list."""
    refresh(timezone.now(), confirm_removal=sha256)


@app.task(name=ACKNOWLEDGE_CLOCK, queue=QUEUE_SOCLE, lock=LOCK)
def acknowledge_clock_now() -> None:
    """Take the time of now as right, then pull."""
    try:
        acknowledge_clock(timezone.now())
    except DrimmError as error:
        log.warning("annuaire:horloge:refused", code=error.code)  # the alarm stays open: nothing was settled
    refresh(timezone.now())


@app.task(name=ACKNOWLEDGE_ALARM, queue=QUEUE_SOCLE, lock=LOCK)
def acknowledge_alarm_now(code: str) -> None:
    """Close an alarm that only a person closes."""
    try:
        acknowledge_alarm(code, timezone.now())
    except DrimmError as error:
        log.warning("annuaire:alarme:refused", code=error.code)


@app.task(name=RESTART_TETES, queue=QUEUE_SOCLE, lock=LOCK)
def restart_tetes_now() -> None:
    """Follow heads anew, then pull: the list is beside a head again within seconds."""
    try:
        restart_tetes(timezone.now())
    except DrimmError as error:
        log.warning("annuaire:tete:refused", code=error.code)
    refresh(timezone.now())


def _last() -> tuple[datetime, bool] | None:
    last = Releve.objects.order_by("-id").values_list("at", "code").first()
    return None if last is None else (last[0], not last[1])


def _draw() -> float:
    """Return the same number between two pulls: drawn anew at each look, the shortest delay would always win."""
    seed = Releve.objects.order_by("-id").values_list("trace", flat=True).first() or ""
    return random.Random(seed).random()  # noqa: S311 - spreads load, protects nothing
