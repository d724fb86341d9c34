# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The end of what is kept in memory, on both clocks: a clock of the day that is set back must not lengthen what it was to bound."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Echeance:
    """An end that has come as soon as one of the two clocks says so.

    Attributes:
        at: aware instant.
        monotonic: the same on the clock that nobody sets, in seconds.
    """

    at: datetime
    monotonic: float

    @classmethod
    def of(cls, at: datetime, now: datetime, monotonic: float) -> Echeance:
        """Return the end of what lasts until an instant, both clocks being read now."""
        return cls(at, monotonic + (at - now).total_seconds())

    def has_come(self, now: datetime, monotonic: float) -> bool:
        """Tell whether it has come on either clock."""
        return now >= self.at or monotonic >= self.monotonic
