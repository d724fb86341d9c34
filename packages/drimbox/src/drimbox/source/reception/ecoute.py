# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Listening to RIS: plain TCP, or TLS with a client certificate, and who is at the other end."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from drimbox.config import EcouteMllp, EcouteTls, Reception
from drimbox.socle.annuaire.queries import kept_crls
from drimbox.socle.annuaire.revocation import RevocationRelevee
from drimbox.socle.orm import OrmThreads
from drimbox.socle.tls.peer import peer_certificate, peer_dn
from drimbox.socle.tls.server import server_context_ecoute
from drimbox.source.reception.emetteur import Appelant

READ_BYTES = 64 * 1024
SOURCE_INCONNUE, TROP_DE_CONNEXIONS = "reception.source_inconnue", "reception.trop_de_connexions"
"""Codes of a connection that is closed before a byte of it is read."""
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
    revocation: RevocationRelevee | None = None

    async def start(self, serve: Serve, handshake_seconds: float) -> asyncio.Server:
        """Listen."""

        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await serve(reader, writer, self)

        tls = {} if self.context is None else {"ssl": self.context, "ssl_handshake_timeout": handshake_seconds}
        return await asyncio.start_server(accepted, self.host, self.port, limit=READ_BYTES, **tls)  # type: ignore[arg-type] # mypy cannot pair the keywords of the two forms

    async def appelant(self, transport: asyncio.BaseTransport) -> Appelant:
        """Return who is at the other end.

        Raises:
            TlsRefuse: its certificate was revoked, or nobody can know.
        """
        address = str(transport.get_extra_info("peername")[0])
        if self.context is None:
            return Appelant(address)
        if self.revocation is not None:
            await self.revocation.check(peer_certificate(transport), datetime.now(UTC))
        return Appelant(address, peer_dn(transport))


def ecoutes_of(reglages: Reception, orm: OrmThreads) -> tuple[Ecoute, ...]:
    """Return the addresses of the settings, TLS ready.

    Args:
        reglages: of the reception.
        orm: way to the CRLs that this DRIMbox fetched.

    Raises:
        CertificatIllisible, AncresIllisibles: the files of a TLS address cannot be used.
    """
    return (Ecoute(reglages.host, reglages.port), *(_ecoute(ecoute, orm) for ecoute in reglages.ecoutes))


def _ecoute(reglages: EcouteMllp, orm: OrmThreads) -> Ecoute:
    if reglages.tls is None:
        return Ecoute(reglages.host, reglages.port)
    return ecoute_tls(reglages.host, reglages.port, reglages.tls, orm)


def ecoute_tls(host: str, port: int, tls: EcouteTls, orm: OrmThreads) -> Ecoute:
    """Return an address where a certificate is asked for.

    Raises:
        CertificatIllisible, AncresIllisibles: the files of its settings cannot be used.
    """
    revocation = RevocationRelevee(tls.clients, partial(orm.run, kept_crls)) if tls.crl else None
    return Ecoute(host, port, server_context_ecoute(tls), revocation)
