# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The associations of a PACS: slow readers of one peer keep them neither from another peer nor for ever."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from drimbox.config import Pacs
from drimbox.socle.pacs.flux import DemandeImages
from drimbox.source.admission.errors import TropDeDemandes, TropDeTransferts
from drimbox.source.partage import tours
from drimbox.source.partage.partagees import Recuperations
from tests.integration.drimbox.partage.faux_pacs import FauxPacs
from tests.unit.drimbox.partage.test_recuperation import objects, recuperations, whole


def pacs_of(associations: int, timeout: float = 60.0) -> Pacs:
    return Pacs(name="local", host="127.0.0.1", port=1, aet="A", max_associations=associations, timeout=timeout)


async def read(running: Recuperations, pacs: Pacs, study: str, peer: str) -> dict[str, bytes]:
    async with running.read(pacs, DemandeImages(study), peer) as lecteur:
        return await whole(lecteur)


async def stalled(held: AsyncExitStack, running: Recuperations, pacs: Pacs, peer: str, count: int) -> None:
    """Begin to read some studies, and stop."""
    for rank in range(count):
        lecteur = await held.enter_async_context(running.read(pacs, DemandeImages(f"1.2.{rank}"), peer))
        assert await lecteur.next() is not None


async def test_slow_reads_of_one_peer_leave_an_association_to_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pacs, faux = pacs_of(3, timeout=0.2), FauxPacs(objects(20, 400_000))
    async with recuperations(monkeypatch, faux, tmp_path, disk=0) as running, AsyncExitStack() as held:
        await stalled(held, running, pacs, "a", 2)
        with pytest.raises(TropDeDemandes):
            await read(running, pacs, "1.3", "a")
        assert len(await read(running, pacs, "1.3", "b")) == 20


async def test_who_waits_for_what_another_cannot_have_gets_it_for_both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pacs, faux = pacs_of(2), FauxPacs(objects(20, 400_000))
    async with recuperations(monkeypatch, faux, tmp_path) as running, AsyncExitStack() as held:
        await stalled(held, running, pacs, "a", 1)
        mine = asyncio.create_task(read(running, pacs, "1.3", "a"))
        await asyncio.sleep(0)
        assert await read(running, pacs, "1.3", "b") == await mine
    assert faux.opened == 2


async def test_a_slow_read_goes_to_disk_when_another_waits_for_its_association(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tours, "PATIENCE_SECONDS", 0.01)
    items = objects(20, 400_000)
    pacs, faux = pacs_of(1), FauxPacs(items)
    async with recuperations(monkeypatch, faux, tmp_path) as running, running.read(pacs, DemandeImages("1.2"), "a") as slow:
        first = await slow.next()
        assert first is not None
        assert len(await read(running, pacs, "1.3", "b")) == 20
        assert running.reserve.used > 5_000_000
        rest = await whole(slow)
    assert rest == {item.sop_instance_uid: item.dataset for item in items[1:]}


async def test_without_disk_who_waits_is_told_that_too_many_are_served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pacs, faux = pacs_of(1, timeout=0.1), FauxPacs(objects(20, 400_000))
    async with recuperations(monkeypatch, faux, tmp_path, disk=0) as running, AsyncExitStack() as held:
        await stalled(held, running, pacs, "a", 1)
        with pytest.raises(TropDeTransferts):
            await read(running, pacs, "1.3", "b")
        assert running.waiting == 0
