# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""A reader with a memory: it only ever trusts more, or raises and stays as it was.

What it remembers defends against what one file cannot show: an older genuine list (rollback), the same list served for ever
(freeze), two lists under one date, a list that empties the mesh, a clock that went back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from confiance.errors import OwnError
from confiance.liste_blanche import freshness
from confiance.liste_blanche.freshness import Freshness, FreshnessLimits
from confiance.liste_blanche.model import ListeBlanche
from confiance.liste_blanche.policy import Policy
from confiance.liste_blanche.verifier import NaiveTime, verify
from confiance.refusals import MemeDateAutreCorps, RetourArriere, RetraitMassif


class ClockFault(OwnError):
    """The clock shows a time before one already seen."""

    code = "liste_blanche.horloge"
    message = "L'horloge de cette machine est en retard sur une heure déjà constatée."
    remede = "Remettre l'horloge à l'heure (NTP) ; si c'est l'heure précédente qui était fausse, acquitter le défaut d'horloge."


class NoListe(OwnError):
    """No list was ever accepted."""

    code = "liste_blanche.absente"
    message = "Aucune Liste Blanche n'a encore été acceptée."
    remede = "Télécharger la Liste Blanche et vérifier les certificats d'autorité configurés."


class Outcome(Enum):
    """What an accepted file changed."""

    NEW = "nouvelle"
    UNCHANGED = "inchangee"


@dataclass(frozen=True, slots=True)
class RemovalGuard:
    """How many names one list may remove at once without a person's word.

    Attributes:
        fraction: largest share of the names held that may go.
        floor: removals up to this number are never held, whatever the share.
    """

    fraction: float = 0.2
    floor: int = 5


@dataclass(frozen=True)
class ReaderSettings:
    """Limits of the reader's memory."""

    freshness: FreshnessLimits = field(default_factory=FreshnessLimits)
    removal: RemovalGuard = field(default_factory=RemovalGuard)


@dataclass(frozen=True)
class Memory:
    """What the reader knows after its last success; replaced whole, so that nobody ever sees half of it.

    Attributes:
        data: the file of the list held.
        liste: the list held.
        accepted_at: trusted time at which it was verified.
        confirmed_at: last time a source gave a valid list, new or the same.
        changed: whether that time brought a new list.
        latest_seen: highest trusted time ever seen.
    """

    data: bytes
    liste: ListeBlanche
    accepted_at: datetime
    confirmed_at: datetime
    changed: bool
    latest_seen: datetime


