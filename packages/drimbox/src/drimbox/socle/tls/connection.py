# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The server side of one connection: the name its client asked for, and the alert that tells it why it is refused.

When a handshake fails, asyncio closes the connection and drops what OpenSSL had to say, so that a peer with an expired certificate
only sees a closed connection. The listener that starts TLS itself can have the alert sent::

    with alerts_through(transport):
        secured = await loop.start_tls(transport, protocol, context, server_side=True)
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_sender: ContextVar[Callable[[bytes], None] | None] = ContextVar("tls_alert_sender", default=None)


@contextmanager
def alerts_through(transport: asyncio.WriteTransport) -> Iterator[None]:
    """Send the alert of a handshake that fails, when it is started within this block.

    Args:
        transport: the TCP connection under the handshake.
    """
    token = _sender.set(transport.write)
    try:
        yield
    finally:
        _sender.reset(token)


class NamedConnection(ssl.SSLObject):
    """A server-side connection that remembers the name its client asked for (SNI) and tells why it refuses."""

    requested_name: str | None = None
    _pending: ssl.MemoryBIO | None = None
    _send: Callable[[bytes], None] | None = None

    def tell_refusals(self, pending: ssl.MemoryBIO, send: Callable[[bytes], None] | None) -> None:
        """Keep where OpenSSL leaves its alerts, and how to send them."""
        self._pending, self._send = pending, send

    def do_handshake(self) -> None:
        """Go on with the handshake; when it fails, send the alert before the error goes up."""
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError:
            alert = self._pending.read() if self._pending is not None else b""
            if alert and self._send is not None:
                self._send(alert)
            raise


class ServerContext(ssl.SSLContext):
    """A context whose connections can send their alerts."""

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,  # signature of the standard library
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """Make a connection, as the standard library does."""
        connection = super().wrap_bio(incoming, outgoing, server_side, server_hostname, session)
        if isinstance(connection, NamedConnection):
            connection.tell_refusals(outgoing, _sender.get())
        return connection
