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

from confiance.exploitation.logs import get_logger
from drimbox.config import Reception
from drimbox.socle.orm import OrmThreads
from drimbox.socle.reseaux import is_inside
from drimbox.source.reception.actions import receive, too_long
from drimbox.source.reception.errors import SansTrame, TrameRefusee
from drimbox.source.reception.mllp import Framer, Limits, frame

log = get_logger("reception")
READ_BYTES = 64 * 1024
LINGER_SECONDS = 2.0


class Serveur:
    """Serves MLLP. Messages of one connection are answered in order; those of several are treated side by side.

    Database work is done in a bounded pool of threads: when it is full, connections wait, and the RIS with them.
    """

    def __init__(self, reglages: Reception, *, grace: float = 5.0) -> None:
        self._reglages = reglages
        self._grace = grace
        self._limits = Limits(message_bytes=reglages.max_message_bytes)
        self._orm = OrmThreads(reglages.workers)
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._busy: set[asyncio.Task[None]] = set()
        self._held: dict[asyncio.Task[None], int] = {}
        self._server: asyncio.Server | None = None
        self._stopping = False

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, self._reglages.host, self._reglages.port, limit=READ_BYTES)
        log.info("reception:process:ready", address=self._reglages.host, port=self._reglages.port)

    async def stop(self) -> None:
        """Stop listening, let the messages already received be kept and acknowledged, then close."""
        self._stopping = True
        if self._server is not None:
            self._server.close()
        for task in [task for task in self._connections if task not in self._busy]:
            task.cancel()
        if self._busy:
            await asyncio.wait(self._busy, timeout=self._grace)
        remaining = list(self._connections)
        for task in remaining:
            task.cancel()
        await asyncio.gather(*remaining, return_exceptions=True)
        await asyncio.to_thread(self._orm.close)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str(writer.get_extra_info("peername")[0])
        task = asyncio.current_task()
        assert task is not None
        if not self._is_welcome(peer):
            writer.close()
            return
        self._connections[task] = writer
        try:
            await self._exchange(reader, writer, peer, task)
        except (ConnectionError, TimeoutError, asyncio.CancelledError) as error:
            log.info("reception:connection:ended", peer_ip=peer, error_type=type(error).__name__)
        finally:
            del self._connections[task]
            self._held.pop(task, None)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def _is_welcome(self, peer: str) -> bool:
        if not is_inside(peer, self._reglages.sources):
            log.warning("reception:connection:refused", peer_ip=peer, code="reception.source_inconnue")
            return False
        if len(self._connections) >= self._reglages.max_connections or self._stopping:
            log.warning("reception:connection:refused", peer_ip=peer, code="reception.trop_de_connexions")
            return False
        return True

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str, task: asyncio.Task[None]) -> None:
        framer = Framer(self._limits)
        while not self._stopping:
            data = await asyncio.wait_for(reader.read(READ_BYTES), self._reglages.idle_seconds)
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
                for message in messages:
                    await self._answer(writer, partial(receive, message, peer=peer, now=datetime.now(UTC)))
            finally:
                self._busy.discard(task)
            if self._holds_too_much(task, framer):
                log.warning("reception:connection:refused", peer_ip=peer, code="reception.memoire", bytes=framer.buffered)
                break
        if framer.unfinished or framer.dropped:
            log.warning("reception:message:truncated", peer_ip=peer, bytes=framer.buffered, count=framer.dropped + framer.unfinished)

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
        writer.write_eof()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while await reader.read(READ_BYTES):
                    pass

    async def _answer(self, writer: asyncio.StreamWriter, work: Callable[[], bytes]) -> None:
        answer = await self._orm.run(work)
        writer.write(frame(answer))
        await asyncio.wait_for(writer.drain(), self._reglages.idle_seconds)


async def _until_told() -> None:
    server = Serveur(settings.DRIMBOX.reception)
    await server.start()
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await told.wait()
    await server.stop()


def main() -> None:
    """Serve until SIGTERM."""
    asyncio.run(_until_told())
