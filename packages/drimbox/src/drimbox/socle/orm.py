# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The one way from asynchronous code to the database: a few threads, each with its own connection (architecture, decision 2)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections, connections

T = TypeVar("T")


class OrmThreads:
    """Runs functions that use the ORM, out of the event loop. When every thread is taken, callers wait."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="orm")

    async def run(self, work: Callable[[], T]) -> T:
        """Run a function in one of the threads and return what it returns."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, _with_fresh_connection, work)

    def close(self) -> None:
        """Wait for what is under way, close the connection of each thread and free the threads."""
        meeting = threading.Barrier(self._threads)  # so that every thread takes one of these, and none takes two
        for _ in range(self._threads):
            self._pool.submit(_close_connection, meeting)
        self._pool.shutdown(wait=True)


def _with_fresh_connection(work: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()


def _close_connection(meeting: threading.Barrier) -> None:
    meeting.wait()
    connections.close_all()
