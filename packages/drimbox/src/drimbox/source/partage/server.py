# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process ``images``: the db names over mutual TLS."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from django.conf import settings

from confiance.exploitation.logs import get_logger
from confiance.liste_blanche import ListeBlanche
from drimbox.config import DrimboxSettings
from drimbox.socle import tls
from drimbox.socle.annuaire import queries as annuaire
from drimbox.socle.identite import PscClient
from drimbox.source.admission.chain import Admission
from drimbox.source.admission.queries import find_kos
from drimbox.source.admission.rules import KosServi
from drimbox.source.partage.app import Porte
from drimbox.source.partage.journal import Handshakes
from drimbox.source.partage.listener import Listener
from drimbox.source.partage.orm import Base

log = get_logger("partage")


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """Bounds of the HTTP server: idle kept-alive connections, running requests at the stop, one header."""

    keepalive_seconds: float = 30.0
    stop_seconds: float = 6.0
    header_bytes: int = 16 * 1024


LIMITS = ServerLimits()


def main() -> None:
    """Serve images until SIGTERM."""
    asyncio.run(_until_told())


async def _until_told() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    drimbox: DrimboxSettings = settings.DRIMBOX
    async with serving(drimbox) as port:
        log.info("images:process:ready", address=drimbox.images.host, port=port)
        await stop.wait()


@asynccontextmanager
async def serving(drimbox: DrimboxSettings) -> AsyncIterator[int]:
    """Serve the db names for the time of a block, which receives the port.

    Raises:
        DrimmError: a file of the settings cannot be used.
    """
    base = Base()
    async with PscClient(drimbox.psc) as psc:
        porte = Porte(drimbox, _admission(drimbox, psc, base), base)
        handshakes = Handshakes(base)
        runner = _runner(porte.application())
        await runner.setup()
        assert runner.server is not None
        listener = Listener(tls.server_context_db(drimbox.tls), runner.server, handshakes.report)
        server = await listener.start(drimbox.images.host, drimbox.images.port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            await listener.close()
            await runner.cleanup()
            await handshakes.close()
            porte.close()
            base.close()


def _runner(application: web.Application) -> web.AppRunner:
    return web.AppRunner(
        application,
        handle_signals=False,
        handler_cancellation=True,  # a peer that leaves frees the PACS at once
        access_log=None,
        keepalive_timeout=LIMITS.keepalive_seconds,
        shutdown_timeout=LIMITS.stop_seconds,
        max_field_size=LIMITS.header_bytes,
    )


def _admission(drimbox: DrimboxSettings, psc: PscClient, base: Base) -> Admission:
    async def liste(now: datetime) -> ListeBlanche:
        return await base.run(annuaire.current, now)

    async def kos(uid: str) -> KosServi | None:
        return await base.run(find_kos, uid)

    served = frozenset(couple.db.lower() for couple in drimbox.couples)
    return Admission(tls.RevocationChecker(drimbox.tls.anchors), psc, liste, kos, served)
