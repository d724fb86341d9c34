# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process ``images``: the db names over mutual TLS."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from cryptography import x509
from django.conf import settings

from confiance.certificates import Anchors
from confiance.exploitation import prete
from confiance.exploitation.logs import get_logger
from confiance.liste_blanche import ListeBlanche
from drimbox.config import DrimboxSettings
from drimbox.socle import tls
from drimbox.socle.annuaire import queries as annuaire
from drimbox.socle.identite import PscClient
from drimbox.socle.pacs.bassin import associations_gardees
from drimbox.socle.pacs.bassin_web import connexions_gardees
from drimbox.source.admission.chain import Admission
from drimbox.source.admission.contenu import ExamenOuvert, Ouvertures, open_content
from drimbox.source.admission.queries import content_of, find_kos
from drimbox.source.admission.repondeur import Repondeur
from drimbox.source.admission.rules import KosServi
from drimbox.source.partage.anonyme import AnonymousRunner
from drimbox.source.partage.app import Porte
from drimbox.source.partage.dossier import tell_if_in_memory
from drimbox.source.partage.exclusion import Exclusion
from drimbox.source.partage.journal import Handshakes
from drimbox.source.partage.listener import Listener, ListenerLimits, Report
from drimbox.source.partage.memoire import give_memory_back
from drimbox.source.partage.mesures import Mesures
from drimbox.source.partage.orm import Base

log = get_logger("partage")


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """Bounds of the HTTP server: idle kept-alive connections, one header."""

    keepalive_seconds: float = 30.0
    header_bytes: int = 16 * 1024


LIMITS = ServerLimits()


def main() -> None:
    """Serve images until SIGTERM."""
    give_memory_back()
    asyncio.run(_until_told())


async def _until_told() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    drimbox: DrimboxSettings = settings.DRIMBOX
    tell_if_in_memory(drimbox.images)
    async with serving(drimbox) as port:
        log.info("images:process:ready", address=drimbox.images.host, port=port)
        prete.announce()
        await stop.wait()


@asynccontextmanager
async def serving(drimbox: DrimboxSettings) -> AsyncIterator[int]:
    """Serve the db names for the time of a block, which receives the port.

    At the end of the block nobody new is let in and the transfers that run go on to their end, within a limit: a restart loses none. Peers
    that leave the list meanwhile are still cut.

    Raises:
        DrimmError: a file of the settings cannot be used.
    """
    base = Base()
    async with associations_gardees(), connexions_gardees(), PscClient(drimbox.psc) as psc:
        porte = Porte(drimbox, _admission(drimbox, psc, base), base)
        handshakes = Handshakes(base)
        runner = _runner(porte, drimbox.images.stop_seconds)
        await runner.setup()
        assert runner.server is not None
        limits = ListenerLimits.of(drimbox.images)
        listener = Listener(tls.server_context_db(drimbox.tls), runner.server, _reported(handshakes, porte.mesures), limits)
        server = await listener.start(drimbox.images.host, drimbox.images.port)
        admission, transports = porte.admission, _transports(runner.server)
        exclusion = Exclusion(base, admission.revocation, transports, porte.now, admission.ocsp, porte.veille.exclude)
        try:
            async with exclusion.watching(), porte.veille.watching(), _measured(porte, drimbox.images.metrics_port):
                try:
                    yield server.sockets[0].getsockname()[1]
                finally:
                    server.close()
                    await listener.close()
                    await runner.cleanup()
        finally:
            await handshakes.close()
            await porte.close()
            base.close()


@asynccontextmanager
async def _measured(porte: Porte, port: int | None) -> AsyncIterator[None]:
    """Show the figures on loopback, where a port was given for them."""
    if port is None:
        yield
        return
    runner = AnonymousRunner(porte.mesures.application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, reuse_port=True).start()
    try:
        yield
    finally:
        await runner.cleanup()


def _reported(handshakes: Handshakes, mesures: Mesures) -> Report:
    def report(code: str, address: str) -> None:
        mesures.dropped(code)
        handshakes.report(code, address)

    return report


def _transports(server: web.Server) -> Callable[[], Iterator[asyncio.BaseTransport | None]]:
    return lambda: (connection.transport for connection in server.connections)


def _runner(porte: Porte, stop_seconds: float) -> web.AppRunner:
    return AnonymousRunner(
        porte.application(),
        porte.told,
        handler_cancellation=True,  # a peer that leaves frees the PACS at once
        keepalive_timeout=LIMITS.keepalive_seconds,
        shutdown_timeout=stop_seconds,
        max_field_size=LIMITS.header_bytes,
    )


def _admission(drimbox: DrimboxSettings, psc: PscClient, base: Base) -> Admission:
    async def liste(now: datetime) -> ListeBlanche:
        return await base.run(annuaire.current, now)

    async def kos(uid: str) -> KosServi | None:
        return await base.run(find_kos, uid)

    async def read(uid: str) -> ExamenOuvert:
        return await base.run(lambda: open_content(*content_of(uid)))

    served = frozenset(couple.db.lower() for couple in drimbox.couples)
    return Admission(tls.RevocationChecker(drimbox.tls.anchors), psc, liste, kos, Ouvertures(read), served, _responder(drimbox))


def _responder(drimbox: DrimboxSettings) -> Repondeur | None:
    if not drimbox.images.ocsp.responders:
        return None

    def authorities() -> tuple[x509.Certificate, ...]:
        anchors = Anchors.from_directory(drimbox.tls.anchors)
        return (*anchors.intermediates, *anchors.roots)

    return Repondeur(drimbox.images.ocsp, authorities)
