# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.db.models import QuerySet

from espace.alarmes.models import Alarme


def open_alarms() -> QuerySet[Alarme]:
    """Return the alarms that nobody closed, oldest first."""
    return Alarme.objects.filter(fermee_le__isnull=True).order_by("depuis", "id")
