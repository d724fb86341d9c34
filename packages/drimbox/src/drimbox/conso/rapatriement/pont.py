# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Between the event loop that reads a source and the thread that feeds the PACS: a bounded channel.

When the PACS is slow the channel is full, the loop stops reading, TCP slows the source down: memory never grows with the exam.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager

from drimbox.socle.pacs.canal import Canal, CanalFerme
from drimbox.socle.pacs.model import ObjetDicom

JOIN_SECONDS = 30.0


@contextmanager
def pulled(fetch: Callable[[], AsyncGenerator[ObjetDicom, None]], *, buffered: int) -> Iterator[Iterator[ObjetDicom]]:
    """Run a fetch in a thread of its own for the time of a block, which receives an iterator of its objects.

    Leaving the block early ends the fetch and closes its connection.

    Args:
        fetch: makes the asynchronous iterator, in that thread's loop.
        buffered: objects kept waiting for a slow reader.
    """
    puller = _Puller(fetch, buffered)
    puller.start()
    try:
        yield iter(puller.canal.get, None)
    finally:
        puller.stop()


class _Puller(threading.Thread):
    """The thread of one fetch."""

    def __init__(self, fetch: Callable[[], AsyncGenerator[ObjetDicom, None]], buffered: int) -> None:
        super().__init__(name="rapatriement", daemon=True)
        self.canal: Canal[ObjetDicom] = Canal(buffered)
        self._fetch = fetch
        self._lock = threading.Lock()
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None
        self._stopped = False

    def run(self) -> None:
        """Pull until the end, an error, or the reader's departure; whatever happens is told to the reader."""
        try:
            asyncio.run(self._main())
        except (CanalFerme, asyncio.CancelledError):
            self.canal.end()
        except BaseException as error:  # noqa: BLE001 - raised again on the reader's side, where somebody waits
            self.canal.end(error)
        else:
            self.canal.end()

    async def _main(self) -> None:
        task = asyncio.ensure_future(self._pull())
        with self._lock:
            self._running = (asyncio.get_running_loop(), task)
            if self._stopped:
                task.cancel()
        try:
            await task
        finally:
            with self._lock:
                self._running = None
            for _ in range(2):
                await asyncio.sleep(0)  # closed transports give their sockets back at the next turns of the loop

    async def _pull(self) -> None:
        loop = asyncio.get_running_loop()
        async with aclosing(self._fetch()) as objets:
            async for objet in objets:
                await loop.run_in_executor(None, self.canal.put, objet)

    def stop(self) -> None:
        """End the fetch, whatever its state."""
        self.canal.close()
        with self._lock:
            self._stopped = True
            if self._running is not None:
                loop, task = self._running
                loop.call_soon_threadsafe(task.cancel)
        self.join(JOIN_SECONDS)
