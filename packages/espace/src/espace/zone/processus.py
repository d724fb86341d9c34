# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process ``zone``."""

from __future__ import annotations

import asyncio
import signal

from confiance.errors import OwnError
from espace.config import Zone
from espace.zone.guet import Guet
from espace.zone.serveur import Limits, Serveur


class PortIndisponible(OwnError):
    """The DNS port cannot be listened to."""

    code = "zone.port_indisponible"
    message = "Le port du serveur DNS ne peut pas être ouvert."
    remede = "Vérifiez zone.host et zone.port, et que le processus a le droit d'écouter sous 1024."


def main(settings: Zone) -> None:
    """Run the process until SIGTERM.

    Raises:
        PortIndisponible: the address or the port is taken or forbidden.
    """
    guet = Guet(settings)
    guet.start()
    try:
        asyncio.run(_serve(settings, guet))
    finally:
        guet.stop()


async def _serve(settings: Zone, guet: Guet) -> None:
    limits = Limits(settings.tcp_connections, settings.tcp_idle_seconds, settings.tcp_queries)
    server = Serveur(lambda: guet.view, limits)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    try:
        await server.start(settings.host, settings.port)
    except OSError as error:
        message = f"Le serveur DNS ne peut pas écouter sur {settings.host}:{settings.port} ({type(error).__name__})."
        raise PortIndisponible(message) from None
    await ended.wait()
    await server.stop()
