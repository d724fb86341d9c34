# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One worker at a time speaks to the DMP about an exam, and no row is locked meanwhile.

The exchange may last minutes. A lock of the session, not of a transaction: nothing is held open in the database, the console may write,
and PostgreSQL lets it go by itself when the worker dies.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection

_SIGN = 1 << 63


@contextmanager
def held(subject: UUID) -> Iterator[bool]:
    """Hold an exam (or whatever has a UUID) until the end of the block; yields False, at once, when another worker holds it."""
    key = subject.int % (1 << 64) - _SIGN
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        row = cursor.fetchone()
    if row is None or not row[0]:
        yield False
        return
    try:
        yield True
    finally:
        # a connection that was lost meanwhile took its lock with it
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