class TrustedListeBlanche:
    """State of a reader of the Liste Blanche.

    One writer calls :meth:`update`; any number of readers use :attr:`current`, which changes in one assignment.
    """

    def __init__(self, policy: Policy, settings: ReaderSettings | None = None, memory: Memory | None = None) -> None:
        """Start empty, or from a memory restored by :mod:`confiance.liste_blanche.store`."""
        self._policy = policy
        self._settings = settings or ReaderSettings()
        self._memory = memory

    @property
    def current(self) -> ListeBlanche | None:
        """The last good list, or None; ask :meth:`freshness` whether it may still be used."""
        return None if self._memory is None else self._memory.liste

    @property
    def memory(self) -> Memory | None:
        """What a store must keep."""
        return self._memory

    @property
    def policy(self) -> Policy:
        """Whom this reader believes."""
        return self._policy

    def require(self) -> ListeBlanche:
        """Return the last good list.

        Raises:
            NoListe: there is none.
        """
        if self._memory is None:
            raise NoListe
        return self._memory.liste

    def use_policy(self, policy: Policy) -> None:
        """Take new anchors, CRLs or signers for the next update."""
        self._policy = policy

    def update(
        self, data: bytes, *, at: datetime, confirm_removal: str | None = None, check: Callable[[ListeBlanche], None] | None = None
    ) -> Outcome:
        """Verify a file and trust it if it is not older than what is trusted.

        Args:
            data: the file, whole.
            at: the trusted time, aware.
            confirm_removal: hex SHA-256 of a file whose mass removal a person confirmed.
            check: a further condition on the verified list, which raises; even a list already held must meet it, else a mirror that
                withholds the newest one would keep the trust fresh.

        Returns:
            Whether the list is a new one.

        Raises:
            ListeBlancheRefused: the file is refused; the list held is kept.
            ClockFault: ``at`` lies before a time already seen; nothing is kept of the file.
        """
        self._check_clock(at)
        liste = verify(data, self._policy, at=at)
        if check is not None:
            check(liste)
        memory = self._memory
        if memory is None:
            self._memory = Memory(data, liste, at, at, changed=True, latest_seen=at)
            return Outcome.NEW
        latest = max(at, memory.latest_seen)
        if _is_same(liste, memory.liste):
            self._memory = replace(memory, confirmed_at=at, changed=False, latest_seen=latest)
            return Outcome.UNCHANGED
        _check_ratchet(liste, memory.liste)
        self._check_removal(liste, memory.liste, confirm_removal)
        self._memory = Memory(data, liste, at, at, changed=True, latest_seen=latest)
        return Outcome.NEW

    def freshness(self, now: datetime) -> Freshness:
        """Return how old the trust is; a clock that went back never makes it younger.

        Raises:
            NaiveTime: ``now`` has no zone.
        """
        if now.tzinfo is None:
            raise NaiveTime
        memory = self._memory
        if memory is None:
            return Freshness.EXPIRED
        return freshness.assess(
            self._settings.freshness,
            confirmed_at=memory.confirmed_at,
            changed=memory.changed,
            signing_time=memory.liste.signing_time,
            now=max(now, memory.latest_seen),
        )

    def signer_expires_soon(self, now: datetime) -> timedelta | None:
        """Return the announced delay that is running before the signer's certificate ends, or None."""
        if self._memory is None:
            return None
        return freshness.signer_expires_soon(self._settings.freshness, self._memory.liste.signer_not_after, now)

    def acknowledge_clock(self, at: datetime) -> None:
        """Forget a time wrongly seen: a person states that ``at`` is right.

        Raises:
            NaiveTime: ``at`` has no zone.
            ClockFault: the list held was signed after ``at``, so ``at`` is wrong.
        """
        if at.tzinfo is None:
            raise NaiveTime
        if self._memory is None:
            return
        if at + self._policy.limits.clock_skew < self._memory.liste.signing_time:
            raise ClockFault
        confirmed = min(self._memory.confirmed_at, at)
        accepted = min(self._memory.accepted_at, at)
        self._memory = replace(self._memory, confirmed_at=confirmed, accepted_at=accepted, latest_seen=at)

    def _check_clock(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise NaiveTime
        if self._memory is None:
            return
        seen = max(self._memory.latest_seen, self._memory.liste.signing_time)
        if at + self._policy.limits.clock_skew < seen:
            raise ClockFault

    def _check_removal(self, new: ListeBlanche, held: ListeBlanche, confirmed: str | None) -> None:
        guard = self._settings.removal
        removed = len(held.names - new.names)
        if removed > guard.floor and removed > guard.fraction * len(held.names) and confirmed != new.sha256:
            raise RetraitMassif


def _is_same(new: ListeBlanche, held: ListeBlanche) -> bool:
    """The same file, or the same content signed at the same second in another shape."""
    if new.sha256 == held.sha256:
        return True
    return new.body_sha256 == held.body_sha256 and new.signing_time == held.signing_time


def _check_ratchet(new: ListeBlanche, held: ListeBlanche) -> None:
    """Neither DateDeGeneration nor SigningTime may go back.

    Two clocks, because the agency changed the content for six months without moving DateDeGeneration (September 2025 to March 2026).
    """
    if new.date_generation < held.date_generation or new.signing_time < held.signing_time:
        raise RetourArriere
    if (new.date_generation, new.signing_time) == (held.date_generation, held.signing_time):
        raise MemeDateAutreCorps
