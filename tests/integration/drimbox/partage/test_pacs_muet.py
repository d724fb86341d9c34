# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A PACS that is there and says nothing is told by a 504, one that is not there by a 503: two things to look at, for two persons."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from pynetdicom import AE, evt

from banc.pacs.orthanc import OrthancPacs
from banc.ports import free_port
from drimbox.config import Pacs
from drimbox.socle.pacs.places import places_of
from tests.integration.drimbox.partage.maille import Etude, Maille, make_study
from tests.integration.drimbox.partage.requests import get, headers
from tests.integration.drimbox.partage.test_refus import refused

MUET = "Le PACS de la source n'a pas répondu à temps."
INJOIGNABLE = "Le PACS de la source ne peut pas être joint, ou n'accepte personne pour le moment."
CT, GET = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.2.2.3"


@pytest.fixture
def silent() -> Iterator[int]:
    """A PACS that accepts associations, takes a C-GET and never answers it."""
    told = threading.Event()

    def keep_silent(_event: evt.Event) -> Iterator[int]:
        told.wait(60)
        yield 0

    ae = AE(ae_title="PACSA")
    ae.add_supported_context(GET)
    ae.add_supported_context(CT, scu_role=True, scp_role=True)
    server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_GET, keep_silent)])
    try:
        yield server.server_address[1]
    finally:
        told.set()
        server.shutdown()


def read_from(maille: Maille, **values: object) -> Pacs:
    """Make another PACS that of the couple."""
    pacs = Pacs.model_validate({"name": "local", "host": "127.0.0.1", "aet": "PACSA", "timeout": 3.0} | values)
    maille.settings = maille.settings.model_copy(update={"pacs": (pacs, *(one for one in maille.settings.pacs if one.name != "local"))})
    return pacs


async def asked(porte: Maille, etude: Etude, status: int, code: str) -> str:
    async with porte.client() as session:
        answer = await get(session, porte.url(etude), await headers(porte, etude))
        return str((await refused(porte, answer, status, code))["detail"])


@pytest.fixture
def retires(maille: Maille, silent: int) -> Pacs:
    return read_from(maille, port=silent)


async def test_one_that_accepts_the_association_and_never_answers_is_a_504(retires: Pacs, etude: Etude, porte: Maille) -> None:
    assert await asked(porte, etude, 504, "partage.pacs_muet") == MUET
    assert not places_of(retires).wanted


@pytest.fixture
def absent(maille: Maille) -> Pacs:
    return read_from(maille, port=free_port())


async def test_one_that_nothing_listens_for_is_a_503(absent: Pacs, etude: Etude, porte: Maille) -> None:
    assert await asked(porte, etude, 503, "partage.pacs_indisponible") == INJOIGNABLE
    assert not places_of(absent).wanted


@pytest.fixture(params=["c-get", "c-move", "dicomweb"])
def real(maille: Maille, request: pytest.FixtureRequest) -> Iterator[tuple[OrthancPacs, Etude]]:
    """A real Orthanc, read by each way in turn."""
    move, folder = free_port(), maille.folder / "orthanc-files"
    with OrthancPacs(maille.folder / "orthanc", destinations={"drimbox": ("DRIMOVE", "127.0.0.1", move)}) as orthanc:
        ways = {
            "recuperation": request.param,
            "move": {"aet": "DRIMOVE", "port": move},
            "dicomweb": {"url": f"http://127.0.0.1:{orthanc.http_port}/dicom-web"},
        }
        read_from(maille, port=orthanc.port, timeout=10.0, **ways | {"aet": orthanc.aet})
        study = make_study(folder, series=1, instances=1)
        orthanc.upload(sorted(folder.iterdir()))
        maille.add_kos(study)
        yield orthanc, study


@pytest.mark.peer("orthanc")
async def test_a_real_one_that_froze_is_a_504_by_each_way_of_asking_and_one_that_died_is_a_503(
    real: tuple[OrthancPacs, Etude], porte: Maille
) -> None:
    orthanc, study = real
    async with porte.client() as session:
        given = await headers(porte, study)
        assert (await get(session, porte.url(study), given))[0] == 200
        orthanc.freeze()
        try:
            status, _, body = await get(session, porte.url(study), given)
            assert (status, MUET in body.decode()) == (504, True)
        finally:
            orthanc.thaw()
        await asyncio.to_thread(orthanc.kill)
        status, _, body = await get(session, porte.url(study), given)
        assert (status, INJOIGNABLE in body.decode()) == (503, True)
