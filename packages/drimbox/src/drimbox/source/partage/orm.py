# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The one way of this process to the database: a few threads, each with its own connection (architecture, decision 2)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, close_old_connections, connections

from drimbox.source.admission.errors import InterneIndisponible

P = ParamSpec("P")
T = TypeVar("T")
THREADS = 4


class Base:
    """Runs functions that use the ORM, out of the event loop."""

    def __init__(self, threads: int = THREADS) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="base")

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function and return what it returns.

        Raises:
            InterneIndisponible: the database does not answer.
        """
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: _with_connection(function, *args, **kwargs))

    def close(self) -> None:
        """Wait for what is under way, close the connection of each thread and free the threads."""
        meeting = threading.Barrier(self._threads)  # so that every thread takes one of these, and none takes two
        for _ in range(self._threads):
            self._pool.submit(_close_connection, meeting)
        self._pool.shutdown(wait=True)


def _close_connection(meeting: threading.Barrier) -> None:
    meeting.wait()
    connections.close_all()


def _with_connection(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    close_old_connections()
    try:
        return function(*args, **kwargs)
    except DatabaseError as error:
        raise InterneIndisponible from error
    finally:
        close_old_connections()
