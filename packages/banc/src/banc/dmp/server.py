# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Serve a simulator on this machine over mutual TLS, with its control endpoint on another loopback port."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from banc.dmp.app import SIMULATOR, DmpSimule, create_app, create_control_app
from banc.dmp.config import DmpConfig
from banc.pki.store import Issued

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Served:
    """A simulator that listens.

    Attributes:
        base_url: address of the services, without final slash (table [dmp], base_url).
        control_url: address of its control endpoint (``/etat``).
        simulator: the simulator itself.
    """

    base_url: str
    control_url: str
    simulator: DmpSimule


def server_context(identity: Issued, anchors: Path) -> ssl.SSLContext:
    """Return a context that demands a client certificate issued under the anchors.

    Args:
        identity: certificate of the server.
        anchors: folder of the authorities of the organisations (PEM); their CRLs are read by the application, at each request.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(identity.certificate, identity.key)
    for path in sorted(anchors.glob("*.pem")):
        context.load_verify_locations(path)
    return context


@asynccontextmanager
async def served(
    config: DmpConfig, identity: Issued, *, host: str = LOOPBACK, port: int = 0, control_port: int = 0, name: str = "localhost"
) -> AsyncIterator[Served]:
    """Serve a simulator until the end of the block.

    Args:
        config: the simulator.
        identity: certificate of the server, valid for ``name``.
        host: address to listen on.
        port: port of the services; 0 for a free one.
        control_port: port of the control endpoint; 0 for a free one.
        name: host of the base address.
    """
    app = create_app(config)
    control = create_control_app(app[SIMULATOR])
    async with AsyncExitStack() as stack:
        number = await _listen(stack, app, host, port, server_context(identity, config.anchors))
        control_number = await _listen(stack, control, LOOPBACK, control_port, None)
        yield Served(f"https://{name}:{number}", f"http://{LOOPBACK}:{control_number}", app[SIMULATOR])


async def _listen(stack: AsyncExitStack, app: web.Application, host: str, port: int, context: ssl.SSLContext | None) -> int:
    listener = stack.enter_context(socket.create_server((host, port)))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1, handler_cancellation=True)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, listener, ssl_context=context).start()
    return int(listener.getsockname()[1])
