# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A document of PSC that is fetched again when it is old, and still serves for a while when PSC is silent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from confiance.exploitation.logs import get_logger
from drimbox.socle.identite.errors import PscIndisponible
from drimbox.socle.identite.limits import Limites

T = TypeVar("T")
log = get_logger("identite")


class Fresh(Generic[T]):
    """One value, its age, and how to fetch it."""

    def __init__(self, fetch: Callable[[], Awaitable[T]], *, now: Callable[[], datetime], limits: Limites) -> None:
        self._fetch = fetch
        self._now = now
        self._limits = limits
        self._lock = asyncio.Lock()
        self._value: T | None = None
        self._fetched_at: tuple[datetime, float] | None = None

    async def get(self) -> T:
        """Return the value, fetched when it is missing or old.

        Raises:
            PscIndisponible: nothing that may still serve is at hand and PSC does not answer.
            PscReponseInvalide: the new answer cannot be trusted.
        """
        async with self._lock:
            if self._value is None or self._age() >= timedelta(seconds=self._limits.metadata_seconds):
                await self._renew()
            assert self._value is not None
            return self._value

    async def renewed(self) -> T:
        """Return the value fetched anew, unless that was done a moment ago.

        Raises:
            PscIndisponible: nothing that may still serve is at hand and PSC does not answer.
            PscReponseInvalide: the new answer cannot be trusted.
        """
        async with self._lock:
            if self._value is None or self._age() >= timedelta(seconds=self._limits.keys_pause_seconds):
                await self._renew()
            assert self._value is not None
            return self._value

    async def _renew(self) -> None:
        try:
            value = await self._fetch()
        except PscIndisponible as error:
            if self._value is None or self._age() >= timedelta(seconds=self._limits.metadata_stale_seconds):
                raise
            log.warning("identite:metadata:stale", code=error.code)
            return
        self._value, self._fetched_at = value, (self._now(), time.monotonic())

    def _age(self) -> timedelta:
        """Return the greater age of the two clocks: that of the day may be set back."""
        if self._fetched_at is None:
            return timedelta.max
        at, monotonic = self._fetched_at
        return max(self._now() - at, timedelta(seconds=time.monotonic() - monotonic))
