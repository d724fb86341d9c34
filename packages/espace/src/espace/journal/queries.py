# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from collections.abc import Iterable

from espace.journal.models import Evenement

MAX_LINES = 200


def latest(count: int = 20) -> list[Evenement]:
    """Return the newest lines, newest first."""
    return list(Evenement.objects.order_by("-at", "-id")[: min(count, MAX_LINES)])


def history(objets: Iterable[str], *, limit: int = MAX_LINES) -> list[Evenement]:
    """Return the lines about these objects, newest first."""
    return list(Evenement.objects.filter(objet__in=list(objets)).order_by("-at", "-id")[: min(limit, MAX_LINES)])
