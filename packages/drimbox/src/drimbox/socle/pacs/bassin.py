# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Associations kept for the next exchange: opening one costs a PACS a process, a log line, sometimes a TLS handshake.

Nothing is kept unless somebody says for how long this loop lives: ``async with associations_gardees()`` around the life of a process.
An association is used by one exchange at a time, kept only after one that ended well, and closed when idle too long, when the PACS closes
it, or as soon as its place is wanted.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from confiance.errors import DrimmError
from drimbox.config import Pacs
from drimbox.socle.pacs.appel import AssociationPacs, appeler
from drimbox.socle.pacs.dimse.negotiation import Proposition
from drimbox.socle.pacs.places import Places, places_of, take_place


@dataclass(eq=False)
class _Gardee:
    """One association that nobody uses."""

    association: AssociationPacs
    places: Places
    timer: asyncio.TimerHandle | None = None
    watch: asyncio.Task[None] | None = None

    async def unwatched(self) -> bool:
        """Stop waiting for what nobody asked; tell whether nothing came."""
        if self.watch is None:
            return True
        self.watch.cancel()
        await asyncio.wait([self.watch])
        return self.watch.cancelled()


_Entree: TypeAlias = tuple[tuple[str, int, Proposition], _Gardee]


@dataclass(eq=False)
class _Bassin:
    """What one loop keeps, by what was proposed."""

    loop: asyncio.AbstractEventLoop
    gardees: list[_Entree] = field(default_factory=list)
    ends: set[asyncio.Task[None]] = field(default_factory=set)
    lenders: dict[Places, Callable[[], object]] = field(default_factory=dict)

    def know(self, places: Places) -> None:
        """Be ready to give places back when somebody else wants one."""
        if places not in self.lenders:
            self.lenders[places] = partial(self.loop.call_soon_threadsafe, self.yield_one, places)
            places.lend_to(self.lenders[places])

    def keep(self, pacs: Pacs, gardee: _Gardee) -> None:
        entry = (_key(pacs, gardee.association.proposition), gardee)
        gardee.timer = self.loop.call_later(pacs.idle_seconds, self._drop, entry)
        gardee.watch = self.loop.create_task(self._watch(entry))
        self.gardees.append(entry)

    async def take(self, pacs: Pacs, proposition: Proposition) -> _Gardee | None:
        """Take the association last used for the same proposition, if one still lives."""
        key = _key(pacs, proposition)
        while entry := next((entry for entry in reversed(self.gardees) if entry[0] == key), None):
            self._remove(entry)
            try:
                alone = await entry[1].unwatched()
            except BaseException:
                _abort(entry[1])
                raise
            if alone and entry[1].association.reusable:
                return entry[1]
            self._end(entry[1])
        return None

    def yield_one(self, places: Places) -> None:
        """Close the oldest kept association of a PACS whose places are wanted."""
        for entry in self.gardees:
            if entry[1].places is places:
                self._drop(entry)
                return

    async def _watch(self, entry: _Entree) -> None:
        """Wait for what nobody asked: a PACS that leaves, which is answered, or that speaks out of turn; the place is given back."""
        with suppress(DrimmError):
            await entry[1].association.next(patient=True)
        self._drop(entry)

    def _drop(self, entry: _Entree) -> None:
        if entry in self.gardees:
            self._remove(entry)
            self._end(entry[1])

    def _remove(self, entry: _Entree) -> None:
        self.gardees.remove(entry)
        if entry[1].timer is not None:
            entry[1].timer.cancel()

    def _end(self, gardee: _Gardee) -> None:
        task = self.loop.create_task(_leave(gardee))
        self.ends.add(task)
        task.add_done_callback(self.ends.discard)

    async def close(self) -> None:
        for places, ask_back in self.lenders.items():
            places.forget(ask_back)
        for entry in self.gardees.copy():
            self._drop(entry)
        await asyncio.gather(*self.ends)


_bassins: dict[asyncio.AbstractEventLoop, _Bassin] = {}


@asynccontextmanager
async def associations_gardees() -> AsyncIterator[None]:
    """Keep associations of this event loop for the next exchange, for the time of a block."""
    loop = asyncio.get_running_loop()
    bassin = _bassins.setdefault(loop, _Bassin(loop))
    try:
        yield
    finally:
        _bassins.pop(loop, None)
        await bassin.close()


@asynccontextmanager
async def association_for(
    pacs: Pacs, proposition: Proposition, *, fresh: bool = False, keep: bool = True
) -> AsyncIterator[AssociationPacs]:
    """Hold an association that has this proposition, kept or new, with its place.

    It is kept after a block that ends well, released after an error that came with or after the last answer, aborted otherwise: what the
    PACS still sends is for nobody.

    Args:
        pacs: whom to call.
        proposition: what it must offer.
        fresh: take no kept one.
        keep: it may serve again.

    Raises:
        PacsOccupe: no place became free in time.
        PacsIndisponible: no connection, no answer in time, or a refusal said to be transient.
        PacsRefuse: the PACS refuses us, or offers none of the services.
    """
    gardee = await _obtain(pacs, proposition, fresh=fresh)
    try:
        yield gardee.association
    except DrimmError:
        if not gardee.association.at_rest:
            _abort(gardee)
        else:
            await _release(gardee)
        raise
    except BaseException:
        _abort(gardee)
        raise
    bassin = _bassins.get(asyncio.get_running_loop())
    if bassin is None or not keep or not gardee.association.reusable or gardee.places.wanted or not pacs.idle_seconds:
        await _release(gardee)
    else:
        bassin.keep(pacs, gardee)


async def _obtain(pacs: Pacs, proposition: Proposition, *, fresh: bool) -> _Gardee:
    bassin = _bassins.get(asyncio.get_running_loop())
    kept = await bassin.take(pacs, proposition) if bassin is not None and not fresh else None
    if kept is not None:
        return kept
    places = places_of(pacs)
    if bassin is not None:
        bassin.know(places)
    await take_place(pacs)
    try:
        return _Gardee(await appeler(pacs, proposition), places)
    except BaseException:
        places.give_back()
        raise


async def _leave(gardee: _Gardee) -> None:
    try:
        await gardee.unwatched()
    except BaseException:
        _abort(gardee)
        raise
    await _release(gardee)


async def _release(gardee: _Gardee) -> None:
    try:
        await gardee.association.release()
    finally:
        gardee.places.give_back()


def _abort(gardee: _Gardee) -> None:
    gardee.association.abort()
    gardee.places.give_back()


def _key(pacs: Pacs, proposition: Proposition) -> tuple[str, int, Proposition]:
    return pacs.host, pacs.port, proposition
