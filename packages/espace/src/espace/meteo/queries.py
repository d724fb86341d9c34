# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.db.models import QuerySet

from espace.meteo.models import Cible


def watched() -> QuerySet[Cible]:
    """Return the targets that are open, with their couples, in the order of the names."""
    return Cible.objects.filter(jusqu_a__isnull=True).select_related("couple").order_by("couple__tri", "couple__number")
