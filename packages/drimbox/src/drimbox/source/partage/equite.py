# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who may transfer now: a cap for all, a cap for each peer, a short queue that is served fairly between peers."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from drimbox.config import Images
from drimbox.source.admission.errors import Refus, TropDeDemandes, TropDeTransferts


@dataclass(eq=False)
class _Attente:
    peer: str
    turn: asyncio.Future[None]


@dataclass
class Equite:
    """The places. A place that becomes free goes to the waiting peer that has the fewest transfers, then to who came first.

    Attributes:
        limits: caps, and how long one may wait.
        running: transfers by peer.
    """

    limits: Images
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
            TropDeDemandes: 429, this peer has too many transfers, and too many that wait or for too long.
            TropDeTransferts: 503, the same for all peers together.
        """
        at_once = self._may_start(peer) and not self._waiting
        if at_once:
            self.running[peer] += 1
        else:
            await self._wait(peer)
        try:
            yield not at_once
        finally:
            self._release(peer)

    def _may_start(self, peer: str) -> bool:
        return self.running.total() < self.limits.max_transfers and self.running[peer] < self.limits.max_transfers_per_peer

    async def _wait(self, peer: str) -> None:
        if sum(attente.peer == peer for attente in self._waiting) >= self.limits.queue:
            raise self._why(peer)
        attente = _Attente(peer, asyncio.get_running_loop().create_future())
        self._waiting.append(attente)
        self._give_places()
        try:
            async with asyncio.timeout(self.limits.queue_seconds):
                await attente.turn
        except BaseException as error:
            if attente in self._waiting:
                self._waiting.remove(attente)
            elif attente.turn.done() and not attente.turn.cancelled():
                self._release(peer)  # the place came as we left
            if isinstance(error, TimeoutError):
                raise self._why(peer) from None
            raise

    def _release(self, peer: str) -> None:
        self.running[peer] -= 1
        if not self.running[peer]:
            del self.running[peer]
        self._give_places()

    def _give_places(self) -> None:
        while ready := [attente for attente in self._waiting if self._may_start(attente.peer)]:
            chosen = min(ready, key=lambda attente: self.running[attente.peer])  # the first of those with the fewest
            self._waiting.remove(chosen)
            self.running[chosen.peer] += 1
            chosen.turn.set_result(None)

    def _why(self, peer: str) -> Refus:
        return TropDeDemandes() if self.running[peer] >= self.limits.max_transfers_per_peer else TropDeTransferts()
