# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One DICOM connection on an event loop: bytes in, messages out, and a PACS that waits when nobody reads.

Bytes are received into blocks of their own and never copied again: what the reader is given are views of these blocks. When more than
``HIGH`` bytes wait, the socket is no longer read, TCP fills up, and the PACS stops. A connection thus keeps about half a mebibyte,
whatever the size of the objects.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeAlias

from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.message import MessageData, MessageEvent, MessageReader, MessageStarted
from drimbox.socle.pacs.dimse.negotiation import ABORT_REQUEST
from drimbox.socle.pacs.dimse.pdu import ABORT, Fragment, LimitesPdu, Pdu, PduReader
from drimbox.socle.pacs.errors import PacsCoupe, PacsIndisponible

BLOCK = 256 * 1024
LEAST_ROOM = 16 * 1024
HIGH, LOW = 256 * 1024, 128 * 1024
MOST_EVENTS = 1 << 16
"""Events that nobody has read yet: fragments of one byte cost the other side thirteen each, and us an object."""
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)  # Linux

Event: TypeAlias = MessageEvent | Pdu


class Liaison(asyncio.BufferedProtocol):
    """The connection.

    Args:
        limites: bounds of what is read.
        opened: called with the connection once it is made (a listener learns of it so).
    """

    def __init__(self, limites: LimitesPdu | None = None, opened: Callable[[Liaison], None] | None = None) -> None:
        self._pdus = PduReader(limites)
        self._messages = MessageReader(limites)
        self._opened = opened
        self._block = bytearray(BLOCK)
        self._filled = 0
        self._events: deque[Event] = deque()
        self._waiting_bytes = 0
        self._paused = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._deadline: float | None = None  # of the current wait
        self._watch: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None
        self._socket: socket.socket | None = None
        self.on_message_end: Callable[[MessageStarted], None] | None = None
        self._started: MessageStarted | None = None
        self.closed = asyncio.get_running_loop().create_future()

    # what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._socket = transport.get_extra_info("socket")
        if self._opened is not None:
            self._opened(self)

    def get_buffer(self, _sizehint: int) -> memoryview:
        if BLOCK - self._filled < LEAST_ROOM:
            self._block, self._filled = bytearray(BLOCK), 0  # the old one lives as long as a view of it
        return memoryview(self._block)[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        if _QUICKACK is not None and self._socket is not None:
            # a PACS that left Nagle on waits for our acknowledgement before it sends the end of each object: 40 ms by default
            self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        view = memoryview(self._block)[self._filled : self._filled + nbytes]
        self._filled += nbytes
        try:
            for event in self._pdus.feed(view):
                self._take(event)
        except ProtocoleRompu as error:
            self._fail(error)
            self.abort()
        if len(self._events) > MOST_EVENTS:
            self._fail(ProtocoleRompu("Le PACS envoie trop de fragments minuscules."))
            self.abort()
        if self._waiting_bytes > HIGH and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        if self._events or self._error is not None:  # what carries nothing, or only a part of a header, is no sign of life
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(PacsCoupe("La connexion TLS avec le PACS a échoué.") if isinstance(exc, ssl.SSLError) else PacsCoupe())
        self._transport = self._socket = None
        if self._watch is not None:
            self._watch.cancel()
        if not self.closed.done():
            self.closed.set_result(None)
        self._wake()

    # what associations call

    async def next(self, silence: float | None) -> Event:
        """Return what comes next.

        Args:
            silence: seconds to wait for the other side; None for no limit.

        Raises:
            PacsIndisponible: silence, or the connection is cut.
            ProtocoleRompu: what came cannot be read.
        """
        while not self._events:
            if self._error is not None:
                raise self._error
            await self._wait(silence)
        event = self._events.popleft()
        if isinstance(event, MessageData):
            self._passed(len(event.data))
        return event

    def take_data(self) -> list[memoryview]:
        """Return, without waiting, what is here of the data set of the current message."""
        events, taken, size = self._events, list[memoryview](), 0
        while events and isinstance(event := events[0], MessageData):
            events.popleft()
            taken.append(event.data)
            size += len(event.data)
        if size:
            self._passed(size)
        return taken

    def send(self, pieces: Iterable[bytes | memoryview]) -> None:
        """Send some bytes, short enough not to wait."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(pieces))

    def abort(self) -> None:
        """Say A-ABORT and close, whatever the state."""
        if self._transport is not None:
            self.send((ABORT_REQUEST,))
            self._fail(PacsCoupe("L'association avec le PACS a été interrompue."))
            self._transport.abort()  # what the kernel already took still leaves

    def cut(self) -> None:
        """Close at once without a word."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def alive(self) -> bool:
        """Whether something may still come: not cut, nothing broken, no event waiting."""
        return self._transport is not None and not self._transport.is_closing() and self._error is None and not self._events

    @property
    def peer(self) -> str:
        """Address of the other side."""
        name = self._transport.get_extra_info("peername") if self._transport is not None else None
        return str(name[0]) if name else ""

    @property
    def transport(self) -> asyncio.Transport | None:
        """The connection itself, for what it says of the other side (its certificate); None once it is lost."""
        return self._transport

    def _passed(self, size: int) -> None:
        self._waiting_bytes -= size
        if self._paused and self._waiting_bytes <= LOW and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()

    def _take(self, event: Fragment | Pdu) -> None:
        if isinstance(event, Pdu):
            if event.kind == ABORT:
                self._fail(PacsCoupe("Le PACS a interrompu l'association."))
            else:
                self._events.append(event)
            return
        for message in self._messages.take(event):
            if isinstance(message, MessageData):
                self._waiting_bytes += len(message.data)
            elif isinstance(message, MessageStarted):
                self._started = message
            elif self.on_message_end is not None and self._started is not None:
                self.on_message_end(self._started)
            self._events.append(message)

    def _fail(self, error: Exception) -> None:
        self._error = self._error or error

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _wait(self, silence: float | None) -> None:
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        self._deadline = None if silence is None else loop.time() + silence
        if self._deadline is not None and (self._watch is None or self._watch.when() > self._deadline):
            if self._watch is not None:
                self._watch.cancel()  # of a longer patience
            self._watch = loop.call_at(self._deadline, self._look_at_the_clock)
        try:
            await self._waiter
        finally:
            self._waiter = self._deadline = None

    def _look_at_the_clock(self) -> None:
        """One timer serves many waits: most end long before it rings, and it then only looks when the current one should end."""
        self._watch = None
        if self._waiter is None or self._deadline is None or self._waiter.done():
            return
        loop = asyncio.get_running_loop()
        if loop.time() >= self._deadline:
            self._waiter.set_exception(PacsIndisponible("Le PACS s'est tu."))
        else:
            self._watch = loop.call_at(self._deadline, self._look_at_the_clock)
