# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Asking the PACS whether they live, and keeping the answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from confiance.errors import DrimmError
from drimbox.config import Pacs
from drimbox.socle.journal.actions import record
from drimbox.socle.pacs.questions import echo
from drimbox.socle.sante.models import EchoPacs


def echo_due(now: datetime) -> int:
    """Send a C-ECHO to every PACS that was not asked for a while; return how many were asked."""
    fresh = now - timedelta(seconds=settings.DRIMBOX.sante.echo_seconds)
    # one to come was dated by a clock that was ahead: it says nothing of now
    known = set(EchoPacs.objects.filter(checked_at__gt=fresh, checked_at__lte=now).values_list("pacs", flat=True))
    due = [pacs for pacs in settings.DRIMBOX.pacs if pacs.name not in known]
    for pacs in due:
        _keep(pacs, _ask(pacs), now)
    return len(due)


def _ask(pacs: Pacs) -> str:
    try:
        echo(pacs)
    except DrimmError as error:
        return error.code
    return ""


@transaction.atomic
def _keep(pacs: Pacs, code: str, now: datetime) -> None:
    answers = not code
    row = EchoPacs.objects.select_for_update().filter(pk=pacs.name).first()
    if row is None or row.answers != answers:
        record("sante:pacs:up" if answers else "sante:pacs:down", at=now, pacs=pacs.name, code=code or None)
    since = row.since if row is not None and row.answers == answers else now
    EchoPacs.objects.update_or_create(pacs=pacs.name, defaults={"checked_at": now, "answers": answers, "code": code, "since": since})
