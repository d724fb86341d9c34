# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The TLS listener of the db names.

asyncio says nothing of a failed handshake; a refused certificate must be journalled with its peer. So the TCP connection is taken
first, then TLS is started on it here, within a time and a number of connections: for all, and for each address, since anyone may come.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from aiohttp import web

from drimbox.config import Images
from drimbox.socle.tls import CertificatAbsent, CertificatEtranger, CertificatExpire, TlsRefuse, alerts_through

Report: TypeAlias = Callable[[str, str], None]
"""Takes the code of a connection that was not taken and the IP address of its peer."""
TOO_MANY = "admission.trop_de_connexions"

_UNKNOWN_CA = frozenset({18, 19, 20, 21})  # X509_V_ERR: self signed, unknown issuer
_EXPIRED = frozenset({9, 10})  # X509_V_ERR: not yet valid, expired


@dataclass(frozen=True, slots=True)
class ListenerLimits:
    """Bounds of the listener: open connections, those of one address, seconds given to a handshake, then to the first byte of a request."""

    max_connections: int = 512
    max_per_address: int = 128
    handshake_seconds: float = 10.0
    first_byte_seconds: float = 15.0

    @classmethod
    def of(cls, images: Images) -> ListenerLimits:
        """Make them from the settings."""
        return cls(images.max_connections, images.max_connections_per_address)


def handshake_code(error: BaseException) -> str:
    """Return the code under which a failed handshake is journalled."""
    if isinstance(error, ssl.SSLCertVerificationError):
        number = error.verify_code
        return (CertificatEtranger if number in _UNKNOWN_CA else CertificatExpire if number in _EXPIRED else TlsRefuse).code
    if isinstance(error, ssl.SSLError) and error.reason == "PEER_DID_NOT_RETURN_A_CERTIFICATE":
        return CertificatAbsent.code
    return "tls.poignee_de_main"


@dataclass
class Listener:
    """Accepts TCP connections, starts TLS on each, and hands it to the HTTP server.

    Attributes:
        context: TLS of the db names.
        http: the HTTP server; it is a factory of protocols.
        report: told of each connection that is not taken.
        limits: bounds.
    """

    context: ssl.SSLContext
    http: web.Server
    report: Report
    limits: ListenerLimits = field(default_factory=ListenerLimits)
    _greetings: dict[asyncio.Task[None], str] = field(default_factory=dict)

    async def start(self, host: str, port: int) -> asyncio.Server:
        """Listen, beside the process that this one replaces; the caller closes the server."""
        return await asyncio.get_running_loop().create_server(lambda: _Arrival(self._arrived), host, port, backlog=256, reuse_port=True)

    async def close(self) -> None:
        """Drop the handshakes under way."""
        for greeting in tuple(self._greetings):
            greeting.cancel()
        await asyncio.gather(*self._greetings, return_exceptions=True)

    def _arrived(self, transport: asyncio.Transport) -> None:
        address = _address(transport)
        if not self._has_room_for(address):
            transport.abort()
            self.report(TOO_MANY, address)
            return
        greeting = asyncio.get_running_loop().create_task(self._greet(transport, address))
        self._greetings[greeting] = address
        greeting.add_done_callback(self._greetings.pop)

    def _has_room_for(self, address: str) -> bool:
        open_now, most = len(self._greetings) + len(self.http.connections), self.limits.max_per_address
        if open_now >= self.limits.max_connections:
            return False
        return open_now < most or sum(one == address for one in self._addresses()) < most

    def _addresses(self) -> Iterator[str]:
        """Yield the address of every open connection."""
        yield from self._greetings.values()
        for connection in self.http.connections:
            if connection.transport is not None:
                yield _address(connection.transport)

    async def _greet(self, transport: asyncio.Transport, address: str) -> None:
        """Make the handshake of one connection and hand it over."""
        early, seconds = _Early(), self.limits.handshake_seconds
        try:
            with alerts_through(transport):
                secured = await asyncio.get_running_loop().start_tls(
                    transport, early, self.context, server_side=True, ssl_handshake_timeout=seconds, ssl_shutdown_timeout=seconds
                )
        except OSError as error:  # ssl.SSLError, ConnectionError and TimeoutError are OSError
            self.report(handshake_code(error), address)
            return
        if isinstance(secured, asyncio.Transport):
            await self._hand_over(secured, early)

    async def _hand_over(self, secured: asyncio.Transport, early: _Early) -> None:
        """Give a connection to the HTTP server at its first byte; one that stays silent is dropped."""
        try:
            async with asyncio.timeout(self.limits.first_byte_seconds):
                await early.spoke.wait()
        except TimeoutError:
            secured.abort()
            return
        if not secured.is_closing():
            early.hand_over(secured, self.http())


def _address(transport: asyncio.BaseTransport) -> str:
    peer = transport.get_extra_info("peername") or ("",)
    return str(peer[0])


class _Arrival(asyncio.Protocol):
    """A TCP connection before TLS: nothing is read from it here."""

    def __init__(self, arrived: Callable[[asyncio.Transport], None]) -> None:
        self._arrived = arrived

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        transport.set_write_buffer_limits(high=0)  # what the kernel does not take waits once: the TLS layer then keeps the rest
        self._arrived(transport)


class _Early(asyncio.Protocol):
    """Keeps the first bytes of a client, which may come with the end of its handshake, until the HTTP protocol is there to read them."""

    def __init__(self) -> None:
        self.spoke = asyncio.Event()
        self._received = bytearray()
        self._lost = False

    def data_received(self, data: bytes) -> None:
        self._received += data  # bounded by the buffer of the TLS layer: it is handed over at the next turn of the loop
        self.spoke.set()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._lost = True
        self.spoke.set()

    def hand_over(self, transport: asyncio.Transport, protocol: asyncio.Protocol) -> None:
        if self._lost:
            return
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(bytes(self._received))
