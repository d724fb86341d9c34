# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Sending what is in the outbox."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from drimbox.socle.jobs.actions import QUEUE_SOURCE, defer
from drimbox.socle.jobs.queries import ids_with_a_job
from drimbox.socle.jobs.retry import NeverGiveUp
from drimbox.socle.jobs.rules import horizon
from drimbox.source.depot_dmp.actions import DEPOSER, send
from drimbox.source.depot_dmp.queries import overdue

FORGOTTEN_AFTER = timedelta(minutes=2)


@app.task(name=DEPOSER, queue=QUEUE_SOURCE, retry=NeverGiveUp())
def deposer(envoi_id: str) -> None:
    """Send one request of the outbox."""
    send(UUID(envoi_id))


@app.periodic(cron="* * * * *")
@app.task(name="drimbox.source.depot_dmp.jobs.relancer", queue=QUEUE_SOURCE, queueing_lock="depot_dmp.relancer")
def relancer(timestamp: int) -> None:
    """Ask again for the requests that have no job any more."""
    del timestamp
    now = timezone.now()
    late = overdue(now - FORGOTTEN_AFTER, horizon(settings.DRIMBOX.reprises, now))
    envois = {str(pk) for pk in late} - ids_with_a_job(DEPOSER, "envoi_id")
    with transaction.atomic():
        for pk in envois:
            defer(DEPOSER, queue=QUEUE_SOURCE, envoi_id=pk)
