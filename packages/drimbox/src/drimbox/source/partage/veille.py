# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Cuts the transfers whose KOS stops opening its exam: withdrawn, replaced, or whose study was seen under another patient.

Each request is judged when it comes (``source/admission``); a large study can then leave for minutes. This looks, about once a second and
only while something leaves, whether the KOS of the transfers under way are still in service: one query, whatever their number. What was
sent by then never looks whole: the connection is cut in the middle of an object, without the closing boundary.

A token is not looked at again: it proves who asks at the time of the request, and lives for less time than a study takes to leave.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from confiance.exploitation.logs import get_logger
from drimbox.source.admission.errors import InterneIndisponible, Refus

LOOK_SECONDS = 1.0
log = get_logger("partage")


@dataclass(eq=False)
class EnCours:
    """A transfer under way.

    Attributes:
        kos: SOPInstanceUID of the KOS that opens it.
        task: what carries it.
        connexion: on which it leaves.
        refus: why it was cut, once it is.
        exclusion: why its connection was closed by us, once it is.
    """

    kos: str
    task: asyncio.Task[object]
    connexion: asyncio.BaseTransport | None = None
    refus: Refus | None = None
    exclusion: Refus | None = None

    def cut(self, refus: type[Refus]) -> None:
        """End it; who carries it raises the refusal."""
        if self.refus is None:
            self.refus = refus()
            self.task.cancel()


@dataclass
class Veille:
    """The watch over transfers under way.

    Attributes:
        ended: returns, among some KOS, those that no longer open their exam, with the refusal that tells why.
    """

    ended: Callable[[Collection[str]], Awaitable[Mapping[str, type[Refus]]]]
    _under_way: set[EnCours] = field(default_factory=set)

    @contextmanager
    def running(self, kos: str, connexion: asyncio.BaseTransport | None = None) -> Iterator[EnCours]:
        """Hold a transfer under watch for the time of a block, which receives it.

        Raises:
            Refus: the KOS stopped opening the exam meanwhile.
        """
        task = asyncio.current_task()
        assert task is not None
        transfert = EnCours(kos, task, connexion)
        self._under_way.add(transfert)
        try:
            yield transfert
        except asyncio.CancelledError:
            if transfert.refus is None or task.uncancel():  # the peer left, too
                raise
            raise transfert.refus from None
        finally:
            self._under_way.discard(transfert)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Look again and again for the time of a block."""
        watch = asyncio.get_running_loop().create_task(self._watch())
        try:
            yield
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    def exclude(self, connexion: asyncio.BaseTransport, refus: Refus) -> None:
        """Note why a connection is about to be closed, on the transfers that leave by it: their journal line must not accuse the peer."""
        for transfert in self._under_way:
            if transfert.connexion is connexion:
                transfert.exclusion = refus

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except InterneIndisponible as error:  # the database is away: what runs goes on, the next look will tell
                log.warning("partage:veille:blind", code=error.code)
            except Exception as error:  # a watch that ended would let every withdrawn exam leave, in silence
                log.error("partage:veille:failed", exc_info=error)

    async def look(self) -> None:
        """Judge again what is under way.

        Raises:
            InterneIndisponible: the database does not answer.
        """
        if not self._under_way:
            return
        ended = await self.ended(frozenset(transfert.kos for transfert in self._under_way))
        for transfert in tuple(self._under_way):
            if transfert.kos in ended:
                transfert.cut(ended[transfert.kos])
