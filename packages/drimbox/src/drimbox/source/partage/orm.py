# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The way of this process to the database, whose absence is a refusal of the door."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import Error

from drimbox.socle.orm import OrmThreads
from drimbox.source.admission.errors import InterneIndisponible

P = ParamSpec("P")
T = TypeVar("T")
THREADS = 4


class Base:
    """Runs functions that use the ORM, out of the event loop."""

    def __init__(self, threads: int = THREADS) -> None:
        self._orm = OrmThreads(threads)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function and return what it returns.

        Raises:
            InterneIndisponible: the database does not answer.
        """
        try:
            return await self._orm.run(partial(function, *args, **kwargs))
        except Error as error:  # InterfaceError, too, which is no DatabaseError: a connection that the server closed
            raise InterneIndisponible from error

    def close(self) -> None:
        """Wait for what is under way, close the connection of each thread and free the threads."""
        self._orm.close()
