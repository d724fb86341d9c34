# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""When what failed is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from drimbox.config import Delais, Reprises
from drimbox.socle.jobs.rules import horizon, longest_wait, next_attempt

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DELAIS = Delais(first_seconds=10, factor=2, longest_seconds=100, jitter=0.5)


def seconds(attempt: int, draw: float = 0) -> float:
    return (next_attempt(DELAIS, attempt, NOW, draw) - NOW).total_seconds()


def test_delays_double_up_to_the_longest() -> None:
    assert [seconds(attempt) for attempt in (1, 2, 3, 4, 5, 1000)] == [10, 20, 40, 80, 100, 100]


def test_the_draw_only_shortens() -> None:
    assert (seconds(1, 0), seconds(1, 1)) == (10, 5)


@given(st.integers(0, 10**9), st.floats(0, 1))
def test_an_attempt_is_always_in_the_future_and_never_later_than_the_longest_delay(attempt: int, draw: float) -> None:
    assert 0 < seconds(attempt, draw) <= 100


SCHEDULES = st.builds(
    Delais,
    first_seconds=st.floats(0.1, 10_000),
    factor=st.floats(1, 10),
    longest_seconds=st.floats(0.1, 100_000),
    jitter=st.floats(0, 1),
)
REPRISES = st.builds(Reprises, images=SCHEDULES, pacs=SCHEDULES, dmp=SCHEDULES)


@given(REPRISES, st.sampled_from(["images", "pacs", "dmp"]), st.integers(1, 100), st.floats(0, 1), st.integers(0, 10**6))
def test_a_date_that_a_schedule_gives_is_believed_from_then_on(
    reprises: Reprises, which: str, attempt: int, draw: float, later: int
) -> None:
    at = next_attempt(getattr(reprises, which), attempt, NOW, draw)
    assert at <= horizon(reprises, NOW + timedelta(seconds=later))


@given(REPRISES, st.sampled_from(["images", "pacs", "dmp"]), st.integers(1, 100), st.floats(0, 1), st.integers(0, 10**8))
def test_whatever_the_clock_had_said_nothing_waits_longer_than_the_longest_delay(
    reprises: Reprises, which: str, attempt: int, draw: float, ahead: int
) -> None:
    at = next_attempt(getattr(reprises, which), attempt, NOW + timedelta(seconds=ahead), draw)
    waits_until = at if at <= horizon(reprises, NOW) else NOW
    assert waits_until - NOW <= longest_wait(reprises)
