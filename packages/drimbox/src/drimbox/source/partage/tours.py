# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Whose turn it is to have an association with a PACS: the scarce thing, that slow readers must not keep from the others.

A silence has a limit and a transfer has none: a peer that reads a little now and then would hold an association for ever. So when a
retrieval waits, those that are slowed by their readers go on to disk at the pace of the PACS, which is then free.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

from drimbox.config import Pacs
from drimbox.socle.pacs.objet import ObjetEnCours
from drimbox.source.partage.equite import Bornes, Equite
from drimbox.source.partage.recuperation import Recuperation

Flux: TypeAlias = Callable[[], AbstractAsyncContextManager[AsyncIterator[ObjetEnCours]]]
PATIENCE_SECONDS = 1.0
"""How long a retrieval waits before the others are asked not to wait for their readers."""


class Tours:
    """The turns at one PACS.

    Args:
        pacs: which one.

    Attributes:
        places: its associations, shared fairly between peers.
    """

    def __init__(self, pacs: Pacs) -> None:
        self.places = Equite(Bornes.of_pacs(pacs))
        # the listener of a C-MOVE takes, one after the other, those that one object could answer: an association is not all
        self._listener = pacs.recuperation == "c-move"
        self._running: set[Recuperation] = set()

    @asynccontextmanager
    async def turn(self, flux: Flux, mine: Recuperation) -> AsyncIterator[AsyncIterator[ObjetEnCours]]:
        """Open a retrieval once it may be.

        Raises:
            TropDeDemandes, TropDeTransferts: no association became free within the timeout of the PACS.
        """
        self._running.add(mine)
        timer = _Timer(self, mine)
        try:
            async with self.places.place_of(mine.peers):
                if not self._listener:
                    timer.cancel()
                async with flux() as objets:
                    yield objets
        finally:
            timer.cancel()
            self._running.discard(mine)

    def hasten(self, waiting: Recuperation) -> None:
        """Ask every retrieval but one not to wait for its readers."""
        for other in self._running:
            if other is not waiting:
                other.hasten()


class _Timer:
    """Hastens the others from time to time until a retrieval has its turn."""

    def __init__(self, tours: Tours, waiting: Recuperation) -> None:
        self._tours, self._waiting = tours, waiting
        self._handle = self._again()

    def _again(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._ring)

    def _ring(self) -> None:
        if not self._waiting.begun:
            self._tours.hasten(self._waiting)
            self._handle = self._again()

    def cancel(self) -> None:
        self._handle.cancel()
