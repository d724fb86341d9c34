# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Sockets of the authoritative server: UDP and TCP on the same port. What is answered is decided in ``reponse``."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any, cast

import dns.message

from confiance.exploitation.logs import get_logger
from espace.zone.reponse import MAX_QUERY, Transport, answer
from espace.zone.trame import TcpFramer, TrameTropLongue, frame
from espace.zone.transfert import allowed, asked, messages, notice
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
    """Answers from the view that ``view`` gives at the moment of each question; the whole zone goes to the secondary servers only."""

    def __init__(
        self, view: Callable[[], ZoneView], limits: Limits | None = None, secondaires: Collection[IPv4Address | IPv6Address] = ()
    ) -> None:
        self._view = view
        self._limits = limits or Limits()
        self._secondaires = secondaires
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
        trusted = allowed(str(writer.get_extra_info("peername")[0]), self._secondaires)
        while left > 0:
            async with asyncio.timeout(self._limits.idle):
                data = await reader.read(_READ)
            if not data:
                return
            for query in framer.feed(data):
                if trusted and (transfer := asked(query, self._view())) is not None:
                    await self._transfer(transfer, writer)
                    left -= 1
                    continue
                response = answer(query, self._view(), transport=Transport.TCP)
                left -= 1
                if not response or left < 0:
                    return
                writer.write(frame(response))
            async with asyncio.timeout(self._limits.idle):
                await writer.drain()

    async def _transfer(self, question: dns.message.Message, writer: asyncio.StreamWriter) -> None:
        """Send one view whole, whatever the Registre becomes meanwhile; other questions are answered between two messages."""
        view = self._view()
        for message in messages(question, view):
            writer.write(frame(message))
            async with asyncio.timeout(self._limits.idle):
                await writer.drain()
            await asyncio.sleep(0)
        log.info("zone:transfert:sent", serial=view.serial, peer_ip=str(writer.get_extra_info("peername")[0]))

    def tell_secondaries(self, port: int) -> None:
        """Tell each secondary server that the zone changed; a lost notice is repaired by the refresh delay of the SOA."""
        if self._datagrams is None:
            return
        message = notice(self._view())
        for address in self._secondaires:
            self._datagrams.sendto(message, (str(address), port))


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
