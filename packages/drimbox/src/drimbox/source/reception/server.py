# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The MLLP server: connections in, messages to the room, acknowledgements out."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from django.conf import settings
from django.db import Error

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from drimbox.config import Reception
from drimbox.socle.orm import OrmThreads
from drimbox.socle.reseaux import is_inside
from drimbox.source.reception.actions import receive, too_long
from drimbox.source.reception.bornes import bornes_of
from drimbox.source.reception.ecoute import READ_BYTES, SOURCE_INCONNUE, TROP_DE_CONNEXIONS, Ecoute, ecoutes_of
from drimbox.source.reception.emetteur import Appelant
from drimbox.source.reception.errors import SansTrame, TrameRefusee
from drimbox.source.reception.iocm_scp import ServeurIocm
from drimbox.source.reception.mllp import Framer, Limits, frame
from drimbox.source.reception.queries import count_unread
from drimbox.source.reception.rules import slowdown

log = get_logger("reception")
GRACE_SECONDS = 5.0
LINGER_SECONDS = 2.0
LOOK_SECONDS = 1.0


class Serveur:
    """Serves MLLP. Messages of one connection are answered in order; those of several are treated side by side.

    Database work is done in a bounded pool of threads: when it is full, connections wait, and the RIS with them.
    """

    def __init__(self, reglages: Reception) -> None:
        self._reglages = reglages
        self._orm = OrmThreads(reglages.workers)
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._busy: set[asyncio.Task[None]] = set()
        self._held: dict[asyncio.Task[None], int] = {}
        self._servers: list[asyncio.Server] = []
        self._watch: asyncio.Task[None] | None = None
        self._pause = 0.0
        self._stopping = False

    @property
    def ports(self) -> list[int]:
        """Ports really listened to, in the order of the settings."""
        return [server.sockets[0].getsockname()[1] for server in self._servers]

    @property
    def pause(self) -> float:
        """Seconds by which each answer is held back now."""
        return self._pause

    async def start(self) -> None:
        """Listen.

        Raises:
            CertificatIllisible, AncresIllisibles: the files of a TLS address cannot be used.
        """
        for ecoute in ecoutes_of(self._reglages, self._orm):
            self._servers.append(await ecoute.start(self._serve, self._reglages.handshake_seconds))
            log.info("reception:process:ready", address=ecoute.host, port=ecoute.port)
        self._watch = asyncio.create_task(self._watch_backlog())

    async def stop(self) -> None:
        """Stop listening, let the messages already received be kept and acknowledged, then close."""
        self._stopping = True
        for server in self._servers:
            server.close()
        if self._watch is not None:
            self._watch.cancel()
        for task in [task for task in self._connections if task not in self._busy]:
            task.cancel()
        if self._busy:
            await asyncio.wait(self._busy, timeout=GRACE_SECONDS)
        remaining = list(self._connections)
        for task in remaining:
            task.cancel()
        await asyncio.gather(*remaining, return_exceptions=True)
        await asyncio.to_thread(self._orm.close)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ecoute: Ecoute) -> None:
        task = asyncio.current_task()
        assert task is not None
        peer = str((writer.get_extra_info("peername") or ("",))[0])  # none of one that left already
        if not self._admits(peer):
            writer.close()
            return
        self._connections[task] = writer
        try:
            await self._exchange(reader, writer, await ecoute.appelant(writer.transport), task)
        except DrimmError as error:
            log.warning("reception:connection:refused", peer_ip=peer, code=error.code)
        except (OSError, TimeoutError, asyncio.CancelledError) as error:  # ssl.SSLError is an OSError
            log.info("reception:connection:ended", peer_ip=peer, error_type=type(error).__name__)
        finally:
            del self._connections[task]
            self._held.pop(task, None)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _admits(self, peer: str) -> bool:
        known = (self._reglages.sources, *(ris.sources for ris in self._reglages.ris))
        if not any(is_inside(peer, networks) for networks in known):
            log.warning("reception:connection:refused", peer_ip=peer, code=SOURCE_INCONNUE)
            return False
        if len(self._connections) >= self._reglages.max_connections or self._stopping or self._is_full(peer):
            log.warning("reception:connection:refused", peer_ip=peer, code=TROP_DE_CONNEXIONS)
            return False
        return True

    def _is_full(self, peer: str) -> bool:
        bornes = bornes_of(self._reglages, peer)
        if not bornes.ris:
            return False
        others = (str(writer.get_extra_info("peername")[0]) for writer in self._connections.values())
        return sum(bornes_of(self._reglages, other).ris == bornes.ris for other in others) >= bornes.connections

    async def _watch_backlog(self) -> None:
        """Look at what is received and not read yet: beyond a threshold, answers are slowed down, so that RIS slow down too."""
        while True:
            try:
                unread = await self._orm.run(partial(count_unread, 10 * self._reglages.retard_messages))
                self._pause = slowdown(unread, self._reglages.retard_messages, self._reglages.retard_seconds)
            except Error:
                self._pause = 0.0  # messages themselves will say that the database is away
            except Exception as error:  # a watch that ended would hold every answer back for ever, or none
                self._pause = 0.0
                log.error("reception:backlog:failed", exc_info=error)
            await asyncio.sleep(LOOK_SECONDS)

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, appelant: Appelant, task: asyncio.Task[None]
    ) -> None:
        framer, peer = Framer(Limits(bornes_of(self._reglages, appelant.address).message_bytes)), appelant.address
        while not self._stopping:
            async with asyncio.timeout(self._reglages.idle_seconds):  # not wait_for, which drops a cancellation that meets what is read
                data = await reader.read(READ_BYTES)
            if not data:
                break
            try:
                messages = framer.feed(data)
            except TrameRefusee as error:
                await self._answer_misframed(framer, error, writer, peer)
                await self._linger(reader, writer)
                break
            self._busy.add(task)
            try:
                await self._answer_all(messages, writer, appelant)
            finally:
                self._busy.discard(task)
            if self._holds_too_much(task, framer):
                log.warning("reception:connection:refused", peer_ip=peer, code="reception.memoire", bytes=framer.buffered)
                break
        if framer.unfinished or framer.dropped:
            log.warning("reception:message:truncated", peer_ip=peer, bytes=framer.buffered, count=framer.dropped + framer.unfinished)

    async def _answer_all(self, messages: list[bytes], writer: asyncio.StreamWriter, appelant: Appelant) -> None:
        for message in messages:
            if self._pause and not self._stopping:
                await asyncio.sleep(self._pause)
            work = partial(receive, message, peer=appelant.address, dn=appelant.dn, now=datetime.now(UTC))
            await self._answer(writer, work)

    def _holds_too_much(self, task: asyncio.Task[None], framer: Framer) -> bool:
        self._held[task] = framer.buffered
        return sum(self._held.values()) > self._reglages.max_buffered_bytes

    async def _answer_misframed(self, framer: Framer, error: TrameRefusee, writer: asyncio.StreamWriter, peer: str) -> None:
        log.warning("reception:connection:misframed", peer_ip=peer, code=error.code)
        if not isinstance(error, SansTrame):
            await self._answer(writer, partial(too_long, framer.head(), error, peer=peer, now=datetime.now(UTC)))

    @staticmethod
    async def _linger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # closing over unread bytes resets the connection, and the sender may lose the answer that says why
        if writer.can_write_eof():
            writer.write_eof()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while await reader.read(READ_BYTES):
                    pass

    async def _answer(self, writer: asyncio.StreamWriter, work: Callable[[], bytes]) -> None:
        answer = await self._orm.run(work)
        writer.write(frame(answer))
        async with asyncio.timeout(self._reglages.idle_seconds):
            await writer.drain()


async def _until_told() -> None:
    server, notes = Serveur(settings.DRIMBOX.reception), ServeurIocm(settings.DRIMBOX)
    await server.start()
    await notes.start()
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await told.wait()
    await notes.stop()
    await server.stop()


def main() -> None:
    """Serve until SIGTERM."""
    asyncio.run(_until_told())
