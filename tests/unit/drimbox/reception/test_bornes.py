# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The bounds of a connection follow the RIS that may speak from its address."""

from __future__ import annotations

import pytest

from drimbox.config import Reception, Ris
from drimbox.source.reception.bornes import Bornes, bornes_of

SMALL = Ris(name="small", sources=("10.0.0.1/32",), max_message_bytes=2048, max_connections=2)
OTHER = Ris(name="other", sources=("10.0.0.0/24",), max_message_bytes=4096, max_connections=9)
ANYWHERE = Ris(name="anywhere", max_message_bytes=1024)
REGLAGES = Reception(ris=(SMALL, OTHER, ANYWHERE), max_message_bytes=9000, max_connections=7)


@pytest.mark.parametrize(
    ("address", "bornes"),
    [
        ("10.0.0.2", Bornes(("other",), 4096, 7)),
        ("10.0.0.1", Bornes(("small", "other"), 4096, 7)),
        ("127.0.0.1", Bornes(("anywhere",), 1024, 7)),
        ("192.0.2.1", Bornes((), 9000, 7)),
    ],
    ids=["its own", "shared", "of a RIS without address, which speaks from those of the reception", "unnamed"],
)
def test_an_address_has_the_bounds_of_its_ris_and_never_more_connections_than_all(address: str, bornes: Bornes) -> None:
    assert bornes_of(REGLAGES, address) == bornes


def test_one_ris_alone_has_its_own_bounds() -> None:
    assert bornes_of(Reception(ris=(SMALL,)), "10.0.0.1") == Bornes(("small",), 2048, 2)
