# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who is inside a network."""

from __future__ import annotations

import pytest

from drimbox.socle.reseaux import is_inside

NETWORKS = ("127.0.0.0/8", "192.0.2.7", "2001:db8::/32")


@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.7", "2001:db8::1", "::ffff:192.0.2.7"])
def test_inside(address: str) -> None:
    assert is_inside(address, NETWORKS)


@pytest.mark.parametrize("address", ["192.0.2.8", "2001:db9::1", "", "localhost", "127.0.0.1/8", "::ffff:192.0.2.8"])
def test_outside(address: str) -> None:
    assert not is_inside(address, NETWORKS)


def test_nobody_is_inside_no_network() -> None:
    assert not is_inside("127.0.0.1", ())
