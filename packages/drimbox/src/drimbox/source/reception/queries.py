# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading received messages; never their body, but for the job that treats them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.apps import apps
from django.db.models import Q, QuerySet

from drimbox.socle.jobs.queries import outside
from drimbox.source.pointeur.states import SETTLED
from drimbox.source.reception.models import MessageRecu, NoteRejet
from drimbox.source.reception.states import EtatMessage, EtatNote

_READ = (EtatMessage.LU, EtatMessage.ECARTE)

BATCH = 500


def messages(state: str = "") -> QuerySet[MessageRecu]:
    """Return messages, newest first, without their body."""
    found = MessageRecu.objects.defer("body", "corps")
    return found.filter(state=state) if state else found


def forgotten(limit: datetime, horizon: datetime) -> list[UUID]:
    """Return the messages that were received before a date, or beyond the horizon, and never read."""
    found = MessageRecu.objects.filter(outside("changed_at", limit, horizon), state=EtatMessage.RECU)
    return list(found.values_list("pk", flat=True)[:BATCH])


def count_unread(limit: int) -> int:
    """Return how many messages wait to be read, counting no further than the limit."""
    # in no order: the process that asks may not read when a message came
    return MessageRecu.objects.filter(state=EtatMessage.RECU).order_by()[:limit].count()


def notes(state: str = "") -> QuerySet[NoteRejet]:
    """Return rejection notes, newest first."""
    return NoteRejet.objects.filter(state=state) if state else NoteRejet.objects.all()


def forgotten_notes(limit: datetime, horizon: datetime) -> list[UUID]:
    """Return the notes that were received before a date, or beyond the horizon, and never applied."""
    found = NoteRejet.objects.filter(outside("changed_at", limit, horizon), state=EtatNote.RECUE)
    return list(found.values_list("pk", flat=True)[:BATCH])


def erasable(received_before: datetime, limit: int) -> list[UUID]:
    """Return messages received before a date, dealt with, whose content is still there and serves no exam under way."""
    under_way = ~Q(state__in=SETTLED)
    found = MessageRecu.objects.filter(received_at__lt=received_before, purged_at__isnull=True, state__in=_READ)
    found = found.exclude(pk__in=_examens().filter(under_way).values("message"))
    return list(found.order_by("received_at").values_list("pk", flat=True)[:limit])


def _examens() -> QuerySet[Any]:
    # the room of pointers knows this one, not the reverse
    return cast("QuerySet[Any]", apps.get_model("pointeur", "Examen").objects.all())
