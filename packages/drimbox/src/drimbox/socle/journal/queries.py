# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading the journal."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Max
from django.db.models.fields.json import KeyTextTransform

from drimbox.socle.journal.models import Ligne

MAX_LINES = 500


def of_examen(examen_id: UUID) -> list[Ligne]:
    """Return the story of one exam, oldest first."""
    return list(Ligne.objects.filter(fields__examen_id=str(examen_id)).order_by("id")[:MAX_LINES])


def of_message(message_id: UUID) -> list[Ligne]:
    """Return the story of one received message, oldest first."""
    return list(Ligne.objects.filter(fields__message_id=str(message_id)).order_by("id")[:MAX_LINES])


def of_trace(trace: str) -> list[Ligne]:
    """Return the lines that carry a trace number, oldest first."""
    return list(Ligne.objects.filter(trace=trace).order_by("id")[:MAX_LINES])


def of_event(event: str, count: int) -> list[Ligne]:
    """Return the last lines of one event, newest first."""
    return list(Ligne.objects.filter(event=event).order_by("-id")[: min(count, MAX_LINES)])


def refusals_of(code: str, since: datetime) -> list[tuple[UUID, datetime]]:
    """Return the exams of which something was refused with a code since a date, and when it last was, the last one first."""
    lines = Ligne.objects.filter(at__gte=since, code=code, fields__has_key="examen_id")
    by_examen = lines.values_list(KeyTextTransform("examen_id", "fields")).annotate(last=Max("at")).order_by("-last")
    return [(UUID(examen_id), last) for examen_id, last in by_examen[:MAX_LINES]]


def latest(count: int = 50) -> list[Ligne]:
    """Return the last lines, newest first."""
    return list(Ligne.objects.order_by("-id")[: min(count, MAX_LINES)])
