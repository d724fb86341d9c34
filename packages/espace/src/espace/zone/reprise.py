# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""When to try again, and when a person must know. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from confiance.errors import DrimmError, TransportError
from espace.config_zone import Controle
from espace.zone.errors import NomNonServi


@dataclass(frozen=True, slots=True)
class Panne:
    """A DNS that does not do what is asked.

    Attributes:
        error: the last trouble.
        depuis: instant of the first one.
        echecs: how many in a row.
        prochain: instant of the next attempt.
    """

    error: DrimmError
    depuis: datetime
    echecs: int
    prochain: datetime

    def is_waiting(self, now: datetime, settings: Controle) -> bool:
        """Tell whether the next attempt is still to come; one further than any delay is not: a clock that was ahead set it."""
        return now < self.prochain <= now + timedelta(seconds=settings.retry_max_seconds)

    def is_alarming(self, now: datetime, settings: Controle) -> bool:
        """Tell whether a person must know: at once of a refusal, after a while of a silence or of what a cache may explain."""
        return not isinstance(self.error, TransportError | NomNonServi) or now - self.depuis >= timedelta(seconds=settings.alarme_seconds)


def after(panne: Panne | None, error: DrimmError, now: datetime, settings: Controle) -> Panne:
    """Return the trouble after one more failure: the delay doubles each time, up to its maximum; it never begins after now."""
    echecs = 1 if panne is None else panne.echecs + 1
    delay = min(settings.retry_seconds * 2 ** min(echecs - 1, 30), settings.retry_max_seconds)
    return Panne(error, now if panne is None else min(now, panne.depuis), echecs, now + timedelta(seconds=delay))
