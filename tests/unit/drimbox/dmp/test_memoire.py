# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is kept of files is made once, even when several threads ask for it or fill the place meanwhile."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from drimbox.socle.dmp.memoire import Memoire


def test_threads_that_push_one_another_out_all_get_the_value_of_their_content() -> None:
    memoire, made = Memoire[int](kept=2), Counter[int]()

    def make(number: int) -> int:
        made[number] += 1
        sleep(0)  # lets another thread in
        return number

    with ThreadPoolExecutor(8) as pool:
        asked = [number % 5 for number in range(400)]
        assert list(pool.map(lambda number: memoire.get(bytes([number]), lambda: make(number)), asked)) == asked
    assert set(made) == set(range(5))


def test_the_same_content_is_made_once_whoever_asks() -> None:
    memoire, made = Memoire[object](), list[object]()

    def make() -> object:
        sleep(0)
        made.append(object())
        return made[-1]

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: memoire.get(b"x", make), range(100)))
    assert found == set(made)
    assert len(made) == 1


def test_what_could_not_be_made_is_tried_again() -> None:
    memoire = Memoire[int]()
    with pytest.raises(ZeroDivisionError):
        memoire.get(b"x", lambda: 1 // 0)
    assert memoire.get(b"x", lambda: 3) == 3
