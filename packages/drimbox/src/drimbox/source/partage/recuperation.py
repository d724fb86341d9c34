# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One retrieval from the PACS, read by one request or by several at their own pace.

With one reader, what comes from the PACS waits in memory, a bounded number of bytes ahead: a slow reader slows the PACS down. When a second
request for the same thing comes while the beginning is still there, it joins: from then on what comes goes to the encrypted disk of
:mod:`.reserve`, so that the slowest does not pace the others. The last reader that leaves ends the retrieval.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeAlias

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from drimbox.socle.pacs.flux import ObjetEnCours
from drimbox.source.admission.errors import InterneIndisponible
from drimbox.source.partage.entrees import END, Bloc, Entry, ObjetRecu, head_of, size_of
from drimbox.source.partage.reserve import Reserve, ReserveRompue, Volume

log = get_logger("partage")
Flux: TypeAlias = "Callable[[Recuperation], AbstractAsyncContextManager[AsyncIterator[ObjetEnCours]]]"
PIECE_BYTES = 256 << 10
"""Bytes gathered before they are written to disk."""
QUICK_SECONDS, QUICK_PARTS = 0.02, 192
"""A reader that comes back within so many seconds, so many times in a row (12 MiB: more than sockets hold), is given whole pieces from
disk, and not part by part."""


@dataclass(frozen=True, slots=True)
class LimitesLecture:
    """Bounds of one retrieval: bytes read ahead of its reader, bytes of its beginning kept for a second one.

    Heads of objects never go to disk: beyond ``heads`` bytes of them the slowest reader paces the others.
    """

    ahead: int = 1 << 20
    prefix: int = 2 << 20
    heads: int = 8 << 20


@dataclass(eq=False)
class Lecteur:
    """One reader of a retrieval. Read an object to its end, or ask for the next one to pass over what is left of it.

    Attributes:
        peer: for whom it reads.
        position: entries passed.
        passed: bytes of these entries.
        waited: seconds spent waiting for the PACS.
    """

    recuperation: Recuperation
    peer: str
    position: int = 0
    passed: int = 0
    waited: float = 0.0
    _in_a_row: int = 0  # parts that its peer took at once

    async def next(self) -> ObjetRecu | None:
        """Return the next object, or None when the PACS has sent everything.

        Raises:
            DrimmError: the retrieval failed.
        """
        while (entry := await self.recuperation.entry(self)) is not None:
            self._pass(entry)
            if isinstance(entry, ObjetRecu):
                return entry
        return None

    async def lots(self) -> AsyncIterator[Sequence[bytes | memoryview]]:
        """Yield the bytes that follow the head of the current object, several pieces at a time.

        Raises:
            DrimmError: the retrieval failed.
        """
        while (entry := await self.recuperation.entry(self)) is not END and isinstance(entry, Bloc):
            start = 0
            while start < entry.parts:
                ranks = range(start, entry.parts if self._hurries else start + 1)
                data, start = await self.recuperation.read(entry, ranks), ranks.stop
                if start == entry.parts:
                    self._pass(entry)  # before it is given: who paces the PACS need not wait for the peer to take it
                given = monotonic()
                yield data
                self._in_a_row = self._in_a_row + len(ranks) if monotonic() - given < QUICK_SECONDS else 0
        if entry is END:
            self._pass(END)

    @property
    def _hurries(self) -> bool:
        """Whether its peer takes what it is given at once, and more than sockets hold: what is given is soon gone from memory."""
        return self._in_a_row >= QUICK_PARTS

    @property
    def ready(self) -> bool:
        """Whether nothing need be waited for: the next entry is here, or none will come."""
        return self.recuperation.ready(self)

    def _pass(self, entry: Entry) -> None:
        self.position += 1
        self.passed += size_of(entry)
        self.recuperation.passed()


