# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.db.models import QuerySet

from espace.meteo.models import Cible
from espace.registre.models import CoupleFqdn


def watched() -> QuerySet[Cible]:
    """Return the targets that are open, with their couples, in the order of the names."""
    return Cible.objects.filter(jusqu_a__isnull=True).select_related("couple").order_by("couple__tri", "couple__number")


def is_watched(couple: CoupleFqdn) -> bool:
    """Tell whether a couple is a target now."""
    return Cible.objects.filter(couple=couple, jusqu_a__isnull=True).exists()
