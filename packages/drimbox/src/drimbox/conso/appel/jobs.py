# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The end of what is kept for a time."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from drimbox.conso.appel.actions import purge
from drimbox.socle.jobs.actions import QUEUE_CONSO


@app.periodic(cron="*/5 * * * *")
@app.task(name="drimbox.conso.appel.jobs.purge_expired", queue=QUEUE_CONSO, pass_context=False, queueing_lock="appel_purge")
def purge_expired(timestamp: int) -> None:
    """Delete expired calls, logins and sessions."""
    del timestamp
    purge(timezone.now())
