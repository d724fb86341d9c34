# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The regular look at the PACS."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from drimbox.socle.sante.actions import echo_due


@app.periodic(cron="* * * * * */10")
@app.task(name="drimbox.socle.sante.jobs.echo_when_due", queue="socle", queueing_lock="sante.echo", lock="sante.echo")
def echo_when_due(timestamp: int) -> None:
    """Ask the PACS whose turn it is."""
    del timestamp
    echo_due(timezone.now())
