# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading the outbox; never the bodies."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.depot_dmp.states import UNANSWERED

BATCH = 500


def overdue(limit: datetime) -> list[UUID]:
    """Return the requests that should have left before this date."""
    late = Q(next_attempt_at__lt=limit) | Q(next_attempt_at__isnull=True, created_at__lt=limit)
    return list(Envoi.objects.filter(late, state__in=UNANSWERED).values_list("pk", flat=True)[:BATCH])


def of_examen(examen_id: UUID) -> list[Envoi]:
    """Return the requests of one exam, in order, without their bodies."""
    return list(Envoi.objects.filter(examen=examen_id).defer("body").order_by("sequence"))
