# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""When a mail is tried again, and when it is given up. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from espace.courrier.reglages import Courrier as Reglages

_DAY = 86400.0  # seconds
_MAX_DOUBLINGS = 30  # beyond, the longest delay is reached whatever the settings


def next_try(reglages: Reglages, essais: int, now: datetime) -> datetime:
    """Return when a mail is tried again; the delay doubles at each try, up to the longest.

    Args:
        reglages: delays.
        essais: tries made, this one included.
        now: aware instant of the try.
    """
    return now + timedelta(seconds=seconds_between(reglages, essais))


def horizon(reglages: Reglages, now: datetime) -> datetime:
    """Return the latest date that a next try may have; beyond it, it is not believed: a clock that was ahead wrote it.

    Args:
        reglages: delays.
        now: aware instant.
    """
    return now + timedelta(seconds=reglages.longest_retry_seconds)


def seconds_between(reglages: Reglages, essais: int) -> float:
    """Return the delay after so many tries, in seconds."""
    return float(min(reglages.first_retry_seconds * 2 ** min(max(essais - 1, 0), _MAX_DOUBLINGS), reglages.longest_retry_seconds))


def worn_out(reglages: Reglages, essais: int) -> bool:
    """Tell whether a mail is given up: its tries, spaced as they are, fill the days allowed.

    Args:
        reglages: delays.
        essais: tries made, this one included; a person who has it sent again starts from none.
    """
    doublings = min(essais, _MAX_DOUBLINGS)
    waited = sum(seconds_between(reglages, count) for count in range(1, doublings + 1))
    return waited + (essais - doublings) * reglages.longest_retry_seconds > reglages.give_up_days * _DAY
