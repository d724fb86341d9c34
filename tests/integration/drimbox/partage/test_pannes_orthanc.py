# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Faults of a PACS that nobody here wrote: a real Orthanc that dies or freezes in the middle of a study, and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from io import BytesIO

import aiohttp
import pydicom
import pytest

from banc.pacs.orthanc import OrthancPacs
from banc.ports import free_port
from drimbox.config import Pacs
from drimbox.socle.pacs.places import places_of
from tests.integration.drimbox.partage.maille import MEGABYTE, Etude, Maille, make_study
from tests.integration.drimbox.partage.requests import begun, get, headers, parts, until

pytestmark = pytest.mark.peer("orthanc")
CUT = "partage:transfert:cut"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"


@pytest.fixture
def orthanc(maille: Maille) -> Iterator[OrthancPacs]:
    move = free_port()
    with OrthancPacs(maille.folder / "orthanc", destinations={"drimbox": ("DRIMOVE", "127.0.0.1", move)}) as pacs:
        pacs.move_port = move  # type: ignore[attr-defined]  # where the tests of this module listen
        yield pacs


@pytest.fixture(params=["c-get", "c-move", "dicomweb"])
def local(maille: Maille, orthanc: OrthancPacs, request: pytest.FixtureRequest) -> Pacs:
    """Make this Orthanc the PACS of the couple, by each way in turn."""
    values = {
        "name": "local", "host": "127.0.0.1", "port": orthanc.port, "aet": orthanc.aet, "timeout": 3.0, "recuperation": request.param,
        "move": {"aet": "DRIMOVE", "port": orthanc.move_port},  # type: ignore[attr-defined]  # as above
        "dicomweb": {"url": f"http://127.0.0.1:{orthanc.http_port}/dicom-web"},
    }  # fmt: skip
    pacs = Pacs.model_validate(values)
    others = tuple(other for other in maille.settings.pacs if other.name != "local")
    images = maille.settings.images.model_copy(update={"idle_seconds": 60.0})
    maille.settings = maille.settings.model_copy(update={"pacs": (pacs, *others), "images": images})
    return pacs


@pytest.fixture
def heavy(maille: Maille, orthanc: OrthancPacs, local: Pacs) -> Etude:
    """A study of 30 MB: more than what sockets and buffers can hold."""
    study = make_study(maille.folder / "orthanc-files", series=1, instances=30, padding=MEGABYTE)
    orthanc.upload(sorted((maille.folder / "orthanc-files").iterdir()))
    maille.add_kos(study)
    return study


async def served_whole(porte: Maille, etude: Etude) -> None:
    async with porte.client() as session:
        status, kind, body = await get(session, porte.url(etude), await headers(porte, etude))
    assert (status, len(parts(kind, body))) == (200, len(etude.datasets))


async def cut_of(porte: Maille) -> tuple[str | None, int]:
    await until(lambda: porte.journal(CUT))
    _, code, fields = (await asyncio.to_thread(porte.journal, CUT))[0]
    return code, fields["instances"]


async def test_one_that_dies_midway_cuts_the_answer_and_serves_once_it_is_back(
    heavy: Etude, local: Pacs, orthanc: OrthancPacs, porte: Maille
) -> None:
    async with porte.client() as session:
        answer = await begun(session, porte, heavy)
        await asyncio.to_thread(orthanc.kill)
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
        code, instances = await cut_of(porte)
        assert code in {"partage.pacs_en_erreur", "partage.pacs_muet"}
        assert instances < 30
        status, _, _ = await get(session, porte.url(heavy), await headers(porte, heavy))
        assert status == 503  # it is away, and says nothing of the inside
    assert not places_of(local).wanted
    await asyncio.to_thread(orthanc.start)
    await served_whole(porte, heavy)


async def test_one_that_freezes_midway_is_left_after_its_silence_and_serves_once_it_thaws(
    heavy: Etude, orthanc: OrthancPacs, porte: Maille
) -> None:
    async with porte.client() as session:
        answer = await begun(session, porte, heavy)
        orthanc.freeze()
        try:
            with pytest.raises(aiohttp.ClientError):
                await answer.read()
            assert (await cut_of(porte))[0] == "partage.pacs_muet"
        finally:
            orthanc.thaw()
    await served_whole(porte, heavy)


@pytest.mark.parametrize("local", ["c-get"], indirect=True)
async def test_one_that_cannot_send_an_object_of_a_class_that_was_not_proposed_never_makes_a_whole_answer_of_less(
    local: Pacs, orthanc: OrthancPacs, porte: Maille
) -> None:
    folder = porte.folder / "orthanc-files"
    study = make_study(folder, series=1, instances=3)
    path = folder / f"{study.instances[study.series[0]][1]}.dcm"
    image = pydicom.dcmread(path)
    image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = ENHANCED_MR  # its KOS says another class
    image.save_as(path, enforce_file_format=True)
    await asyncio.to_thread(orthanc.upload, sorted(folder.iterdir()))
    await asyncio.to_thread(porte.add_kos, study)
    async with porte.client() as session:
        try:
            status, kind, body = await get(session, porte.url(study), await headers(porte, study))
            assert status == 502, [pydicom.dcmread(BytesIO(part.get_content())).SOPClassUID for part in parts(kind, body)]
        except aiohttp.ClientError:
            code, instances = await cut_of(porte)
            assert (code, instances < 3) == ("partage.pacs_en_erreur", True)
    assert not places_of(local).wanted
