# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A port of the PACS that gives what a test wants, at its pace, and counts how often it was opened and closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.objet import ObjetEnCours, read_tete
from drimbox.socle.pacs.tete import LecteurTete

BLOCK = 64 * 1024


@dataclass
class FauxPacs:
    """What was given so far.

    Attributes:
        items: objects to give, or what to raise in their place.
        gate: objects wait for it when there is one.
        opened: retrievals begun.
        closed: retrievals ended, whatever the way.
        given: bytes handed over.
    """

    items: list[ObjetDicom | Exception]
    gate: asyncio.Event | None = None
    opened: int = 0
    closed: int = 0
    given: int = 0
    asked: list[Any] = field(default_factory=list)

    @asynccontextmanager
    async def recuperer(self, _pacs: Any, demande: Any) -> AsyncIterator[AsyncIterator[ObjetEnCours]]:
        self.opened += 1
        self.asked.append(demande)
        try:
            yield self._objets()
        finally:
            self.closed += 1

    async def _objets(self) -> AsyncIterator[ObjetEnCours]:
        for item in self.items:
            if self.gate is not None:
                await self.gate.wait()
            if isinstance(item, Exception):
                raise item
            objet = await self._arriving(item)
            yield objet
            await objet.finish()

    async def _arriving(self, item: ObjetDicom) -> ObjetEnCours:
        blocks = iter([memoryview(item.dataset)[start : start + BLOCK] for start in range(0, len(item.dataset), BLOCK)])

        async def more() -> memoryview | None:
            await asyncio.sleep(0)
            block = next(blocks, None)
            self.given += len(block or b"")
            return block

        tete, rest = await read_tete(LecteurTete(item.transfer_syntax_uid), more)
        return ObjetEnCours(
            sop_class_uid=item.sop_class_uid,
            sop_instance_uid=item.sop_instance_uid,
            transfer_syntax_uid=item.transfer_syntax_uid,
            tete=tete,
            rest=rest,
            more=more,
        )


def pacs_that_gives(monkeypatch: pytest.MonkeyPatch, *items: ObjetDicom | Exception, gate: asyncio.Event | None = None) -> FauxPacs:
    """Replace the port of the PACS by one that gives these, then fails where told."""
    from drimbox.source.partage import partagees

    faux = FauxPacs(list(items), gate)
    monkeypatch.setattr(partagees, "recuperer", faux.recuperer)
    return faux
