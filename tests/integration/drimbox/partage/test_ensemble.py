# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Many at once: nothing of one patient reaches another, one retrieval serves several, a stop loses no transfer, figures tell it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import aiohttp
import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.uid import generate_uid

from banc.ports import free_port, listens
from drimbox.source.partage.recuperation import Lecteur, Recuperation
from tests.integration.drimbox.partage.faux_pacs import pacs_that_gives
from tests.integration.drimbox.partage.maille import Etude, Maille, after_ins, make_kos, make_study, psc_of
from tests.integration.drimbox.partage.requests import get, headers, parts
from tests.integration.drimbox.partage.test_pannes import objects_of
from tests.integration.drimbox.partage.test_transferts import until

PATIENTS, REQUESTS = 32, 64


def marked(folder: Path, number: int) -> Etude:
    """A study whose patient is written in each header and in each pixel."""
    etude, image = Etude(), pydicom.dcmread(str(get_testdata_file("CT_small.dcm", download=False)))
    folder.mkdir(parents=True, exist_ok=True)
    image.StudyInstanceUID, image.SeriesInstanceUID, image.PatientID = etude.study, generate_uid(), f"PATIENT{number}"
    image.PatientName, image.PixelData = f"P{number}", np.full((128, 128), 100 + number, "int16").tobytes()
    image.pop("OtherPatientIDsSequence", None)
    etude.series.append(str(image.SeriesInstanceUID))
    for rank in range(3):
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        image.InstanceNumber = rank + 1
        image.save_as(folder / f"{image.SOPInstanceUID}.dcm", enforce_file_format=True)
        etude.datasets[str(image.SOPInstanceUID)] = b""
        etude.instances.setdefault(etude.series[0], []).append(str(image.SOPInstanceUID))
    return etude


def ins_of(number: int) -> str:
    return f"2790351215{number:05}"


@pytest.fixture
def crowd(maille: Maille) -> Maille:
    images = maille.settings.images.model_copy(
        update={"max_transfers": 80, "max_transfers_per_peer": 80, "queue": 80, "idle_seconds": 60.0, "metrics_port": free_port()}
    )
    # 64 requests wait for the four associations of the PACS: on a busy machine, for longer than the five seconds of other tests
    pacs = tuple(one.model_copy(update={"timeout": 60.0}) for one in maille.settings.pacs)
    maille.settings = maille.settings.model_copy(update={"images": images, "pacs": pacs})
    return maille


async def test_64_requests_on_32_patients_never_cross(crowd: Maille, porte: Maille) -> None:
    studies = [marked(porte.folder / "pacs", number) for number in range(PATIENTS)]
    await asyncio.to_thread(porte.pacs.index.scan)
    metrics = await each_has_its_own(crowd, porte, studies)
    assert "drimbox_images_instances_total 192.0" in metrics
    assert not [secret for secret in ("PATIENT", ins_of(0), studies[0].study, studies[0].kos) if secret in metrics]


async def each_has_its_own(crowd: Maille, porte: Maille, studies: list[Etude]) -> str:
    """Ask everything at once, look at whose patient every image is, and return the figures of the door before it closes its connections."""
    for number, study in enumerate(studies):
        await asyncio.to_thread(porte.add_kos, study, contenu=make_kos(study, ins=ins_of(number)))
    bearer = await headers(porte, studies[0])

    async def ask(session: aiohttp.ClientSession, n: int) -> tuple[int, str, bytes]:
        study = studies[n % PATIENTS]
        accept = "transfer-syntax=1.2.840.10008.1.2.4.80" if n % 8 == 0 else "*/*"
        return await get(session, porte.url(study), bearer | {"KOS-SOPInstanceUID": study.kos, "Accept": accept})

    async with porte.client() as session:
        answers = await asyncio.gather(*(ask(session, n) for n in range(REQUESTS)))
        metrics = await _metrics(crowd)
    for n, (status, kind, body) in enumerate(answers):
        assert status == 200, body
        images = [pydicom.dcmread(BytesIO(part.get_content())) for part in parts(kind, body)]
        assert len(images) == 3
        for image in images:
            number = n % PATIENTS
            assert (image.PatientID, image.StudyInstanceUID) == (f"PATIENT{number}", studies[number].study)
            assert [item.PatientID for item in image.OtherPatientIDsSequence] == [ins_of(number)]
            assert (image.pixel_array == 100 + number).all()
    return metrics


async def _metrics(maille: Maille) -> str:
    async with aiohttp.ClientSession() as plain, plain.get(f"http://127.0.0.1:{maille.settings.images.metrics_port}/metrics") as answer:
        return await answer.text()


