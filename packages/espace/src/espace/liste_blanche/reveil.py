# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How the processes ``signataire`` and ``depot`` are woken: something waits for them."""

from __future__ import annotations

from django.db import connection

CHANNEL = "espace_publication"
"""NOTIFY channel: a publication is demanded or answered, a head is signed; the process ``signataire`` looks."""
DEPOT = "espace_depot"
"""NOTIFY channel: a list or a head is published; the process ``depot`` looks."""


def wake(channel: str = CHANNEL) -> None:
    """Make a process look, once the present transaction is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [channel])
