# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading received messages; never their body, but for the job that treats them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from drimbox.source.reception.models import MessageRecu
from drimbox.source.reception.states import EtatMessage

BATCH = 500


def messages(state: str = "") -> QuerySet[MessageRecu]:
    """Return messages, newest first, without their body."""
    found = MessageRecu.objects.defer("body")
    return found.filter(state=state) if state else found


def forgotten(limit: datetime) -> list[UUID]:
    """Return the messages that were received before this date and never read."""
    found = MessageRecu.objects.filter(state=EtatMessage.RECU, changed_at__lt=limit)
    return list(found.values_list("pk", flat=True)[:BATCH])
