# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Codes of a second factor (RFC 6238), as the telephone of a person makes them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator

PERIOD = 30
DIGITS = 6


def code(secret: str, at: float) -> str:
    """Return the code of an instant.

    Args:
        secret: base 32.
        at: seconds since 1970.
    """
    mac = hmac.new(base64.b32decode(secret), int(at // PERIOD).to_bytes(8, "big"), hashlib.sha1).digest()
    start = mac[-1] & 0x0F
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def codes(secret: str) -> Iterator[str]:
    """Yield the codes that are good now: a code serves once, and who logs in again within the half minute takes the next."""
    now = time.time()
    for step in (0, 1, -1):
        yield code(secret, now + step * PERIOD)
