# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A study that its PACS moved to another patient after its KOS was made: nothing of it leaves, and a person is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from django.utils import timezone

from banc.pacs.index import Index
from banc.pacs.orthanc import OrthancPacs
from drimbox.config import Pacs
from drimbox.socle.pacs.questions import find_etude
from drimbox.socle.pacs.storage import store
from drimbox.source.pointeur.actions import close_images, retry
from drimbox.source.pointeur.jobs import surveiller
from drimbox.source.pointeur.models import Examen, Kos
from drimbox.source.pointeur.patient_pacs import PatientPacs
from tests.integration.drimbox.partage.maille import Etude, Maille, make_study
from tests.integration.drimbox.partage.requests import get, headers, parts

Move = Callable[[str], None]


@pytest.fixture(params=["c-get", "dicomweb"])
def real(maille: Maille, request: Any) -> Iterator[tuple[Etude, OrthancPacs]]:
    """A real PACS in the place of the simulator, read by DIMSE or by DICOMweb; its study has a KOS in service."""
    folder = maille.folder / "real"
    study = make_study(folder, series=1, instances=2)
    with OrthancPacs(maille.folder / "orthanc") as orthanc:
        web = {"url": f"http://127.0.0.1:{orthanc.http_port}/dicom-web"}
        way = {"recuperation": request.param, "questions": "qido" if request.param == "dicomweb" else "c-find"}
        mine = Pacs(name="local", host="127.0.0.1", port=orthanc.port, aet=orthanc.aet, dicomweb=web, **way)
        maille.settings = maille.settings.model_copy(update={"pacs": (mine, *maille.settings.pacs[1:])})
        index = Index(folder)
        index.scan()
        assert all(result.stored for result in store(mine, [entry.load() for entry in index.entries()]))
        maille.add_kos(study)
        etude = find_etude(mine, study.study)
        assert etude is not None
        remember(maille, study, PatientPacs.of(etude))
        yield study, orthanc


def remember(maille: Maille, etude: Etude, patient: PatientPacs) -> None:
    """Keep the patient of the PACS beside a KOS, as its making does; its exam is in the DMP."""
    with maille.environment.role("proprietaire"):
        kos = Kos.objects.get(sop_instance_uid=etude.kos)
        kos.patient = patient
        kos.save()
        before = timezone.now() - timedelta(minutes=1)
        Examen.objects.filter(pk=kos.examen_id).update(state="depose", changed_at=before)


async def move_to(orthanc: OrthancPacs, patient: str) -> None:
    """Have Orthanc make its only patient another one, every UID of its study kept."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{orthanc.http_port}") as session:
        (one,) = await (await session.get("/patients")).json()
        asked = {
            "Replace": {"PatientID": patient, "PatientName": "AUTRE^ALBERT"},
            "Keep": ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"],
            "Force": True, "KeepSource": False, "Synchronous": True,
        }  # fmt: skip
        answer = await session.post(f"/patients/{one}/modify", json=asked)
        assert answer.status == 200, await answer.text()
        assert await (await session.get("/patients")).json() != [one]


@pytest.mark.peer("orthanc")
async def test_a_study_moved_to_another_patient_in_a_real_pacs_is_closed_at_its_first_image(
    real: tuple[Etude, OrthancPacs], porte: Maille
) -> None:
    study, orthanc = real
    given = await headers(porte, study)
    async with porte.client() as session:
        status, kind, body = await get(session, porte.url(study), given)
        assert (status, len(parts(kind, body))) == (200, 2)
        await move_to(orthanc, "IPP-AUTRE")
        for url in (porte.url(study), porte.url(study, series=study.series[0])):
            status, _, body = await get(session, url, given)
            assert (status, json.loads(body)["code"]) == (502, "partage.autre_patient")
            assert b"IPP" not in body
    await asyncio.to_thread(_a_person_is_told, porte, study)
    async with porte.client() as session:
        status, _, body = await get(session, porte.url(study), given)
        assert (status, json.loads(body)["code"]) == (502, "partage.autre_patient")
        status, _, body = await get(session, porte.url(study) + "/metadata", given | {"Accept": "application/dicom+json"})
        assert (status, json.loads(body)["code"]) == (502, "partage.autre_patient")


def _a_person_is_told(maille: Maille, study: Etude) -> None:
    with maille.environment.role("ouvrier"):
        surveiller(timestamp=0)
        examen = Examen.objects.get(study_instance_uid=study.study)
        assert (examen.state, examen.code) == ("patient_change", "partage.autre_patient")
    with maille.environment.role("pages"):
        retry(examen.id, timezone.now())
    with maille.environment.role("ouvrier"):
        surveiller(timestamp=0)  # what was seen before counts no more
        examen.refresh_from_db()
        assert examen.state == "a_traiter"
        Examen.objects.update(state="depose")
        assert close_images(examen.id, timezone.now() + timedelta(seconds=5), timezone.now())


@pytest.mark.parametrize(
    ("known", "status"),
    [
        (PatientPacs("IPP1"), 200),
        (PatientPacs("IPP1 ", "HOPITAL"), 200),
        (PatientPacs(""), 200),
        (PatientPacs("IPP2"), 502),
        (PatientPacs("IPP1-BIS"), 502),
    ],
)
async def test_only_the_patient_of_the_day_of_the_kos_is_served(porte: Maille, etude: Etude, known: PatientPacs, status: int) -> None:
    await asyncio.to_thread(remember, porte, etude, known)
    async with porte.client() as session:
        assert (await get(session, porte.url(etude), await headers(porte, etude)))[0] == status
