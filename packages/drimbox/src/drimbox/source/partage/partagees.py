# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The retrievals under way in this process: the same thing asked twice is asked once of the PACS."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from drimbox.config import Images, Pacs
from drimbox.socle.pacs.flux import DemandeImages, recuperer
from drimbox.source.partage.recuperation import Lecteur, LimitesLecture, Recuperation
from drimbox.source.partage.reserve import Reserve
from drimbox.source.partage.tours import Tours


@dataclass
class Recuperations:
    """What is being retrieved, by PACS and by what is wanted of it. Nothing of a peer is in the key: what is read is the same for all."""

    limits: LimitesLecture
    reserve: Reserve
    _running: dict[tuple[str, DemandeImages], Recuperation] = field(default_factory=dict)
    _tours: dict[tuple[str, int, str], Tours] = field(default_factory=dict)

    @classmethod
    def of(cls, images: Images) -> Recuperations:
        """Make it from the settings."""
        limits = LimitesLecture(ahead=images.buffered_bytes, prefix=images.shared_prefix_bytes)
        return cls(limits, Reserve(images.spool, images.spool_max_bytes))

    @property
    def count(self) -> int:
        """Retrievals under way that a new request may share."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """Retrievals that wait for an association of their PACS."""
        return sum(tours.places.waiting for tours in self._tours.values())

    @asynccontextmanager
    async def read(self, pacs: Pacs, demande: DemandeImages, peer: str) -> AsyncIterator[Lecteur]:
        """Read what is asked, alone or with others, from its beginning; leaving the block early costs the others nothing."""
        tours = self._tours_of(pacs)
        found = self._found(tours, pacs, demande)
        del demande  # it names every instance: who shares a retrieval need not keep one of its own
        lecteur = found.join(peer)
        try:
            tours.places.look_again()  # this peer may have a place that the others who want it have not
            yield lecteur
        finally:
            if len(found.readers) == 1:
                self._forget(found)
            await found.leave(lecteur)

    def _tours_of(self, pacs: Pacs) -> Tours:
        key = (pacs.host, pacs.port, pacs.aet)
        if key not in self._tours:
            self._tours[key] = Tours(pacs)
        return self._tours[key]

    def _found(self, tours: Tours, pacs: Pacs, demande: DemandeImages) -> Recuperation:
        key = (pacs.name, demande)
        found = self._running.get(key)
        if found is None or not found.joinable:
            # somebody asks a thing that another is far into: more may come, who will all share this second retrieval
            flux = partial(tours.turn, partial(recuperer, pacs, demande))
            found = self._running[key] = Recuperation(flux, self.limits, self.reserve, on_disk=found is not None)
        return found

    def _forget(self, ended: Recuperation) -> None:
        for key, running in tuple(self._running.items()):
            if running is ended:
                del self._running[key]

    def close(self) -> None:
        """Free what is left; call it when no request runs any more."""
        self.reserve.close()
