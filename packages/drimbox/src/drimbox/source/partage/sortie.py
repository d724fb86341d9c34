# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is written to one peer: pieces gathered into few chunks, given to the TLS layer as they leave, slower when the peer reads slower."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from types import MappingProxyType

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

_RECORD = 16 * 1024  # longest TLS record


def _filling(records: int) -> int:
    """Return how many bytes make a chunk that fills so many records, with what HTTP puts around it."""
    size = records * _RECORD
    return size - len(b"%x\r\n\r\n" % (size - _RECORD))


GATHERED = _filling(4)
"""Bytes gathered before they leave: they fill records. The TLS layer of a slow peer keeps, as long as it lives, as much memory as the
largest chunk that it was given."""
GATHERED_FAST = _filling(32)
"""The same for a peer that reads fast: fewer steps for the same bytes."""
FAST_SECONDS, FAST_BYTES = 0.02, 12 << 20
"""A peer reads fast once it took so many bytes (more than sockets hold) and was never waited for longer."""
WRITE_BUFFER = 1
"""Bytes that may wait encrypted behind the socket's own buffer: as soon as there are some, nothing more is written."""
LINGER_SECONDS = 0.005
"""How long what is gathered waits for what follows."""


class PairMuet(Exception):
    """The peer stopped reading for longer than the idle limit."""


@dataclass
class Compte:
    """What one transfer carried so far, and where its time went.

    Attributes:
        instances: objects wholly sent.
        bytes: bytes of content sent.
        converted: objects sent in another syntax than the stored one.
        started: when the transfer began, on the monotonic clock.
        first: seconds before the first byte of content, or None.
        waited: seconds spent waiting for the peer to read.
        pacs: seconds spent waiting for the PACS.
        left_out: objects of the exam that the KOS does not point to.
        rows: of a search, which carries no object.
    """

    instances: int = 0
    bytes: int = 0
    converted: int = 0
    started: float = 0.0
    first: float | None = None
    waited: float = 0.0
    pacs: float = 0.0
    left_out: int = 0
    rows: int = 0

    def __post_init__(self) -> None:
        self.started = monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the transfer began."""
        return round(monotonic() - self.started, 3)


class Sortie:
    """The answer to one peer: what is written waits for it to read, as long as it reads something.

    The chunks of HTTP are written here, straight to the transport: the bytes of a chunk are copied once, into it. What is gathered leaves
    when there is enough of it, or after a moment, whatever the writer waits for meanwhile.
    """

    def __init__(self, request: web.Request, idle_seconds: float, compte: Compte) -> None:
        self._request, self._idle, self._compte = request, idle_seconds, compte
        self._response: web.StreamResponse | None = None
        self._writer: AbstractStreamWriter | None = None
        self._transport: asyncio.Transport | None = None
        self._pieces: list[bytes | memoryview] = []
        self._gathered = 0
        self._taken_fast = 0  # bytes since the peer was last waited for
        self._timer: asyncio.TimerHandle | None = None

    async def open(self, content_type: str, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        """Send the status line and the headers, with some more if given.

        Raises:
            ConnectionError: the peer left.
        """
        self._response = web.StreamResponse(headers={**headers, "Content-Type": content_type, "Cache-Control": "no-store"})
        self._response.enable_chunked_encoding()
        self._transport = self._request.transport
        if self._transport is None:
            raise ConnectionResetError
        self._transport.set_write_buffer_limits(high=WRITE_BUFFER)
        self._writer = await self._response.prepare(self._request)
        self._compte.first = self._compte.seconds

    async def write(self, *pieces: bytes | memoryview) -> None:
        """Write some bytes, in chunks: a peer that reads a little within the idle limit is alive, whatever the size of the pieces.

        Raises:
            PairMuet: the peer stopped reading.
            ConnectionError: the peer left.
        """
        for piece in pieces:
            if self._gathered + len(piece) >= self._enough:
                await self._write_over(memoryview(piece))
            elif piece:
                self._pieces.append(piece)
                self._gathered += len(piece)
        if self._request.protocol.writing_paused:
            await self._drained()
        if self._pieces and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._linger_no_more)

    async def flush(self) -> None:
        """Let what is gathered leave.

        Raises:
            PairMuet: the peer stopped reading.
            ConnectionError: the peer left.
        """
        self._leave()
        if self._request.protocol.writing_paused:
            await self._drained()

    async def end(self) -> web.StreamResponse:
        """Send the end of the answer.

        Raises:
            PairMuet: the peer stopped reading.
            ConnectionError: the peer left.
        """
        await self.flush()
        if self._timer is not None:
            self._timer.cancel()
        assert self._response is not None
        async with self._patience():
            await self._response.write_eof()
        return self._response

    async def _write_over(self, view: memoryview) -> None:
        """Write a piece that fills at least one chunk with what is gathered."""
        start = 0
        while len(view) - start >= (room := max(0, self._enough - self._gathered)):
            self._pieces.append(view[start : start + room])
            start += room
            self._gathered += room
            await self.flush()
        if start < len(view):
            self._pieces.append(view[start:])
            self._gathered += len(view) - start

    @property
    def _enough(self) -> int:
        return GATHERED if self._taken_fast < FAST_BYTES else GATHERED_FAST

    def _leave(self) -> None:
        assert self._transport is not None
        if self._transport.is_closing():
            raise ConnectionResetError
        if self._pieces:
            size, pieces = self._gathered, self._pieces
            self._pieces, self._gathered = [], 0
            self._transport.write(chunk(pieces, size))
            self._taken_fast += size

    async def _drained(self) -> None:
        assert self._writer is not None
        async with self._patience():
            await self._writer.drain()

    @asynccontextmanager
    async def _patience(self) -> AsyncIterator[None]:
        """Wait for the peer within the idle limit."""
        started = monotonic()
        try:
            async with asyncio.timeout(self._idle):
                yield
        except TimeoutError:
            raise PairMuet from None
        waited = monotonic() - started
        self._compte.waited += waited
        self._taken_fast = self._taken_fast if waited < FAST_SECONDS else 0

    def _linger_no_more(self) -> None:
        """Let what waits leave; a peer that is gone, or does not read, is met by the next write."""
        self._timer = None
        if self._transport is not None and not self._transport.is_closing() and not self._request.protocol.writing_paused:
            self._leave()


def chunk(pieces: Sequence[bytes | memoryview], size: int) -> bytes:
    """Return one chunk of HTTP/1.1 (RFC 9112 section 7.1).

    Args:
        pieces: its content.
        size: of its content, in bytes; not 0, which would end the answer.
    """
    return b"".join((b"%x\r\n" % size, *pieces, b"\r\n"))
