# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A door that is beaten upon writes a bounded number of lines, and says how many it left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drimbox.socle.journal.debit import Debit


def test_beyond_so_many_in_a_minute_nothing_is_written_until_the_next_one_which_counts_them() -> None:
    debit = Debit(per_minute=3)
    assert [debit.admit("10.0.0.1", "code", at=second) for second in range(5)] == [0, 0, 0, None, None]
    assert debit.admit("10.0.0.1", "other", at=5) == 0
    assert debit.admit("10.0.0.2", "code", at=5) == 0
    assert [debit.admit("10.0.0.1", "code", at=60 + second) for second in range(2)] == [2, 0]


def test_peers_without_number_are_forgotten_the_oldest_first() -> None:
    debit = Debit(per_minute=1, keys=2)
    assert [debit.admit(peer, at=0) for peer in ("a", "b", "c", "a", "c")] == [0, 0, 0, 0, None]


@given(st.lists(st.floats(0, 600, allow_nan=False), max_size=300))
def test_every_line_is_written_or_counted(moments: list[float]) -> None:
    debit = Debit(per_minute=5)
    answers = [debit.admit("peer", at=moment) for moment in sorted(moments)]
    last = debit.admit("peer", at=10_000)
    assert last is not None
    assert sum(1 for answer in answers if answer is None) == sum(answer or 0 for answer in (*answers, last))