async def test_the_same_study_asked_by_several_at_once_is_asked_once_of_the_pacs(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, joined, join = asyncio.Event(), list[Lecteur](), Recuperation.join

    def told(self: Recuperation, peer: str) -> Lecteur:
        joined.append(join(self, peer))
        return joined[-1]

    monkeypatch.setattr(Recuperation, "join", told)
    faux = pacs_that_gives(monkeypatch, *objects_of(etude), gate=gate)
    given = await headers(porte, etude)
    async with porte.client() as session:
        asked = [asyncio.create_task(get(session, porte.url(etude), given)) for _ in range(4)]
        await until(lambda: len(joined) == 4)
        gate.set()
        answers = await asyncio.gather(*asked)
    assert [len(parts(kind, body)) for _, kind, body in answers] == [6] * 4
    assert (faux.opened, faux.closed) == (1, 1)


async def test_an_object_added_to_the_exam_after_its_kos_stays_here(porte: Maille) -> None:
    study = make_study(porte.folder / "pacs", series=1, instances=3)
    added = study.instances[study.series[0]].pop()
    porte.pacs.index.scan()
    await asyncio.to_thread(porte.add_kos, study)
    async with porte.client() as session:
        status, kind, body = await get(session, porte.url(study), await headers(porte, study))
        uids = {pydicom.dcmread(BytesIO(part.get_content())).SOPInstanceUID for part in parts(kind, body)}
        assert (status, uids) == (200, set(study.instances[study.series[0]]))
        url = porte.url(study, series=study.series[0], instance=added)
        assert (await get(session, url, await headers(porte, study)))[0] == 404
    lines = await asyncio.to_thread(porte.journal, "partage:transfert:sent")
    assert (lines[0][2]["left_out"], lines[0][2]["instances"]) == (1, 2)


@pytest.mark.parametrize("stranger", ["patient", "ins"])
async def test_an_object_of_another_patient_under_the_same_study_never_leaves(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch, stranger: str
) -> None:
    first, second, *_ = objects_of(etude)
    image = pydicom.dcmread(BytesIO(second.dataset), force=True)
    if stranger == "patient":
        image.PatientID = "SOMEBODY"
    else:
        item = pydicom.Dataset()
        item.PatientID, item.IssuerOfPatientIDQualifiersSequence = "111111111111111", [pydicom.Dataset()]
        item.IssuerOfPatientIDQualifiersSequence[0].UniversalEntityID = "1.2.250.1.213.1.4.8"
        image.OtherPatientIDsSequence = [item]
    buffer = pydicom.filebase.DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    pydicom.filewriter.write_dataset(buffer, image)
    faux = pacs_that_gives(monkeypatch, first, replace(second, dataset=buffer.getvalue()))
    async with porte.client() as session:
        with pytest.raises(aiohttp.ClientError):
            await get(session, porte.url(etude), await headers(porte, etude))
    await until(lambda: bool(porte.journal("partage:transfert:cut")))
    line = (await asyncio.to_thread(porte.journal, "partage:transfert:cut"))[0]
    assert (line[1], line[2]["instances"]) == ("partage.objet_etranger", 1)
    assert faux.closed == 1


async def test_a_stop_lets_the_running_transfer_end_and_nobody_new_in(
    maille: Maille, etude: Etude, as_images: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from banc.psc import served
    from drimbox.source.partage.server import serving

    gate = asyncio.Event()
    faux = pacs_that_gives(monkeypatch, *objects_of(etude), gate=gate)
    images = maille.settings.images.model_copy(update={"stop_seconds": 30.0})
    async with served(psc_of(maille.environment), maille.pki.market("psc.banc.test")) as psc:
        mine = maille.settings.psc.model_copy(update={"discovery_url": psc.discovery_url, "issuer": psc.issuer})
        maille.settings = maille.settings.model_copy(update={"psc": mine, "images": images})
        door = serving(maille.settings)
        maille.port = await door.__aenter__()
        async with maille.client() as session:
            running = asyncio.create_task(get(session, maille.url(etude), await headers(maille, etude)))
            await until(lambda: faux.opened == 1)
            stopping = asyncio.create_task(door.__aexit__(None, None, None))
            await until(lambda: not listens(maille.port))
            assert not stopping.done()
            gate.set()
            status, kind, body = await running
            await stopping
    contents = [part.get_content() for part in parts(kind, body)]
    assert (status, len(contents)) == (200, 6)
    assert all(any(content.endswith(after_ins(data)) for content in contents) for data in etude.datasets.values())
