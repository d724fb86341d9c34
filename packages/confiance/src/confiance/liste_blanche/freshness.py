# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""How old the trust of a reader is, and what follows from it. Pure: values and a clock in, a state out.

=================  ==========================================================================================================
``fresh``          a new list was accepted at the last check
``unchanged``      the last check gave the list already held
``stale-warn``     no successful check, or no new signature where one is promised, for longer than ``warn_after``: raise an alarm
``stale-degraded`` the same for longer than ``degraded_after``: alarm and banner, still serving
``expired``        the same for longer than ``expired_after``, or no list at all: a source answers 503, a conso opens no new transfer
=================  ==========================================================================================================

Source: the Conditions Générales d'Intégration ask for a daily download and say nothing of failures; the limits are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final


class Freshness(Enum):
    """State of the trust of a reader, from best to worst."""

    FRESH = "fresh"
    UNCHANGED = "unchanged"
    STALE_WARN = "stale-warn"
    STALE_DEGRADED = "stale-degraded"
    EXPIRED = "expired"

    @property
    def alarm(self) -> bool:
        """A person must be told."""
        return self in _ALARMING

    @property
    def banner(self) -> bool:
        """Pages must show that the list is old."""
        return self in _BANNER

    @property
    def serves(self) -> bool:
        """A source still answers and a conso may open a transfer."""
        return self is not Freshness.EXPIRED


_ALARMING: Final = frozenset({Freshness.STALE_WARN, Freshness.STALE_DEGRADED, Freshness.EXPIRED})
_BANNER: Final = frozenset({Freshness.STALE_DEGRADED, Freshness.EXPIRED})


@dataclass(frozen=True, slots=True)
class FreshnessLimits:
    """When trust grows old.

    Attributes:
        warn_after: a daily download missed by two hours.
        degraded_after: three days.
        expired_after: one week: longer than any weekend, shorter than a forgotten server.
        resigned_every: the publisher's promise to sign again even without change; None when it promises nothing, as the agency today.
            With a promise, a list whose SigningTime is old grows stale although the download works: that is how a frozen mirror shows.
        signer_warnings: how long before the end of the signer's certificate to raise an alarm.
    """

    warn_after: timedelta = timedelta(hours=26)
    degraded_after: timedelta = timedelta(hours=72)
    expired_after: timedelta = timedelta(days=7)
    resigned_every: timedelta | None = None
    signer_warnings: tuple[timedelta, ...] = (timedelta(days=30), timedelta(days=14), timedelta(days=7))


def assess(limits: FreshnessLimits, *, confirmed_at: datetime, changed: bool, signing_time: datetime, now: datetime) -> Freshness:
    """Return the freshness of a list.

    Args:
        limits: when trust grows old.
        confirmed_at: last time a source gave a valid list, new or the same.
        changed: whether that time brought a new list.
        signing_time: SigningTime of the list held.
        now: the time; the caller never lets it run backwards.
    """
    age = now - confirmed_at
    if limits.resigned_every is not None:
        overdue = now - signing_time - limits.resigned_every
        age = max(age, overdue)
    if age > limits.expired_after:
        return Freshness.EXPIRED
    if age > limits.degraded_after:
        return Freshness.STALE_DEGRADED
    if age > limits.warn_after:
        return Freshness.STALE_WARN
    return Freshness.FRESH if changed else Freshness.UNCHANGED


def signer_expires_soon(limits: FreshnessLimits, signer_not_after: datetime, now: datetime) -> timedelta | None:
    """Return the smallest announced delay that is already running before the signer's certificate ends, or None."""
    left = signer_not_after - now
    return min((warning for warning in limits.signer_warnings if left <= warning), default=None)
