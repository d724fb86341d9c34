# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Shared retrievals when the disk takes nothing more: readers are paced by the slowest, none is cut."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path
from typing import Any

import pytest

from drimbox.socle.pacs.flux import DemandeImages
from tests.integration.drimbox.partage.faux_pacs import FauxPacs
from tests.unit.drimbox.partage.test_recuperation import PACS, PEER, objects, recuperations, whole


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


async def test_a_folder_that_is_gone_paces_the_readers_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items = objects(8, 400_000)
    async with (
        recuperations(monkeypatch, FauxPacs(items), tmp_path / "absent") as running,
        running.read(PACS, DemandeImages("1.2"), PEER) as one,
        running.read(PACS, DemandeImages("1.2"), PEER) as other,
    ):
        both = await asyncio.gather(whole(one), whole(other, pause=0.001))
    assert both[0] == both[1] == {item.sop_instance_uid: item.dataset for item in items}


async def test_a_disk_that_fills_up_midway_gives_back_what_it_took_and_loses_nothing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    items, written, real = objects(12, 400_000), list[int](), os.pwrite

    def full(descriptor: int, data: Any, offset: int) -> int:
        written.append(len(data))
        if len(written) > 8:
            raise OSError(errno.ENOSPC, "full")
        return real(descriptor, data, offset)

    monkeypatch.setattr(os, "pwrite", full)
    async with (
        recuperations(monkeypatch, FauxPacs(items), folder) as running,
        running.read(PACS, DemandeImages("1.2"), PEER) as one,
        running.read(PACS, DemandeImages("1.2"), PEER) as other,
    ):
        both = await asyncio.gather(whole(one), whole(other, pause=0.001))
        assert running.reserve.used == 0
    assert both[0] == both[1] == {item.sop_instance_uid: item.dataset for item in items}
    assert len(written) == 9  # it is not asked again for this retrieval


async def test_a_full_disk_that_empties_lets_the_fast_reader_go_on(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    faux = FauxPacs(objects(12, 400_000))
    async with recuperations(monkeypatch, faux, folder, disk=8_000_000) as running:
        elsewhere = running.reserve.volume()
        await elsewhere.write(bytes(7_900_000))
        async with running.read(PACS, DemandeImages("1.2"), PEER) as stuck, running.read(PACS, DemandeImages("1.2"), PEER) as fast:
            task = asyncio.create_task(whole(fast))
            async with asyncio.timeout(60):
                while not running.reserve.full or stuck.recuperation._room is None:  # noqa: ASYNC110 - a full disk has no bell
                    await asyncio.sleep(0.001)
                given = faux.given
                assert not task.done()
                elsewhere.close()
                assert len(await task) == 12
            assert stuck.position == 0
            assert faux.given > given
