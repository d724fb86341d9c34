# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Codes of a second factor."""

from __future__ import annotations

import base64

import pytest

from banc.demo.totp import code

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(("at", "expected"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")])
def test_the_codes_are_those_of_the_rfc(at: int, expected: str) -> None:
    """RFC 6238, appendix B, its last six digits."""
    assert code(SECRET, at) == expected
