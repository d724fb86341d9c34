# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process ``zone``."""

from __future__ import annotations

import asyncio
import signal

from confiance.errors import OwnError
from espace.config import Zone
from espace.zone.adaptateurs.choix import adaptateur
from espace.zone.boucle import Boucle
from espace.zone.guet import Guet
from espace.zone.serveur import Limits, Serveur


class PortIndisponible(OwnError):
    """The DNS port cannot be listened to."""

    code = "zone.port_indisponible"
    message = "Le port du serveur DNS ne peut pas être ouvert."
    remede = "Vérifiez zone.host et zone.port, et que le processus a le droit d'écouter sous 1024."


def main(settings: Zone) -> None:
    """Run the process until SIGTERM.

    With another adapter than the embedded one, this process answers no question: the server of the adapter does.

    Raises:
        PortIndisponible: the address or the port is taken or forbidden.
        AdaptateurMalRegle: the key of the DNS server cannot be used.
    """
    guet = Guet(settings)
    boucle = Boucle(settings, adaptateur(settings, guet.wait))
    guet.start()
    try:
        asyncio.run(_serve(settings, guet, boucle) if settings.adaptateur == "embarque" else _stay(boucle))
    finally:
        boucle.stop()
        guet.stop()


async def _stay(boucle: Boucle) -> None:
    ended = _end()
    boucle.start()
    await ended.wait()


def _end() -> asyncio.Event:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    return ended


async def _serve(settings: Zone, guet: Guet, boucle: Boucle) -> None:
    limits = Limits(settings.tcp_connections, settings.tcp_idle_seconds, settings.tcp_queries)
    server = Serveur(lambda: guet.view, limits, settings.secondaires)
    ended = _end()
    try:
        await server.start(settings.host, settings.port)
    except OSError as error:
        message = f"Le serveur DNS ne peut pas écouter sur {settings.host}:{settings.port} ({type(error).__name__})."
        raise PortIndisponible(message) from None
    boucle.start()  # once questions are answered: it asks some
    loop = asyncio.get_running_loop()
    guet.tell(lambda: loop.call_soon_threadsafe(server.tell_secondaries, settings.secondaires_port))
    server.tell_secondaries(settings.secondaires_port)
    await ended.wait()
    guet.tell(None)
    await server.stop()
