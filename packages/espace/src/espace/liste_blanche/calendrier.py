# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""When the list is signed again, who signs at an instant, and what of the signers must be told. Pure: values and a clock in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol, TypeVar

from confiance.errors import OwnError
from espace.calendrier.rules import PARIS
from espace.liste_blanche.errors import AnnonceTardive, SansSuccesseur, SignataireExpire, SignataireIndisponible

WARNINGS = (timedelta(days=90), timedelta(days=30), timedelta(days=14), timedelta(days=7))


class Periode(Protocol):
    """A signer of the settings, seen by its dates only."""

    @property
    def since(self) -> datetime | None:
        """From when it signs."""

    @property
    def until(self) -> datetime | None:
        """From when it does not sign any more."""


P = TypeVar("P", bound=Periode)


@dataclass(frozen=True, slots=True)
class Echeance:
    """A signer of the settings with its certificate.

    Attributes:
        dn: subject of its certificate.
        spki_sha256: hex SHA-256 of its public key.
        debut: when it begins to sign.
        fin: when it stops, its certificate at the latest.
        certificate_end: end of its certificate.
        announced_at: issue of the first head that named it; None when none did.
    """

    dn: str
    spki_sha256: str
    debut: datetime
    fin: datetime
    certificate_end: datetime
    announced_at: datetime | None = None

    def remaining(self, now: datetime) -> timedelta:
        """Return how long it may still sign."""
        return self.fin - now

    def warning(self, now: datetime) -> timedelta | None:
        """Return the smallest announced delay that is running before its end, or None."""
        return next((delay for delay in reversed(WARNINGS) if self.remaining(now) <= delay), None)


def last_occurrence(now: datetime, at: time) -> datetime:
    """Return the last instant at which the clocks of Paris showed this time.

    Args:
        now: aware instant.
        at: time of day in Paris; one that a change of hour skips happens an hour later.
    """
    local = now.astimezone(PARIS)
    today = datetime.combine(local.date(), at, PARIS)
    return today if today <= local else datetime.combine(local.date() - timedelta(days=1), at, PARIS)


def next_occurrence(now: datetime, at: time) -> datetime:
    """Return the next instant at which the list is signed again without being asked."""
    last = last_occurrence(now, at)
    return datetime.combine(last.astimezone(PARIS).date() + timedelta(days=1), at, PARIS)


def daily_is_due(now: datetime, at: time, *, published: datetime | None, asked: datetime | None, retry: timedelta) -> bool:
    """Tell whether the list must be signed again now.

    Args:
        now: aware instant.
        at: time of day in Paris.
        published: last publication; None before the first list, which only a person asks for.
        asked: last time that the daily signature was asked for; one to come was dated by a clock that was ahead, and says nothing of now.
        retry: delay before it is asked again when it was refused.
    """
    if published is None or published >= last_occurrence(now, at):
        return False
    return asked is None or not last_occurrence(now, at) <= asked <= now or now - asked >= retry


def active(signers: Sequence[P], now: datetime) -> P:
    """Return who signs at an instant: of those whose time it is, the one that began last.

    Raises:
        SignataireIndisponible: it is nobody's time.
    """
    ready = [one for one in signers if (one.since is None or one.since <= now) and (one.until is None or now < one.until)]
    if not ready:
        raise SignataireIndisponible
    return max(ready, key=lambda one: (one.since is not None, one.since or now))


def troubles(echeances: Sequence[Echeance], now: datetime, *, announce: timedelta, heads: bool) -> list[tuple[OwnError, str]]:
    """Return what people must be told of the signers, each with the public key it is about.

    Args:
        echeances: every signer that did not stop.
        now: aware instant.
        announce: promised delay between the announcement of a signer and its first list.
        heads: whether heads are published, without which nothing is announced.
    """
    found: list[tuple[OwnError, str]] = []
    for one in echeances:
        if one.fin > now and (delay := one.warning(now)) is not None:
            found.append((SignataireExpire(_ends(one, delay)), f"{one.spki_sha256}:{delay.days}"))
        if heads and one.debut > now and one.debut - (one.announced_at or now) < announce:
            found.append((AnnonceTardive(), one.spki_sha256))
    last = max((one.fin for one in echeances), default=now)
    if last - now <= WARNINGS[0]:
        found.append((SansSuccesseur(), ""))
    return found


def _ends(one: Echeance, delay: timedelta) -> str:
    return f"Le signataire « {one.dn} » cesse de signer le {one.fin:%d/%m/%Y}, dans moins de {delay.days} jours."
