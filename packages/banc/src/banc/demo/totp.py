# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Codes of a second factor (RFC 6238), as the telephone of a person makes them."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

PERIOD = 30


def code(secret: str, at: float) -> str:
    """Return the code of an instant.

    Args:
        secret: base 32.
        at: seconds since 1970.
    """
    return TOTP(base64.b32decode(secret), 6, SHA1(), PERIOD, enforce_key_length=False).generate(int(at)).decode()  # noqa: S303 - RFC 6238 §1.2


def codes(secret: str) -> Iterator[str]:
    """Yield the codes that are good now: a code serves once, and who logs in again within the half minute takes the next."""
    now = time.time()
    for step in (0, 1, -1):
        yield code(secret, now + step * PERIOD)
