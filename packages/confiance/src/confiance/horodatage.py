# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""xsd:dateTime as the Liste Blanche uses it: ``CCYY-MM-DDThh:mm:ss[.f][Z|(+|-)hh:mm]``.

Rule for a value without zone: it is read as UTC. Every list published so far writes ``Z``; UTC is the reading that no reader in
another time zone can take differently. Years before 0001, ``24:00:00`` and leap seconds are refused:
no honest list holds them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from confiance.errors import PeerError

PATTERN: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
_DATETIME = re.compile(PATTERN)


class HorodatageError(PeerError):
    """The text is not a date and time."""

    code = "horodatage.forme"
    message = "Cette date n'a pas la forme CCYY-MM-DDThh:mm:ssZ."
    remede = "Écrire une date xsd:dateTime complète, de préférence en UTC."
    clause = "Conditions Générales d'Intégration §2.3"


def parse(text: str) -> datetime:
    """Read an xsd:dateTime and return it in UTC.

    Raises:
        HorodatageError: wrong shape, or a day, hour or offset that does not exist.
    """
    if not _DATETIME.fullmatch(text):
        raise HorodatageError
    return from_matched(text)


def from_matched(text: str) -> datetime:
    """Read a text that already matched :data:`PATTERN`.

    Raises:
        HorodatageError: a day, hour or offset that does not exist, or that leaves the calendar once in UTC.
    """
    try:
        value = datetime.fromisoformat(text)
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise HorodatageError from error


def text_of(value: datetime) -> str:
    """Write an aware datetime as the agency does: UTC, whole seconds, ``Z``."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
