# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""When the list is pulled. Pure: values, a clock and a draw in, a decision out.

Clause: the Conditions Générales d'Intégration ask for a daily download; the delay is a setting and defaults to an hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta

SPREAD = 0.2
"""Share of the delay that is drawn at random."""
AFTER_FAILURE = 0.1
"""Share of the delay after which a failed pull is tried again."""
LONGEST_AFTER_FAILURE = timedelta(minutes=5)


def is_due(last: tuple[datetime, bool] | None, now: datetime, poll_seconds: float, *, draw: float) -> bool:
    """Tell whether a pull must be made.

    Args:
        last: when the last one was made and whether it saw a valid list; None when there was none.
        now: aware time.
        poll_seconds: delay between two successful pulls.
        draw: number between 0 and 1 that spreads the DRIMboxes over time.
    """
    if last is None:
        return True
    at, succeeded = last
    delay = timedelta(seconds=poll_seconds * (1 - SPREAD * draw))
    if not succeeded:
        delay = min(delay * AFTER_FAILURE, LONGEST_AFTER_FAILURE)
    return now >= at + delay or now < at  # a clock that went back must not stop the pulls
