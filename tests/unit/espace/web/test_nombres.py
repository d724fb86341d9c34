# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Numbers of addresses and forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espace.web.nombres import number


@pytest.mark.parametrize(("text", "expected"), [("0", 0), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_a_number_is_read(text: str, expected: int) -> None:
    assert number(text) == expected


@pytest.mark.parametrize("text", ["", "²", "１", "-1", "+1", "1.0", "1 ", "1_0", "9" * 19, "9" * 5000, "0x1", "\x00"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert number(text) is None


@given(st.text(max_size=40))
def test_whatever_comes_gives_nothing_that_a_bigint_lacks(text: str) -> None:
    found = number(text)
    assert found is None or 0 <= found < 2**63
