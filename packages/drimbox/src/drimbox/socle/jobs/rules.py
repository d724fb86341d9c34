# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""When to try again. Pure: values, a clock and a draw in, a date out."""

from __future__ import annotations

from datetime import datetime, timedelta

from drimbox.config import Delais, Reprises

FIRST_SECONDS = 5
LONGEST_SECONDS = 900
"""Of a job that fell by surprise."""
_MOST_DOUBLINGS = 40


def next_attempt(delais: Delais, attempt: int, now: datetime, draw: float) -> datetime:
    """Return when to try again.

    Args:
        delais: delays of this kind of attempt.
        attempt: how many attempts were already made, 1 or more.
        now: aware date of the failure.
        draw: a number between 0 and 1, drawn by the caller; it spreads the attempts of many rows.
    """
    growth: float = delais.factor ** min(max(attempt, 1) - 1, _MOST_DOUBLINGS)
    seconds = min(delais.first_seconds * growth, delais.longest_seconds)
    return now + timedelta(seconds=seconds * (1 - delais.jitter * draw))


def longest_wait(reprises: Reprises) -> timedelta:
    """Return the longest time for which anything is ever put off."""
    schedules = (reprises.images, reprises.pacs, reprises.dmp)
    return timedelta(seconds=max(LONGEST_SECONDS, *(delais.longest_seconds for delais in schedules)))


def horizon(reprises: Reprises, now: datetime) -> datetime:
    """Return the latest date that a next attempt may have; beyond it, it is not believed: a clock that was ahead wrote it.

    Args:
        reprises: every schedule.
        now: aware date.
    """
    return now + longest_wait(reprises)
