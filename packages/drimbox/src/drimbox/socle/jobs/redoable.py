# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A transaction that the disk is not waited for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def redoable() -> Iterator[None]:
    """Run a step in a transaction that a power cut of the database may take back whole, a fraction of a second later.

    Only for a step that nobody outside has seen anything of and that its job, taken back with it, does again: PostgreSQL keeps the order
    of commits, so that a later durable one (the one before each request to the DMP) makes this one durable too.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        yield
