# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Serve an instance on this machine: the port is taken first, because the issuer holds it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from banc.pki.store import Issued
from banc.psc.app import create_app
from banc.psc.config import PscConfig

BACKLOG = 128


@asynccontextmanager
async def served(
    make: Callable[[str], PscConfig], identity: Issued, *, host: str = "127.0.0.1", port: int = 0, name: str = "localhost"
) -> AsyncIterator[PscConfig]:
    """Serve an instance over TLS until the end of the block.

    Args:
        make: gives the configuration once the base address is known.
        identity: certificate of the server, valid for ``name``.
        host: address to listen on.
        port: port to listen on; 0 for a free one.
        name: host of the base address.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(identity.certificate, identity.key)
    with socket.create_server((host, port), backlog=BACKLOG) as listener:
        config = make(f"https://{name}:{listener.getsockname()[1]}")
        runner = web.AppRunner(create_app(config), access_log=None, shutdown_timeout=2)
        await runner.setup()
        try:
            await web.SockSite(runner, listener, ssl_context=context).start()
            yield config
        finally:
            await runner.cleanup()
