# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The same port against a PACS that nobody here wrote."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from banc.jeux import IDENTITE
from banc.pacs.index import Index
from banc.pacs.orthanc import OrthancPacs
from drimbox.config import Pacs
from drimbox.socle.pacs.errors import PacsAbsent, PacsIndisponible
from drimbox.socle.pacs.flux import DemandeImages, ObjetEnCours, recuperer
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.questions import echo, find_etude, find_study_uids
from drimbox.socle.pacs.storage import store
from tests.integration.drimbox.pacs.conftest import MOVE_PORT, fetch, settings_of

STUDY = IDENTITE.examens[0].study_instance_uid

WAYS = ("c-get", "c-move", "dicomweb")

pytestmark = pytest.mark.peer("orthanc")


@pytest.fixture(scope="module")
def sent(orthanc: OrthancPacs, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ObjetDicom]:
    from banc.jeux import make_images

    folder: Path = tmp_path_factory.mktemp("sent")
    make_images(folder, slices=4)
    index = Index(folder)
    index.scan()
    objets = [entry.load() for entry in index.entries()]
    assert all(result.stored for result in store(settings_of(orthanc), objets))
    return {objet.sop_instance_uid: objet for objet in objets}


def test_it_answers(orthanc: OrthancPacs):
    echo(settings_of(orthanc))


def test_it_describes_what_was_stored(orthanc: OrthancPacs, sent):
    etude = find_etude(settings_of(orthanc), STUDY)
    assert etude is not None
    assert (etude.accession_number, etude.patient_id, etude.patient_name) == ("ACN-000001", "IPP-000042", "PAT-BANC^CAMILLE")
    assert etude.study_description == "Scanner de la tête et du rachis thoracique"
    assert {i.sop_instance_uid for s in etude.series for i in s.instances} == set(sent)
    assert find_study_uids(settings_of(orthanc), accession="ACN-000001") == (STUDY,)
    assert find_etude(settings_of(orthanc), "1.2.3") is None


def by(orthanc: OrthancPacs, way: str, **changes: object) -> Pacs:
    """Settings that fetch by this way."""
    move = {"aet": "DRIMOVE", "port": MOVE_PORT}
    web = {"url": f"http://127.0.0.1:{orthanc.http_port}/dicom-web"}
    return settings_of(orthanc, recuperation=way, move=move, dicomweb=web, **changes)


@pytest.mark.parametrize("way", WAYS)
async def test_it_gives_back_the_bytes_that_were_stored(orthanc: OrthancPacs, sent, way: str):
    assert await fetch(by(orthanc, way), DemandeImages(STUDY)) == sent


@pytest.mark.parametrize("way", WAYS)
async def test_it_gives_back_one_instance(orthanc: OrthancPacs, sent, way: str):
    etude = await asyncio.to_thread(find_etude, settings_of(orthanc), STUDY)
    assert etude is not None
    serie = etude.series[0]
    uid = serie.instances[0].sop_instance_uid
    assert await fetch(by(orthanc, way), DemandeImages(STUDY, serie.series_instance_uid, uid)) == {uid: sent[uid]}


@pytest.mark.parametrize("way", WAYS)
async def test_what_it_does_not_hold_is_absent(orthanc: OrthancPacs, sent, way: str):
    with pytest.raises(PacsAbsent):  # by DIMSE this Orthanc says 0xC000, a failure
        await fetch(by(orthanc, way), DemandeImages("1.2.3", sop_classes=("1.2.840.10008.5.1.4.1.1.2",)))


@pytest.mark.parametrize("way", WAYS)
async def test_leaving_early_leaves_it_well(orthanc: OrthancPacs, sent, way: str):
    for _turn in range(3):
        async with recuperer(by(orthanc, way), DemandeImages(STUDY)) as flux:
            await anext(flux)
    assert len(await fetch(by(orthanc, way), DemandeImages(STUDY))) == len(sent)


@pytest.fixture
def frozen(tmp_path: Path) -> Iterator[OrthancPacs]:
    """An Orthanc of its own, that a test freezes; it is thawed to be stopped."""
    with OrthancPacs(tmp_path / "orthanc") as pacs:
        yield pacs
        pacs.thaw()


def test_a_pacs_that_freezes_while_it_receives_is_unavailable(frozen: OrthancPacs, sent):
    padding = b"\xfc\xff\xfc\xffOB\x00\x00" + (1 << 24).to_bytes(4, "little") + bytes(1 << 24)
    big = [replace(objet, dataset=objet.dataset + padding) for objet in sent.values()]
    sending = store(settings_of(frozen, timeout=1.5), big)
    assert next(sending).stored
    frozen.freeze()
    with pytest.raises(PacsIndisponible):
        list(sending)


async def test_a_pacs_that_freezes_while_it_sends_is_unavailable(frozen: OrthancPacs, sent):
    padding = b"\xfc\xff\xfc\xffOB\x00\x00" + (1 << 22).to_bytes(4, "little") + bytes(1 << 22)  # more than what buffers hold
    big = [replace(objet, dataset=objet.dataset + padding) for objet in sent.values()]
    await asyncio.to_thread(lambda: list(store(settings_of(frozen), big)))
    for way in ("c-get", "dicomweb"):
        async with recuperer(by(frozen, way, timeout=1.5), DemandeImages(STUDY)) as flux:
            await anext(flux)
            frozen.freeze()
            with pytest.raises(PacsIndisponible):
                await _read_all(flux)
        frozen.thaw()


async def _read_all(flux: AsyncIterator[ObjetEnCours]) -> None:
    async for objet in flux:
        await objet.finish()
