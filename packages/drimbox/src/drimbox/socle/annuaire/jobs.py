# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The regular pull of the list.

The queue is asked every few seconds whether a pull is due: the delay drawn at random (all DRIMboxes must not come at the same minute)
is thus kept across restarts, since it is counted from the last pull written in the database.
"""

from __future__ import annotations

import random
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from drimbox.socle.annuaire.actions import LOCK, PULL_NOW, refresh
from drimbox.socle.annuaire.models import Releve
from drimbox.socle.annuaire.rules import is_due
from drimbox.socle.jobs.actions import QUEUE_SOCLE


@app.periodic(cron="* * * * * */10")
@app.task(name="drimbox.socle.annuaire.jobs.pull_when_due", queue=QUEUE_SOCLE, pass_context=False, queueing_lock=LOCK, lock=LOCK)
def pull_when_due(timestamp: int) -> None:
    """Pull the list if its time has come."""
    del timestamp
    now = timezone.now()
    if is_due(_last(), now, settings.DRIMBOX.liste_blanche.poll_seconds, draw=_draw()):
        refresh(now)


@app.task(name=PULL_NOW, queue=QUEUE_SOCLE, pass_context=False, lock=LOCK)
def pull_now() -> None:
    """Pull the list because a person asked."""
    refresh(timezone.now())


def _last() -> tuple[datetime, bool] | None:
    last = Releve.objects.order_by("-id").values_list("at", "code").first()
    return None if last is None else (last[0], not last[1])


def _draw() -> float:
    """Return the same number between two pulls: drawn anew at each look, the shortest delay would always win."""
    seed = Releve.objects.order_by("-id").values_list("trace", flat=True).first() or ""
    return random.Random(seed).random()  # noqa: S311 - spreads load, protects nothing
