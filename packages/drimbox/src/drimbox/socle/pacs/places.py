# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How many associations this process may have with a PACS at a time, for threads and event loops together; first come, first served."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import asynccontextmanager, contextmanager, suppress

from drimbox.config import Pacs
from drimbox.socle.pacs.errors import PacsOccupe


class Places:
    """A counter of free places and the line of those who wait for one."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[Future[None]] = deque()
        self._lenders: list[Callable[[], object]] = []
        self._lock = threading.Lock()

    def take(self) -> Future[None]:
        """Return a future that is done when the place is ours; cancelling it leaves the line."""
        future: Future[None] = Future()
        with self._lock:
            if self._free and not self._waiting:
                self._free -= 1
                future.set_result(None)
                return future
            self._waiting.append(future)
            lenders = list(self._lenders)
        for ask_back in lenders:
            ask_back()
        return future

    def give_back(self) -> None:
        """Free a place, or hand it to the first who waits."""
        with self._lock:
            while self._waiting:
                future = self._waiting.popleft()
                if future.set_running_or_notify_cancel():
                    future.set_result(None)
                    return
            self._free += 1

    @property
    def wanted(self) -> bool:
        """Whether somebody waits."""
        return any(not future.cancelled() for future in list(self._waiting))

    def lend_to(self, ask_back: Callable[[], object]) -> None:
        """Know somebody who keeps places without using them: called, from any thread, when a place is wanted."""
        with self._lock:
            self._lenders.append(ask_back)

    def forget(self, ask_back: Callable[[], object]) -> None:
        """Know that lender no more."""
        with self._lock, suppress(ValueError):
            self._lenders.remove(ask_back)

    def leave(self, future: Future[None]) -> None:
        """Stop waiting; a place given meanwhile is given back."""
        if future.cancel():
            with self._lock, suppress(ValueError):
                self._waiting.remove(future)
        else:
            with suppress(CancelledError):
                future.result()
                self.give_back()


_places: dict[tuple[str, int, str], Places] = {}
_lock = threading.Lock()


def places_of(pacs: Pacs) -> Places:
    """Return the places of a PACS; their number is that of the first settings seen."""
    with _lock:
        return _places.setdefault((pacs.host, pacs.port, pacs.aet), Places(pacs.max_associations))


@contextmanager
def place(pacs: Pacs) -> Iterator[None]:
    """Hold one place, from a thread.

    Raises:
        PacsOccupe: none became free within the timeout of the PACS.
    """
    places = places_of(pacs)
    future = places.take()
    try:
        future.result(pacs.timeout)
    except TimeoutError:
        places.leave(future)
        raise PacsOccupe from None
    try:
        yield
    finally:
        places.give_back()


async def take_place(pacs: Pacs) -> Places:
    """Take one place, from an event loop; the caller gives it back.

    Raises:
        PacsOccupe: none became free within the timeout of the PACS.
    """
    places = places_of(pacs)
    future = places.take()
    if future.done():
        return places
    try:
        async with asyncio.timeout(pacs.timeout):  # not wait_for, which drops a cancellation that comes as the place is given
            await asyncio.shield(asyncio.wrap_future(future))
    except TimeoutError:
        places.leave(future)
        raise PacsOccupe from None
    except asyncio.CancelledError:
        places.leave(future)
        raise
    return places


@asynccontextmanager
async def place_held(pacs: Pacs) -> AsyncIterator[None]:
    """Hold one place, from an event loop.

    Raises:
        PacsOccupe: none became free within the timeout of the PACS.
    """
    places = await take_place(pacs)
    try:
        yield
    finally:
        places.give_back()
