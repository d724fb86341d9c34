# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is waiting in the queue."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from procrastinate.contrib.django.models import ProcrastinateJob

_LIVING = ("todo", "doing")


def ids_with_a_job(task: str, argument: str) -> set[str]:
    """Return the ids that a living job of this task carries."""
    jobs = ProcrastinateJob.objects.filter(task_name=task, status__in=_LIVING)
    return {str(args.get(argument, "")) for args in jobs.values_list("args", flat=True)}


def outside(column: str, since: datetime, until: datetime) -> Q:
    """Match a date that is past, or too far for anybody to have meant it (:func:`drimbox.socle.jobs.rules.horizon`)."""
    return Q(**{f"{column}__lt": since}) | Q(**{f"{column}__gt": until})


def waiting() -> int:
    """Return how many jobs wait or run."""
    return ProcrastinateJob.objects.filter(status__in=_LIVING).count()
