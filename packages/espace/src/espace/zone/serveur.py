# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Sockets of the authoritative server: UDP and TCP on the same port. What is answered is decided in ``reponse``."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from confiance.exploitation.logs import get_logger
from espace.zone.reponse import MAX_QUERY, Transport, answer
from espace.zone.trame import TcpFramer, TrameTropLongue, frame
from espace.zone.vue import ZoneView

log = get_logger("zone")
_READ = 4096


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the TCP side.

    Attributes:
        connections: open at once; one more is closed.
        idle: seconds of silence, or of a peer that does not read.
        queries: questions of one connection.
    """

    connections: int = 64
    idle: float = 10.0
    queries: int = 100


class Serveur:
    """Answers from the view that ``view`` gives at the moment of each question."""

    def __init__(self, view: Callable[[], ZoneView], limits: Limits | None = None) -> None:
        self._view = view
        self._limits = limits or Limits()
        self._open = 0
        self._server: asyncio.Server | None = None
        self._datagrams: asyncio.DatagramTransport | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen on UDP and TCP; return the port (useful when 0 was asked)."""
        self._server = await asyncio.start_server(self._on_connection, host, port)
        port = self._server.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        self._datagrams, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self._view), local_addr=(host, port))
        log.info("zone:serveur:listening", address=host, port=port, serial=self._view().serial)
        return port

    async def stop(self) -> None:
        """Close both listeners."""
        if self._datagrams is not None:
            self._datagrams.close()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _on_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._open >= self._limits.connections:
            writer.transport.abort()
            return
        self._open += 1
        try:
            await self._converse(reader, writer)
        except (OSError, TimeoutError, TrameTropLongue):
            writer.transport.abort()  # the peer left, is silent, or does not speak DNS
        finally:
            self._open -= 1
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        framer, left = TcpFramer(MAX_QUERY), self._limits.queries
        while left > 0:
            async with asyncio.timeout(self._limits.idle):
                data = await reader.read(_READ)
            if not data:
                return
            for query in framer.feed(data):
                response = answer(query, self._view(), transport=Transport.TCP)
                left -= 1
                if not response or left < 0:
                    return
                writer.write(frame(response))
            async with asyncio.timeout(self._limits.idle):
                await writer.drain()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, view: Callable[[], ZoneView]) -> None:
        self._view = view
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)  # its class does not say so in Python 3.11

    def datagram_received(self, data: bytes, address: tuple[str | Any, int]) -> None:
        response = answer(data, self._view())
        if response and self._transport is not None:
            self._transport.sendto(response, address)
