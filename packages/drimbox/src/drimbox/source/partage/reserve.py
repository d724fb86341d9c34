# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Images that wait on disk for a slower reader: encrypted under a key that only this process has, in files that have no name.

A crash leaves nothing: the kernel frees a file without a name with its last descriptor, and the key was never written anywhere.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from confiance.errors import OwnError

T = TypeVar("T")
TAG_BYTES = 16
PART_BYTES = 64 << 10
"""Bytes encrypted together, so the least that can be had back: what a slow reader keeps in memory while its peer takes it."""
_SEALED_BYTES = PART_BYTES + TAG_BYTES
SEGMENT_BYTES = 64 << 20


class ReserveRompue(OwnError):
    """What was put on disk cannot be had back."""

    code = "partage.reserve_rompue"
    message = "Le fichier d'attente des images ne peut pas être écrit ou relu."
    remede = "Vérifiez le disque du dossier [images] spool : place libre, droits, erreurs du support."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece is: its segment, its bytes there, the number under which its first part was encrypted; the others follow."""

    segment: Segment
    offset: int
    length: int
    number: int

    @property
    def parts(self) -> int:
        """Parts that it is made of."""
        return -(-self.length // _SEALED_BYTES)


@dataclass(eq=False, slots=True)
class Segment:
    """One file without a name; closed when nothing more is written to it and nothing of it is wanted."""

    file: BinaryIO
    size: int = 0
    live: int = 0
    sealed: bool = False


class Reserve:
    """The disk of one process.

    Args:
        folder: where the files are; the system's by default.
        max_bytes: size of all of them together; 0 writes nothing ever.
    """

    def __init__(self, folder: Path | None, max_bytes: int) -> None:
        self._folder, self._max = folder, max_bytes
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._number = 1  # of the next part: never twice the same under one key
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="reserve")
        self._waiting: list[Callable[[], None]] = []
        self.used = 0

    @property
    def full(self) -> bool:
        """Whether no more should be written for now."""
        return self.used >= self._max

    @contextmanager
    def telling(self, freed: Callable[[], None]) -> Iterator[None]:
        """Call a function each time some bytes were given back, whoever had them, for the time of a block."""
        self._waiting.append(freed)
        try:
            yield
        finally:
            self._waiting.remove(freed)

    def give_back(self, count: int) -> None:
        """Say that so many bytes are on disk no more."""
        self.used -= count
        for freed in tuple(self._waiting):
            freed()

    def volume(self) -> Volume:
        """Return a place to write one retrieval."""
        return Volume(self)

    def close(self) -> None:
        """Free the threads."""
        self._threads.shutdown(wait=True)

    async def encrypt_to(self, segment: Segment, data: bytes) -> Place:
        """Write a piece at the end of a segment.

        Raises:
            ReserveRompue: the disk does not take it.
        """
        parts = -(-len(data) // PART_BYTES)
        place = Place(segment, segment.size, len(data) + parts * TAG_BYTES, self._number)
        self._number += parts
        segment.size += place.length
        segment.live += place.length
        self.used += place.length
        await self._in_thread(place, partial(self._write, place, data))
        return place

    async def decrypt(self, place: Place, ranks: range) -> list[bytes]:
        """Read parts of a piece back, by their ranks from 0.

        Raises:
            ReserveRompue: the disk does not give what was written.
        """
        return await self._in_thread(place, partial(self._read, place, ranks))

    async def _in_thread(self, place: Place, work: Callable[[int], T]) -> T:
        """Work on the file of a place, through a descriptor that is closed with the work and not before.

        Who waits may be cancelled and the file closed while a thread is at it: its number would by then be that of another file.
        """
        try:
            descriptor = os.dup(place.segment.file.fileno())
            job = self._threads.submit(work, descriptor)
            job.add_done_callback(lambda _job: os.close(descriptor))
            return await asyncio.wrap_future(job)
        except (OSError, InvalidTag) as error:
            raise ReserveRompue from error

    def _write(self, place: Place, data: bytes, descriptor: int) -> None:
        view, offset = memoryview(data), place.offset
        for rank in range(place.parts):
            part = view[rank * PART_BYTES : (rank + 1) * PART_BYTES]
            sealed = memoryview(self._cipher.encrypt(_nonce(place, rank), part, None))
            while sealed:
                written = os.pwrite(descriptor, sealed, offset)
                sealed, offset = sealed[written:], offset + written

    def _read(self, place: Place, ranks: range, descriptor: int) -> list[bytes]:
        before, after = ranks.start * _SEALED_BYTES, min(ranks.stop * _SEALED_BYTES, place.length)
        sealed = memoryview(os.pread(descriptor, after - before, place.offset + before))
        parts = (sealed[start : start + _SEALED_BYTES] for start in range(0, after - before, _SEALED_BYTES))
        return [self._cipher.decrypt(_nonce(place, rank), part, None) for rank, part in zip(ranks, parts, strict=True)]

    def new_segment(self) -> Segment:
        """Open a file without a name.

        Raises:
            ReserveRompue: the folder does not take it.
        """
        try:
            return Segment(tempfile.TemporaryFile(dir=self._folder, buffering=0))
        except OSError as error:
            raise ReserveRompue from error


def _nonce(place: Place, rank: int) -> bytes:
    return (place.number + rank).to_bytes(12, "big")


@dataclass
class Volume:
    """What one retrieval has on disk, in segments that are given back as soon as every reader has passed them."""

    reserve: Reserve
    _segments: list[Segment] = field(default_factory=list)

    async def write(self, data: bytes) -> Place:
        """Keep a piece.

        Raises:
            ReserveRompue: the disk does not take it.
        """
        if not self._segments or self._segments[-1].sealed or self._segments[-1].size >= SEGMENT_BYTES:
            if self._segments:
                self._seal(self._segments[-1])
            self._segments.append(self.reserve.new_segment())
        before = self._segments[-1].size
        segment = self._segments[-1]
        try:
            return await self.reserve.encrypt_to(segment, data)
        except ReserveRompue:
            segment.live -= segment.size - before
            self._seal(segment)  # nothing more is written after what is not whole
            raise

    def free(self, place: Place) -> None:
        """Say that nobody wants a piece any more."""
        place.segment.live -= place.length
        if place.segment.sealed and place.segment.live <= 0:
            self._drop(place.segment)

    def close(self) -> None:
        """Give everything back."""
        for segment in tuple(self._segments):
            self._drop(segment)

    def _seal(self, segment: Segment) -> None:
        segment.sealed = True
        if segment.live <= 0:
            self._drop(segment)

    def _drop(self, segment: Segment) -> None:
        if segment in self._segments:
            self._segments.remove(segment)
            segment.file.close()
            self.reserve.give_back(segment.size)
