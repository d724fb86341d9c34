# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""When the list is pulled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drimbox.socle.annuaire.rules import SPREAD, is_due

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
HOUR = 3600.0


def test_a_drimbox_that_never_pulled_pulls_at_once() -> None:
    assert is_due(None, NOW, HOUR, draw=0.5)


@pytest.mark.parametrize(("minutes", "due"), [(10, False), (47, False), (61, True)])
def test_a_successful_pull_is_followed_by_another_after_the_delay(minutes: int, due: bool) -> None:
    assert is_due((NOW - timedelta(minutes=minutes), True), NOW, HOUR, draw=0.0) is due


def test_the_draw_spreads_drimboxes_over_a_share_of_the_delay() -> None:
    last = (NOW - timedelta(minutes=50), True)
    assert is_due(last, NOW, HOUR, draw=1.0)
    assert not is_due(last, NOW, HOUR, draw=0.0)


def test_a_failed_pull_is_tried_again_within_minutes() -> None:
    assert is_due((NOW - timedelta(minutes=5), False), NOW, 24 * HOUR, draw=0.0)


def test_a_clock_that_went_back_does_not_stop_the_pulls() -> None:
    assert is_due((NOW + timedelta(days=2), True), NOW, HOUR, draw=0.0)


@given(st.floats(0, 1), st.floats(1, 10**6))
def test_the_delay_stays_within_its_spread(draw: float, poll: float) -> None:
    just_before = NOW - timedelta(seconds=poll * (1 - SPREAD)) + timedelta(seconds=1)
    assert not is_due((just_before, True), NOW, poll, draw=draw) or poll < 2
    assert is_due((NOW - timedelta(seconds=poll), True), NOW, poll, draw=draw)