@dataclass(eq=False)
class Recuperation:
    """The retrieval. :class:`.partagees.Recuperations` makes it, and ends it when nobody reads any more."""

    flux: Flux
    limits: LimitesLecture
    reserve: Reserve
    on_disk: bool = False
    readers: list[Lecteur] = field(default_factory=list)
    _entries: deque[Entry] = field(default_factory=deque)
    _first: int = 0  # rank of the first entry that is still there
    _produced: int = 0  # bytes of all entries so far
    _heads: int = 0  # bytes of the heads that are in memory
    _ended: bool = False
    _error: DrimmError | None = None
    _waiting: list[asyncio.Future[None]] = field(default_factory=list)
    _room: asyncio.Future[None] | None = None
    _volume: Volume = field(init=False)
    _pump: asyncio.Task[None] | None = None
    _gathered: bytearray = field(default_factory=bytearray)
    _refused: bool = False  # by the disk: what comes stays in memory, whoever reads it

    def __post_init__(self) -> None:
        self._volume = self.reserve.volume()

    @property
    def joinable(self) -> bool:
        """Whether everything from the beginning is still there, and what comes may go to disk."""
        return bool(self.readers) and self._first == 0 and self._error is None and not self._is_full()

    @property
    def begun(self) -> bool:
        """Whether the PACS has sent something."""
        return self._produced > 0

    def peers(self) -> set[str]:
        """Return those for whom it is read."""
        return {reader.peer for reader in self.readers}

    def join(self, peer: str) -> Lecteur:
        """Add a reader, from the beginning."""
        lecteur = Lecteur(self, peer)
        self.readers.append(lecteur)
        self.on_disk = self.on_disk or len(self.readers) > 1
        self._wake_pump()
        if self._pump is None:
            self._pump = asyncio.get_running_loop().create_task(self._run())
        return lecteur

    async def leave(self, lecteur: Lecteur) -> None:
        """Remove a reader; the last one ends the retrieval and gives everything back."""
        self.readers.remove(lecteur)
        if self.readers:
            self.passed()
            return
        try:
            if self._pump is not None:
                self._pump.cancel()
                await asyncio.wait([self._pump])
        finally:
            self._volume.close()
            self._entries.clear()

    async def entry(self, lecteur: Lecteur) -> Entry | None:
        """Return what the reader must read now, waiting for the PACS; None at the end.

        Raises:
            DrimmError: the retrieval failed.
        """
        while (index := lecteur.position - self._first) >= len(self._entries):
            if self._error is not None:
                raise self._error
            if self._ended:
                return None
            await self.wait(lecteur)
        return self._entries[index]

    def ready(self, lecteur: Lecteur) -> bool:
        """Tell whether :meth:`entry` would answer at once."""
        return self._ended or lecteur.position - self._first < len(self._entries)

    async def read(self, bloc: Bloc, ranks: range) -> Sequence[bytes | memoryview]:
        """Return the bytes of some parts of a block, from memory or from disk.

        Raises:
            ReserveRompue: the disk does not give them back.
        """
        if bloc.place is not None:
            return await self.reserve.decrypt(bloc.place, ranks)
        return bloc.data

    def passed(self) -> None:
        """Let go of what every reader has passed, unless the beginning is still kept, and let the PACS go on if there is room."""
        readers = self.readers
        last = readers[0].position if len(readers) == 1 else min(reader.position for reader in readers)
        if self._first or not self._keeps_beginning():
            while self._first < last:
                entry = self._entries.popleft()
                self._first += 1
                if isinstance(entry, ObjetRecu):
                    self._heads -= size_of(entry)
                elif entry.place is not None:
                    self._volume.free(entry.place)
        if self._has_room():
            self._wake_pump()

    def _keeps_beginning(self) -> bool:
        """In memory, up to a size; with several readers, as long as the disk takes what comes."""
        return not self._is_full() if self.on_disk else self._produced <= self.limits.prefix

    def _is_full(self) -> bool:
        """Whether what comes can no longer wait for the slowest reader, however far it is."""
        return self._refused or self.reserve.full or self._heads >= self.limits.heads

    def _has_room(self) -> bool:
        if self.on_disk and not self._is_full():
            return True
        readers = self.readers
        slowest = readers[0].passed if len(readers) == 1 else min((reader.passed for reader in readers), default=0)
        return self._produced - slowest < self.limits.ahead

    async def _run(self) -> None:
        try:
            async with self.flux(self) as objets:
                async for objet in objets:
                    await self._take(objet)
        except DrimmError as error:
            self._error = error
        except Exception as error:
            log.error("partage:lecture:failed", exc_info=error)
            self._error = InterneIndisponible()
        finally:
            self._ended = True
            self._wake_readers()

    async def _take(self, objet: ObjetEnCours) -> None:
        self._add(head_of(objet))
        async for lot in objet.lots():
            if self.on_disk and not self._refused and not self.reserve.full:
                await self._to_disk(lot)
            else:
                await self._flush()
                self._add(Bloc(lot, None, sum(map(len, lot))))
            if not self._has_room():
                await self._flush()  # readers may need these very bytes to go on
                await self._make_room()
        await self._flush()
        self._add(END)

    def _add(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._produced += size_of(entry)
        if isinstance(entry, ObjetRecu):
            self._heads += size_of(entry)
        self._wake_readers()

    async def _to_disk(self, lot: Sequence[memoryview]) -> None:
        for bloc in lot:
            self._gathered += bloc
        if len(self._gathered) >= PIECE_BYTES:
            await self._flush()

    async def _flush(self) -> None:
        if self._gathered:
            data, self._gathered = bytes(self._gathered), bytearray()
            try:
                bloc = Bloc((), await self._volume.write(data), len(data))
            except ReserveRompue as error:
                log.warning("partage:reserve:refused", code=error.code, error_type=type(error.__cause__).__name__)
                self._refused, bloc = True, Bloc((data,), None, len(data))
            self._add(bloc)

    async def _make_room(self) -> None:
        """Wait until a reader has read enough, or the disk has room again; that is how the PACS is slowed down."""
        while not self._has_room():
            self._room = asyncio.get_running_loop().create_future()
            with self.reserve.telling(self._go_on_if_room) if self.on_disk else nullcontext():
                await self._room

    def _go_on_if_room(self) -> None:
        if self._has_room():
            self._wake_pump()

    def hasten(self) -> None:
        """Let the PACS wait for no reader any more: what comes goes to disk, as long as the disk takes it."""
        if self._room is not None and not self._room.done():
            self.on_disk = True
            self._wake_pump()

    async def wait(self, lecteur: Lecteur) -> None:
        """Wait for something new from the PACS."""
        loop = asyncio.get_running_loop()
        future, started = loop.create_future(), loop.time()
        self._waiting.append(future)
        try:
            await future
        finally:
            lecteur.waited += loop.time() - started

    def _wake_readers(self) -> None:
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            _wake(future)

    def _wake_pump(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
