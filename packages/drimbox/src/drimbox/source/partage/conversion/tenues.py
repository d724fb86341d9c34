# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Images held whole in memory, because their pixels are asked in another form: how many bytes of them at once.

An image is gathered, converted, then sent as fast as its peer reads. Gathering is bounded by places, and one image at a time may be large;
what was converted frees its place and still counts until it left, so that slow peers hold back the next image and not the memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from drimbox.source.admission.errors import TropDeConversions


@dataclass(frozen=True, slots=True)
class LimitesTenues:
    """Bounds: at most ``held`` + ``places`` × ``small`` bytes, and one large image; and what conversion adds to those that were begun.

    Attributes:
        held: bytes from which no other image is begun.
        places: images gathered or converted at once.
        small: bytes beyond which an image is large: a single one is gathered or converted at a time.
        seconds: longest wait for any of these.
    """

    held: int = 1 << 30
    places: int = 4
    small: int = 64 << 20
    seconds: float = 60.0


@dataclass(eq=False)
class Tenue:
    """One image held."""

    _tenues: Tenues
    bytes: int = 0
    _large: bool = False
    _placed: bool = True

    async def grow(self, count: int) -> None:
        """Count bytes that were gathered.

        Raises:
            TropDeConversions: the image is large, and so is another one that does not end.
        """
        self._count(self.bytes + count)
        if self.bytes > self._tenues.limits.small and not self._large:
            await self._tenues.wait(self._tenues.large)
            self._large = True

    def announced(self, count: int) -> None:
        """Count bytes that conversion gives back, before they come: what was gathered is still there."""
        self._count(self.bytes + count)

    def converted(self, count: int) -> None:
        """Say that what was gathered is gone; only so many bytes are left, that must be sent."""
        self._count(count)
        if self._large:
            self._tenues.large.release()
        if self._placed:
            self._tenues.places.release()
        self._large = self._placed = False

    def _count(self, count: int) -> None:
        self._tenues.held += count - self.bytes
        self.bytes = count
        self._tenues.tell()


@dataclass(eq=False)
class Tenues:
    """All of them, in one process.

    Attributes:
        limits: bounds.
        held: bytes held now.
    """

    limits: LimitesTenues = field(default_factory=LimitesTenues)
    held: int = 0
    places: asyncio.Semaphore = field(init=False)
    large: asyncio.Semaphore = field(init=False)
    _room: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.places, self.large = asyncio.Semaphore(self.limits.places), asyncio.Semaphore(1)
        self._room.set()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Tenue]:
        """Hold an image for the time of a block.

        Raises:
            TropDeConversions: no place became free, nor enough memory, in time.
        """
        await self.wait(self.places)
        tenue = Tenue(self)
        try:
            yield tenue
        finally:
            tenue.converted(0)

    async def wait(self, semaphore: asyncio.Semaphore) -> None:
        """Take one of a semaphore; a place, only once there is memory for it.

        Raises:
            TropDeConversions: not in time.
        """
        try:
            async with asyncio.timeout(self.limits.seconds):
                await semaphore.acquire()
                try:
                    while semaphore is self.places and not self._room.is_set():
                        await self._room.wait()
                except BaseException:
                    semaphore.release()
                    raise
        except TimeoutError:
            raise TropDeConversions from None

    def tell(self) -> None:
        """Let who waits for memory look again."""
        if self.held < self.limits.held:
            self._room.set()
        else:
            self._room.clear()
