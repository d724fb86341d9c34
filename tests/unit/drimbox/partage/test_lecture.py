# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What may leave of one retrieval: all that the KOS points to, each once; a deflated head read away from the loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType

import pytest
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from drimbox.config import Pacs
from drimbox.socle.kos.model import InstanceKos, KosLu
from drimbox.socle.pacs.elements import DEFLATED, EXPLICIT_LE, deflate, inflate
from drimbox.socle.pacs.entete import Ins, with_ins
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.tete import MAX_INFLATED
from drimbox.socle.personnes import OID_INS_NIR_TEST, Identifiant
from drimbox.source.admission.contenu import ExamenOuvert
from drimbox.source.admission.errors import ObjetEtranger, PacsEnErreur
from drimbox.source.partage import identite_objet
from drimbox.source.partage.conversion.pixels import read_pixels
from drimbox.source.partage.lecture import Lecture, ObjetServi, reading
from drimbox.source.partage.partagees import Recuperations
from drimbox.source.partage.paths import Ressource
from drimbox.source.partage.recuperation import LimitesLecture
from drimbox.source.partage.reserve import Reserve
from tests.integration.drimbox.partage.faux_pacs import pacs_that_gives

STUDY, HERE, ELSEWHERE = "1.2", "1.2.1", "1.2.2"
CT = "1.2.840.10008.5.1.4.1.1.2"
INS = Identifiant("279035121518989", OID_INS_NIR_TEST)
PACS = Pacs(name="local", host="127.0.0.1", port=1, aet="A")
WHOLE = Ressource(STUDY)


def examen(ins: Identifiant | None = INS, **series: tuple[str, ...]) -> ExamenOuvert:
    named = {{"here": HERE, "elsewhere": ELSEWHERE}[name]: uids for name, uids in series.items()}
    pointed: Mapping[str, Mapping[str, InstanceKos]] = {
        name: MappingProxyType({uid: InstanceKos(CT, uid, 1) for uid in uids}) for name, uids in named.items()
    }
    lu = KosLu("1.1", STUDY, ins, "P^D", "19790328", "F", None, None, "113030", 1, "20210108", "102500", "Crâne", "", "", ())
    return ExamenOuvert(lu, MappingProxyType(pointed), ins)


def image(instance: str, series: str = HERE, *, deflated: bool = False, pixels: int = 64, ins: str | None = None) -> ObjetDicom:
    found = Dataset()
    found.SOPClassUID, found.SOPInstanceUID, found.StudyInstanceUID, found.SeriesInstanceUID = CT, instance, STUDY, series
    found.PatientID, found.Rows, found.Columns, found.BitsAllocated, found.PixelData = "IPP1", 8, 8, 8, bytes(pixels)
    found["PixelData"].VR = "OB"
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_dataset(buffer, found)
    data = bytes(buffer.getvalue())
    if ins is not None:
        data = with_ins(data, EXPLICIT_LE, Ins(ins, OID_INS_NIR_TEST))
    return ObjetDicom(CT, instance, DEFLATED if deflated else EXPLICIT_LE, deflate(data) if deflated else data)


@asynccontextmanager
async def lecture_of(
    monkeypatch: pytest.MonkeyPatch, folder: Path, opened: ExamenOuvert, *items: ObjetDicom, ressource: Ressource = WHOLE
) -> AsyncIterator[Lecture]:
    pacs_that_gives(monkeypatch, *items)
    running = Recuperations(LimitesLecture(), Reserve(folder, 1 << 20))
    async with reading(running, PACS, ressource, opened, "CN=db2") as lecture:
        yield lecture
    running.close()


async def served(lecture: Lecture) -> list[ObjetServi]:
    found = []
    while (objet := await lecture.next()) is not None:
        assert [lot async for lot in objet.lots()] or objet.longueur == len(objet.entete)
        found.append(objet)
    return found


async def test_an_image_that_the_pacs_moved_to_another_series_does_not_leave_the_exam_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pointed = examen(here=("1.2.1.1",), elsewhere=("1.2.2.1",))
    async with lecture_of(monkeypatch, tmp_path, pointed, image("1.2.1.1"), image("1.2.2.1", HERE)) as lecture:
        first = await lecture.next()
        assert first is not None
        assert first.sop_instance_uid == "1.2.1.1"
        with pytest.raises(PacsEnErreur):
            await lecture.next()
        assert lecture.controle.left_out == 1


