# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Listening to RIS: plain TCP, or TLS with a client certificate, and who is at the other end."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from drimbox.config import EcouteMllp, Reception
from drimbox.socle.tls.peer import peer_certificate, peer_dn
from drimbox.socle.tls.revocation import RevocationChecker
from drimbox.socle.tls.server import server_context_ecoute
from drimbox.source.reception.emetteur import Appelant

READ_BYTES = 64 * 1024
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter, "Ecoute"], Awaitable[None]]


@dataclass(frozen=True)
class Ecoute:
    """One address that is listened to.

    Attributes:
        host: address.
        port: port.
        context: TLS context, or None.
        revocation: says which certificates were revoked; None without TLS, or when the authority publishes no CRL.
    """

    host: str
    port: int
    context: ssl.SSLContext | None = None
    revocation: RevocationChecker | None = None

    async def start(self, serve: Serve, handshake_seconds: float) -> asyncio.Server:
        """Listen."""

        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await serve(reader, writer, self)

        tls = {} if self.context is None else {"ssl": self.context, "ssl_handshake_timeout": handshake_seconds}
        return await asyncio.start_server(accepted, self.host, self.port, limit=READ_BYTES, **tls)  # type: ignore[arg-type] # mypy cannot pair the keywords of the two forms

    def appelant(self, transport: asyncio.BaseTransport) -> Appelant:
        """Return who is at the other end.

        Raises:
            TlsRefuse: its certificate was revoked, or nobody can know.
        """
        address = str(transport.get_extra_info("peername")[0])
        if self.context is None:
            return Appelant(address)
        if self.revocation is not None:
            self.revocation.check(peer_certificate(transport), datetime.now(UTC))
        return Appelant(address, peer_dn(transport))


def ecoutes_of(reglages: Reception) -> tuple[Ecoute, ...]:
    """Return the addresses of the settings, TLS ready.

    Raises:
        CertificatIllisible, AncresIllisibles: the files of a TLS address cannot be used.
    """
    return (Ecoute(reglages.host, reglages.port), *map(_ecoute, reglages.ecoutes))


def _ecoute(reglages: EcouteMllp) -> Ecoute:
    if reglages.tls is None:
        return Ecoute(reglages.host, reglages.port)
    revocation = RevocationChecker(reglages.tls.clients) if reglages.tls.crl else None
    return Ecoute(reglages.host, reglages.port, server_context_ecoute(reglages.tls), revocation)
