# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The outside world of the demo, in one process: PSC, another PSC, the DMP, a mirror of the list, the mail boxes, and the two PACS."""

from __future__ import annotations

import asyncio
import signal
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

from aiohttp import web

from banc import courrier, dmp, miroir, psc
from banc.demo.configuration import PSC_CLIENT
from banc.demo.igc import build_pki, server_name
from banc.demo.plan import Box, Plan
from banc.pacs.simulator import PacsSimulator
from banc.pki import Issued, Pki
from confiance.exploitation import lifeline
from confiance.exploitation.settings import read_secret


async def run(plan: Plan) -> None:
    """Serve until SIGTERM, SIGINT or the end of the lifeline. A file ``monde.pret`` in the work folder says that all listen."""
    pki = build_pki(plan)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    lifeline.hold(lambda: loop.call_soon_threadsafe(stop.set))
    with ExitStack() as pacs:
        for box in plan.boxes:
            pacs.enter_context(_pacs(plan, box))
        async with AsyncExitStack() as servers:
            await _start(servers, plan, pki)
            plan.monde_ready.touch()
            await stop.wait()


async def _start(servers: AsyncExitStack, plan: Plan, pki: Pki) -> None:
    ours, foreign = (pki.market(server_name(name)) for name in ("psc", "psc-etranger"))
    await servers.enter_async_context(psc.served(lambda url: _psc(url, plan), ours, port=plan.psc_port, name="127.0.0.1"))
    await servers.enter_async_context(
        psc.served(lambda url: _psc(url, plan, name="Un autre fournisseur"), foreign, port=plan.foreign_psc_port, name="127.0.0.1")
    )
    await servers.enter_async_context(courrier.served(plan.work / "courriers", plan.smtp_port))
    record = dmp.DmpConfig(plan.work / "dmp", pki.anchors_dir)
    await servers.enter_async_context(dmp.served(record, pki.market(server_name("dmp")), port=plan.dmp_port, name="127.0.0.1"))
    mirror = miroir.create_app(plan.work / "miroir", f"{plan.espace_url}/liste-blanche.xml", _trust(pki.market_ca))
    await servers.enter_async_context(_served(mirror, _server_context(pki.market(server_name("miroir"))), plan.miroir_port))


def _psc(base_url: str, plan: Plan, name: str = "Pro Santé Connect du banc") -> psc.PscConfig:
    clients = tuple(
        psc.ClientPsc(
            PSC_CLIENT.format(key=box.key),
            read_secret(plan.secrets / f"psc-{box.key}").reveal(),
            redirect_uris=(f"{box.public_url}/psc/retour",),
            logout_uris=(f"{box.public_url}/",),
        )
        for box in plan.boxes
    )
    return psc.PscConfig(base_url, clients, name=name)


def _pacs(plan: Plan, box: Box) -> PacsSimulator:
    return PacsSimulator(plan.pacs(box), f"PACS{box.key.upper()}", port=box.pacs_port, known_aets={"DRIMBOX": None})


def _server_context(identity: Issued) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(identity.certificate, identity.key)
    return context


def _trust(authority: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority))


@asynccontextmanager
async def _served(app: web.Application, context: ssl.SSLContext, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
        yield
    finally:
        await runner.cleanup()
