# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One retrieval read by one or by several: bounded memory, no reader paced by another, nothing in clear on disk, failures for all."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_file

from drimbox.config import Pacs
from drimbox.socle.pacs.errors import PacsIncomplet
from drimbox.socle.pacs.flux import DemandeImages
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.objet import ObjetEnCours
from drimbox.socle.pacs.tete import LecteurTete
from drimbox.source.partage import partagees, recuperation
from drimbox.source.partage.entrees import ObjetRecu
from drimbox.source.partage.partagees import Recuperations
from drimbox.source.partage.recuperation import Lecteur, LimitesLecture, Recuperation
from drimbox.source.partage.reserve import PART_BYTES, TAG_BYTES, Reserve, ReserveRompue
from tests.integration.drimbox.partage.faux_pacs import FauxPacs

EXPLICIT = "1.2.840.10008.1.2.1"
PACS = Pacs(name="local", host="127.0.0.1", port=1, aet="A")
PEER = "CN=db2"
SECRET = b"PIXELS-OF-A-PATIENT-" * 50
KILO = 1 << 10


def objects(count: int, size: int) -> list[ObjetDicom]:
    image = pydicom.dcmread(str(get_testdata_file("CT_small.dcm", download=False)))
    found = []
    for rank in range(count):
        image.SOPInstanceUID = f"1.2.3.{rank + 1}"
        image.PixelData = (SECRET * (size // len(SECRET) + 1))[:size]
        buffer = BytesIO()
        image.save_as(buffer, enforce_file_format=True)
        data = buffer.getvalue()
        start = 144 + int.from_bytes(data[140:144], "little")
        found.append(ObjetDicom(str(image.SOPClassUID), image.SOPInstanceUID, EXPLICIT, data[start:]))
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def held(found: Recuperation) -> int:
    """Bytes that a retrieval has in memory."""
    return sum(len(entry.entete) if isinstance(entry, ObjetRecu) else sum(map(len, entry.data)) for entry in found._entries)


@asynccontextmanager
async def recuperations(monkeypatch: pytest.MonkeyPatch, faux: FauxPacs, folder: Path, **changes: int) -> AsyncIterator[Recuperations]:
    monkeypatch.setattr(partagees, "recuperer", faux.recuperer)
    heads = changes.get("heads", 8 << 20)
    limits = LimitesLecture(ahead=changes.get("ahead", 256 * KILO), prefix=changes.get("prefix", 256 * KILO), heads=heads)
    found = Recuperations(limits, Reserve(folder, changes.get("disk", 1 << 30)))
    yield found
    assert found.count == 0
    assert found.reserve.used == 0
    assert faux.opened == faux.closed
    found.close()


async def whole(lecteur: Lecteur, *, pause: float = 0.0) -> dict[str, bytes]:
    found = {}
    while (objet := await lecteur.next()) is not None:
        content = bytearray(objet.entete)
        async for lot in lecteur.lots():
            content += b"".join(lot)
            await asyncio.sleep(pause)
        found[objet.sop_instance_uid] = bytes(content)
    return found


async def test_two_who_ask_the_same_thing_at_once_share_one_retrieval(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    items = objects(6, 300_000)
    faux = FauxPacs(items)
    async with recuperations(monkeypatch, faux, folder) as running:
        demande = DemandeImages("1.2")

        async def one() -> dict[str, bytes]:
            async with running.read(PACS, demande, PEER) as lecteur:
                return await whole(lecteur)

        answers = await asyncio.gather(*(one() for _ in range(5)))
    assert faux.opened == 1
    assert all(answer == {item.sop_instance_uid: item.dataset for item in items} for answer in answers)


async def test_the_slowest_does_not_pace_the_others(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    items = objects(10, 400_000)
    faux = FauxPacs(items)
    async with recuperations(monkeypatch, faux, folder) as running, running.read(PACS, DemandeImages("1.2"), PEER) as stuck:
        async with running.read(PACS, DemandeImages("1.2"), PEER) as fast:
            assert len(await whole(fast)) == 10
        assert stuck.position == 0
        assert running.reserve.used > 3_000_000
        assert await whole(stuck) == {item.sop_instance_uid: item.dataset for item in items}
    assert faux.opened == 1


async def test_what_comes_back_from_disk_is_read_in_parts_of_a_bounded_size(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    faux = FauxPacs(objects(10, 400_000))
    async with recuperations(monkeypatch, faux, folder) as running, running.read(PACS, DemandeImages("1.2"), PEER) as slow:
        await _all_of(running)
        sizes = []
        while await slow.next() is not None:
            sizes += [sum(map(len, lot)) async for lot in slow.lots()]
    late = sizes[len(sizes) // 2 :]  # the beginning came before anybody else asked: it waits in memory
    assert late
    assert max(late) <= PART_BYTES


async def test_a_reader_that_hurries_is_given_whole_pieces_from_disk_and_part_by_part_again_once_it_lingers(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(recuperation, "QUICK_PARTS", 8)
    monkeypatch.setattr(recuperation, "QUICK_SECONDS", 60.0)
    items = objects(10, 400_000)
    async with recuperations(monkeypatch, FauxPacs(items), folder) as running, running.read(PACS, DemandeImages("1.2"), PEER) as lecteur:
        await _all_of(running)
        sizes = []
        while await lecteur.next() is not None:
            async for lot in lecteur.lots():
                sizes.append(sum(map(len, lot)))
                if len(sizes) == 24:
                    monkeypatch.setattr(recuperation, "QUICK_SECONDS", 0.0)
    assert max(sizes[:24]) > PART_BYTES
    assert max(sizes[24:]) <= PART_BYTES
    assert sum(sizes) >= 10 * 400_000


async def test_heads_that_wait_for_the_slowest_are_bounded_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    items = objects(60, 20_000)
    head = len(items[0].dataset) - 20_000
    async with (
        recuperations(monkeypatch, FauxPacs(items), folder, heads=10 * head) as running,
        running.read(PACS, DemandeImages("1.2"), PEER) as stuck,
        running.read(PACS, DemandeImages("1.2"), PEER) as fast,
    ):
        task = asyncio.create_task(whole(fast))
        for _ in range(3000):
            await asyncio.sleep(0.0001)
        assert stuck.position == 0
        assert held(stuck.recuperation) < 10 * head + 1000 * KILO
        assert not task.done()
        assert len(await whole(stuck)) == len(await task) == 60


async def test_a_lone_slow_reader_stops_the_pacs_and_writes_nothing_to_disk(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    faux = FauxPacs(objects(20, 400_000))
    async with recuperations(monkeypatch, faux, folder) as running, running.read(PACS, DemandeImages("1.2"), PEER) as lecteur:
        assert await lecteur.next() is not None
        for _ in range(1000):
            await asyncio.sleep(0)
        assert faux.given < 2_000_000
        assert running.reserve.used == 0
        assert len(await whole(lecteur)) == 19


async def test_who_comes_too_late_starts_another_retrieval_that_the_next_ones_share(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    faux = FauxPacs(objects(10, 400_000))
    async with recuperations(monkeypatch, faux, folder) as running, running.read(PACS, DemandeImages("1.2"), PEER) as first:
        for _ in range(5):
            assert await first.next() is not None
        async with running.read(PACS, DemandeImages("1.2"), PEER) as second, running.read(PACS, DemandeImages("1.2"), PEER) as third:
            assert await whole(second) == await whole(third)
        assert len(await whole(first)) == 5
    assert faux.opened == 2


async def test_an_object_of_two_gigabytes_flows_through_a_bounded_memory(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (head,) = objects(1, 1000)
    block, blocks = memoryview(bytes(1 << 20)), 2048
    faux = FauxPacs([head])

    async def endless(self: FauxPacs, item: ObjetDicom) -> ObjetEnCours:
        left = iter(range(blocks))

        async def more() -> memoryview | None:
            await asyncio.sleep(0)
            return None if next(left, None) is None else block

        tete, _ = LecteurTete(EXPLICIT).feed(memoryview(item.dataset)) or (None, None)
        assert tete is not None
        uids = {"sop_class_uid": item.sop_class_uid, "sop_instance_uid": item.sop_instance_uid, "transfer_syntax_uid": EXPLICIT}
        return ObjetEnCours(**uids, tete=tete, rest=block, more=more)

    monkeypatch.setattr(FauxPacs, "_arriving", endless)
    async with (
        recuperations(monkeypatch, faux, folder, ahead=4 << 20) as running,
        running.read(PACS, DemandeImages("1.2"), PEER) as lecteur,
    ):
        assert await lecteur.next() is not None
        total = waiting = 0
        async for lot in lecteur.lots():
            total += sum(map(len, lot))
            waiting = max(waiting, held(lecteur.recuperation))
    assert total == (blocks + 1) << 20
    assert waiting <= 6 << 20


async def test_another_series_is_another_retrieval(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    faux = FauxPacs(objects(1, 1000))
    async with recuperations(monkeypatch, faux, folder) as running:
        async with (
            running.read(PACS, DemandeImages("1.2", "1.3"), PEER) as one,
            running.read(PACS, DemandeImages("1.2", "1.4"), PEER) as other,
        ):
            await whole(one)
            await whole(other)
        async with running.read(PACS.model_copy(update={"name": "second"}), DemandeImages("1.2", "1.3"), PEER) as lecteur:
            await whole(lecteur)
    assert faux.opened == 3


async def test_a_failure_ends_every_reader_after_what_came(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    faux = FauxPacs([*objects(2, 1000), PacsIncomplet()])

    async def one(running: Recuperations) -> int:
        async with running.read(PACS, DemandeImages("1.2"), PEER) as lecteur:
            seen = [await lecteur.next(), await lecteur.next()]
            with pytest.raises(PacsIncomplet):
                await lecteur.next()
        return len([objet for objet in seen if objet is not None])

    async with recuperations(monkeypatch, faux, folder) as running:
        assert await asyncio.gather(one(running), one(running)) == [2, 2]
    assert faux.opened == 1


async def test_a_reader_that_leaves_costs_the_other_nothing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    items, gate = objects(4, 300_000), asyncio.Event()
    faux = FauxPacs(items, gate)
    async with recuperations(monkeypatch, faux, folder) as running, running.read(PACS, DemandeImages("1.2"), PEER) as stays:
        leaves = asyncio.create_task(_all_of(running))
        async with asyncio.timeout(60):
            while len(stays.recuperation.readers) < 2:  # noqa: ASYNC110 - a retrieval has no bell
                await asyncio.sleep(0.001)
        leaves.cancel()
        await asyncio.gather(leaves, return_exceptions=True)
        gate.set()
        assert len(await whole(stays)) == 4
    assert faux.opened == 1


async def _all_of(running: Recuperations) -> dict[str, bytes]:
    async with running.read(PACS, DemandeImages("1.2"), PEER) as lecteur:
        return await whole(lecteur)


async def test_the_last_reader_that_leaves_ends_the_retrieval(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    faux = FauxPacs(objects(4, 300_000), asyncio.Event())
    async with recuperations(monkeypatch, faux, folder) as running:
        reading = asyncio.create_task(_all_of(running))
        async with asyncio.timeout(20):
            while not faux.opened:  # noqa: ASYNC110 - the fake PACS has no bell
                await asyncio.sleep(0.001)
        assert (faux.opened, faux.closed) == (1, 0)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        assert faux.closed == 1


async def test_a_full_disk_paces_the_readers_and_loses_nothing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    items = objects(12, 400_000)
    faux = FauxPacs(items)
    async with recuperations(monkeypatch, faux, folder, disk=1_000_000) as running:
        async with running.read(PACS, DemandeImages("1.2"), PEER) as one, running.read(PACS, DemandeImages("1.2"), PEER) as other:
            both = await asyncio.gather(whole(one), whole(other, pause=0.001))
        assert both[0] == both[1] == {item.sop_instance_uid: item.dataset for item in items}


async def test_without_disk_nothing_is_shared(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    faux = FauxPacs(objects(3, 1000))
    async with recuperations(monkeypatch, faux, folder, disk=0) as running, running.read(PACS, DemandeImages("1.2"), PEER) as one:
        other = await _all_of(running)
        assert await whole(one) == other
    assert faux.opened == 2


async def test_nothing_in_clear_nor_named_is_on_disk(folder: Path) -> None:
    reserve = Reserve(folder, 1 << 20)
    volume = reserve.volume()
    place = await volume.write(SECRET)
    assert await asyncio.to_thread(os.listdir, folder) == []
    place.segment.file.seek(0)
    assert SECRET[:20] not in place.segment.file.read()
    assert await reserve.decrypt(place, range(1)) == [SECRET]
    volume.close()
    assert reserve.used == 0
    reserve.close()


async def test_what_was_changed_on_disk_is_not_given_back(folder: Path) -> None:
    reserve = Reserve(folder, 1 << 20)
    volume = reserve.volume()
    place = await volume.write(SECRET)
    place.segment.file.seek(5)
    place.segment.file.write(b"\xff")
    with pytest.raises(ReserveRompue):
        await reserve.decrypt(place, range(1))
    volume.close()
    reserve.close()


@pytest.mark.parametrize("size", [1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES + 7])
async def test_a_piece_is_had_back_part_by_part_each_of_a_bounded_size(folder: Path, size: int) -> None:
    reserve = Reserve(folder, 1 << 20)
    volume, data = reserve.volume(), os.urandom(size)
    await volume.write(b"before")
    place = await volume.write(data)
    parts = [part for rank in range(place.parts) for part in await reserve.decrypt(place, range(rank, rank + 1))]
    assert b"".join(parts) == data
    assert await reserve.decrypt(place, range(place.parts)) == parts
    assert all(0 < len(part) <= PART_BYTES for part in parts)
    volume.close()
    assert reserve.used == 0
    reserve.close()


async def test_two_parts_exchanged_on_disk_are_not_given_back(folder: Path) -> None:
    reserve = Reserve(folder, 1 << 20)
    volume = reserve.volume()
    place, sealed = await volume.write(os.urandom(2 * PART_BYTES)), PART_BYTES + TAG_BYTES
    descriptor = place.segment.file.fileno()
    first, second = os.pread(descriptor, sealed, 0), os.pread(descriptor, sealed, sealed)
    os.pwrite(descriptor, second + first, 0)
    for rank in range(2):
        with pytest.raises(ReserveRompue):
            await reserve.decrypt(place, range(rank, rank + 1))
    volume.close()
    reserve.close()


async def test_a_reader_knows_whether_what_follows_is_here(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    faux = FauxPacs(objects(1, 4 * KILO))
    async with recuperations(monkeypatch, faux, folder) as shared, shared.read(PACS, DemandeImages("1.2"), PEER) as lecteur:
        assert not lecteur.ready
        for _ in range(20):
            await asyncio.sleep(0)
        assert lecteur.ready
        assert await lecteur.next() is not None
        assert [lot async for lot in lecteur.lots()]
        assert await lecteur.next() is None
        assert lecteur.ready
