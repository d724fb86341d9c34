# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Opening a listener that several processes of ours hold by turns, and that a cancellation leaves to nobody."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from typing import Any

_BETWEEN_TRIES = 0.1


async def listen_by_turns(
    factory: Callable[[], asyncio.BaseProtocol], host: str, port: int, *, until: float, tls: dict[str, Any]
) -> asyncio.Server:
    """Listen, as soon as the port is free: another process of ours may hold it for a time.

    Args:
        factory: makes what serves a connection.
        host: address.
        port: port.
        until: time of the loop at which we stop trying.
        tls: options of TLS, none in clear.

    Raises:
        OSError: the address cannot be listened to, or not in time.
    """
    loop = asyncio.get_running_loop()
    while True:
        try:
            server = await loop.create_server(factory, host, port, start_serving=False, **tls)
            await _start(server)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or loop.time() >= until:
                raise
        else:
            return server
        await asyncio.sleep(_BETWEEN_TRIES)


async def _start(server: asyncio.Server) -> None:
    """Listen, or close: asyncio opens it and then waits for a turn, in which a cancellation would leave it to nobody."""
    try:
        await server.start_serving()
    except BaseException:
        server.close()
        raise