@pytest.mark.parametrize("ressource", [WHOLE, Ressource(STUDY, HERE)])
async def test_a_pacs_that_forgets_an_image_is_told_at_the_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ressource: Ressource
) -> None:
    pointed = examen(here=("1.2.1.1", "1.2.1.2"))
    async with lecture_of(monkeypatch, tmp_path, pointed, image("1.2.1.1"), ressource=ressource) as lecture:
        assert await lecture.next() is not None
        with pytest.raises(PacsEnErreur):
            await lecture.next()


async def test_an_image_that_comes_twice_leaves_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pointed = examen(here=("1.2.1.1", "1.2.1.2"))
    items = (image("1.2.1.1"), image("1.2.1.1"), image("1.2.1.2"), image("1.2.1.1"))
    async with lecture_of(monkeypatch, tmp_path, pointed, *items) as lecture:
        assert [objet.sop_instance_uid for objet in await served(lecture)] == ["1.2.1.1", "1.2.1.2"]


@pytest.mark.parametrize("ressource", [Ressource(STUDY, HERE), Ressource(STUDY, HERE, "1.2.1.1")])
async def test_what_was_not_asked_for_is_not_missed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ressource: Ressource) -> None:
    pointed = examen(here=("1.2.1.1",), elsewhere=("1.2.2.1",))
    async with lecture_of(monkeypatch, tmp_path, pointed, image("1.2.1.1"), ressource=ressource) as lecture:
        assert [objet.sop_instance_uid for objet in await served(lecture)] == ["1.2.1.1"]


async def test_a_deflated_image_leaves_deflated_with_the_ins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    item, plain = image("1.2.1.1", deflated=True), image("1.2.1.1")
    async with lecture_of(monkeypatch, tmp_path, examen(here=("1.2.1.1",)), item) as lecture:
        (objet,) = await served(lecture)
    assert (objet.transfer_syntax_uid, objet.longueur, len(objet.entete) % 2) == (DEFLATED, len(objet.entete), 0)
    assert inflate(objet.entete, MAX_INFLATED) == with_ins(plain.dataset, EXPLICIT_LE, Ins(INS.value, INS.oid))
    pixels = read_pixels(objet.entete, DEFLATED)
    assert pixels is not None
    assert (pixels.rows, pixels.columns) == (8, 8)


async def test_a_deflated_image_of_a_patient_without_ins_leaves_as_it_came(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    item = image("1.2.1.1", deflated=True)
    async with lecture_of(monkeypatch, tmp_path, examen(None, here=("1.2.1.1",)), item) as lecture:
        (objet,) = await served(lecture)
    assert objet.entete == item.dataset


async def test_a_deflated_image_of_thirty_mebibytes_is_read_as_a_short_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    item = image("1.2.1.1", deflated=True, pixels=30 << 20, ins=INS.value)
    async with lecture_of(monkeypatch, tmp_path, examen(here=("1.2.1.1",)), item) as lecture:
        (objet,) = await served(lecture)
    assert len(inflate(objet.entete, MAX_INFLATED)) > 30 << 20


async def test_a_deflated_image_that_grows_without_end_never_leaves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    item = image("1.2.1.1", deflated=True, pixels=MAX_INFLATED)
    assert len(item.dataset) < 1 << 20
    async with lecture_of(monkeypatch, tmp_path, examen(here=("1.2.1.1",)), item) as lecture:
        with pytest.raises(PacsEnErreur):
            await lecture.next()


async def test_a_deflated_image_of_another_patient_never_leaves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    item = image("1.2.1.1", deflated=True, ins="179035121518989")
    async with lecture_of(monkeypatch, tmp_path, examen(here=("1.2.1.1",)), item) as lecture:
        with pytest.raises(ObjetEtranger):
            await lecture.next()


async def test_the_loop_goes_on_while_a_deflated_image_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    at_it, may_go, real = threading.Event(), threading.Event(), identite_objet.ins_of

    def held(entete: bytes, syntax: str) -> list[str]:
        at_it.set()
        assert may_go.wait(60)
        return real(entete, syntax)

    monkeypatch.setattr(identite_objet, "ins_of", held)
    async with lecture_of(monkeypatch, tmp_path, examen(here=("1.2.1.1",)), image("1.2.1.1", deflated=True)) as lecture:
        reads = asyncio.create_task(served(lecture))
        assert await asyncio.to_thread(at_it.wait, 60)
        may_go.set()  # this very line runs while the head is being read
        assert len(await reads) == 1
