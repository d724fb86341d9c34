# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who may begin now: a cap for all, a cap for each peer, a queue that is served fairly between peers.

Once for the transfers of the door, once for the associations of each PACS: whichever is scarce, one peer alone never takes it all.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from drimbox.config import Images, Pacs
from drimbox.source.admission.errors import Refus, TropDeDemandes, TropDeTransferts


@dataclass(frozen=True, slots=True)
class Bornes:
    """How many may be under way, and how one waits.

    Attributes:
        total: for all peers together.
        per_peer: for one of them.
        queue: how many of one peer may wait; None when something else bounds them.
        seconds: longest wait.
    """

    total: int
    per_peer: int
    queue: int | None
    seconds: float

    @classmethod
    def of_door(cls, images: Images) -> Bornes:
        """Return those of the transfers."""
        return cls(images.max_transfers, images.max_transfers_per_peer, images.queue, images.queue_seconds)

    @classmethod
    def of_pacs(cls, pacs: Pacs) -> Bornes:
        """Return those of the associations of a PACS: the last one is never for a peer that holds all the others."""
        return cls(pacs.max_associations, max(1, pacs.max_associations - 1), None, pacs.timeout)  # who waits here holds a transfer


@dataclass(eq=False)
class _Attente:
    peers: Callable[[], Collection[str]]
    turn: asyncio.Future[str]


@dataclass
class Equite:
    """The places. A place that becomes free goes to the waiting peer that has the fewest, then to who came first.

    Attributes:
        limits: caps, and how long one may wait.
        running: places taken, by peer.
    """

    limits: Bornes
    running: Counter[str] = field(default_factory=Counter)
    _waiting: list[_Attente] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        """Requests that wait for a place."""
        return len(self._waiting)

    @asynccontextmanager
    async def place(self, peer: str) -> AsyncIterator[bool]:
        """Hold a place for the time of a block, which receives whether one had to wait for it.

        Args:
            peer: DN of the peer.

        Raises:
            TropDeDemandes: 429, this peer has too many, and too many that wait or for too long.
            TropDeTransferts: 503, the same for all peers together.
        """
        async with self.place_of(lambda: (peer,)) as waited:
            yield waited

    @asynccontextmanager
    async def place_of(self, peers: Callable[[], Collection[str]]) -> AsyncIterator[bool]:
        """Hold one place for several peers that want the same thing; it counts for the one that has the fewest when it is given.

        Args:
            peers: tells who they are; others may join while the place is waited for: see :meth:`look_again`.

        Raises:
            TropDeDemandes, TropDeTransferts: as :meth:`place`.
        """
        chosen = None if self._waiting else self._chosen(peers())
        at_once = chosen is not None
        if chosen is None:
            chosen = await self._wait(peers)
        else:
            self.running[chosen] += 1
        try:
            yield not at_once
        finally:
            self._release(chosen)

    def look_again(self) -> None:
        """Give what may be given, now that somebody else waits for the same thing."""
        while ready := [(chosen, attente) for attente in self._there() if (chosen := self._chosen(attente.peers())) is not None]:
            chosen, attente = min(ready, key=lambda pair: self.running[pair[0]])  # the first of those with the fewest
            self._waiting.remove(attente)
            self.running[chosen] += 1
            attente.turn.set_result(chosen)

    def _there(self) -> list[_Attente]:
        # one that was cancelled stays until its task runs: a place given to it would be lost
        return [attente for attente in self._waiting if not attente.turn.done()]

    def _chosen(self, peers: Collection[str]) -> str | None:
        """Return for which of these peers a place may be taken now: the one that has the fewest."""
        if not peers or self.running.total() >= self.limits.total:
            return None
        fewest = min(peers, key=lambda peer: self.running[peer])
        return fewest if self.running[fewest] < self.limits.per_peer else None

    async def _wait(self, peers: Callable[[], Collection[str]]) -> str:
        if self.limits.queue is not None and self._waiting_of(peers()) >= self.limits.queue:
            raise self._why(peers())
        attente = _Attente(peers, asyncio.get_running_loop().create_future())
        self._waiting.append(attente)
        self.look_again()
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await attente.turn
        except BaseException as error:
            if attente in self._waiting:
                self._waiting.remove(attente)
            elif attente.turn.done() and not attente.turn.cancelled():
                self._release(attente.turn.result())  # the place came as we left
            if isinstance(error, TimeoutError):
                raise self._why(peers()) from None
            raise

    def _waiting_of(self, peers: Collection[str]) -> int:
        return sum(bool(set(peers) & set(attente.peers())) for attente in self._waiting)

    def _release(self, peer: str) -> None:
        self.running[peer] -= 1
        if not self.running[peer]:
            del self.running[peer]
        self.look_again()

    def _why(self, peers: Collection[str]) -> Refus:
        return TropDeDemandes() if all(self.running[peer] >= self.limits.per_peer for peer in peers) else TropDeTransferts()
