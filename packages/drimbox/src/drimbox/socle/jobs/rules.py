# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""When to try again. Pure: values, a clock and a draw in, a date out."""

from __future__ import annotations

from datetime import datetime, timedelta

from drimbox.config import Delais

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
