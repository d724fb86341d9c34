# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A short run of the fuzzing of the images door, always the same; the long one is ./drimm soak fuzz-images."""

from __future__ import annotations

import random

import pytest

from banc.soak import fuzz_images_http as http
from banc.soak.fuzz import Surprise, mutate


@pytest.mark.parametrize("door", http.DOORS)
def test_a_thousand_mutations_surprise_no_door(door: str) -> None:
    chance, seeds = random.Random(20261122), http.SEEDS[http.DOORS[door][1]]
    verdicts = {http.check(door, mutate(chance, seeds, http.TOKENS)) for _ in range(1000)}
    assert verdicts


async def test_broken_http_never_stops_the_server_from_answering_the_next_request() -> None:
    assert sum((await http.http(1.0, random.Random(20261122))).values()) > 0


def test_a_reader_that_lets_another_error_out_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_data: bytes) -> None:
        raise KeyError

    monkeypatch.setitem(http.DOORS, "chemin", (broken, "chemin"))
    with pytest.raises(Surprise):
        http.check("chemin", b"/")
