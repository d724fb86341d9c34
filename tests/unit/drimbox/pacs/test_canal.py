# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The bounded channel: the writer waits, the reader is told, nobody is left behind."""

from __future__ import annotations

import threading

import pytest

from drimbox.socle.pacs.canal import Canal, CanalFerme


def writer(canal: Canal[int], count: int, outcome: list[object]) -> threading.Thread:
    def write() -> None:
        try:
            for number in range(count):
                canal.put(number)
                outcome.append(number)
            canal.end()
        except CanalFerme as error:
            outcome.append(error)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    return thread


def test_everything_comes_in_order():
    canal: Canal[int] = Canal(2)
    thread = writer(canal, 100, [])
    assert list(iter(canal.get, None)) == list(range(100))
    thread.join(5)
    assert not thread.is_alive()


def test_a_writer_never_runs_ahead_by_more_than_the_size():
    canal: Canal[int] = Canal(3)
    written: list[object] = []
    thread = writer(canal, 50, written)
    for taken in range(50):
        assert canal.get() == taken
        assert len(written) <= taken + 1 + 3 + 1
    thread.join(5)


def test_a_reader_that_leaves_frees_the_writer():
    canal: Canal[int] = Canal(1)
    outcome: list[object] = []
    thread = writer(canal, 10, outcome)
    assert canal.get() == 0
    canal.close()
    thread.join(5)
    assert not thread.is_alive()
    assert isinstance(outcome[-1], CanalFerme)
    assert canal.get() is None


def test_an_error_comes_after_what_was_received():
    canal: Canal[int] = Canal(5)
    canal.put(1)
    canal.end(LookupError())
    assert canal.get() == 1
    with pytest.raises(LookupError):
        canal.get()
