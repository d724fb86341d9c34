# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Numbers that come in an address or in a form: one way to read them, and bounded."""

from __future__ import annotations

MAX_DIGITS = 18
"""What a bigint of PostgreSQL holds, whatever the digits."""


def number(text: str) -> int | None:
    """Return the number that a text holds; None for anything but one to eighteen ASCII digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None
