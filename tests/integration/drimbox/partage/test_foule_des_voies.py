# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Many patients asked for at once from a PACS that nobody here wrote, by the two ways that are not C-GET: nothing crosses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from banc.pacs.orthanc import OrthancPacs
from banc.ports import free_port
from drimbox.config import Pacs
from drimbox.socle.pacs.places import places_of
from tests.integration.drimbox.partage.maille import Maille
from tests.integration.drimbox.partage.requests import until
from tests.integration.drimbox.partage.test_ensemble import PATIENTS, each_has_its_own, marked

pytestmark = pytest.mark.peer("orthanc")


@pytest.fixture(params=["c-move", "dicomweb"])
def foule(maille: Maille, request: pytest.FixtureRequest) -> Iterator[tuple[OrthancPacs, Pacs]]:
    """Make an Orthanc the PACS of the couple, with a door wide enough for all of them."""
    move = free_port()
    with OrthancPacs(maille.folder / "orthanc", destinations={"drimbox": ("DRIMOVE", "127.0.0.1", move)}) as orthanc:
        values = {
            "name": "local", "host": "127.0.0.1", "port": orthanc.port, "aet": orthanc.aet, "recuperation": request.param,
            "timeout": 60.0,  # the last of 64 waits for the places of the PACS: on a busy machine, longer than the default
            "move": {"aet": "DRIMOVE", "port": move}, "dicomweb": {"url": f"http://127.0.0.1:{orthanc.http_port}/dicom-web"},
        }  # fmt: skip
        pacs = Pacs.model_validate(values)
        wide = {"max_transfers": 80, "max_transfers_per_peer": 80, "queue": 80, "idle_seconds": 60.0, "metrics_port": free_port()}
        others = tuple(other for other in maille.settings.pacs if other.name != "local")
        images = maille.settings.images.model_copy(update=wide)
        maille.settings = maille.settings.model_copy(update={"pacs": (pacs, *others), "images": images})
        yield orthanc, pacs


async def test_64_requests_on_32_patients_never_cross_by_another_way_than_c_get(
    foule: tuple[OrthancPacs, Pacs], maille: Maille, porte: Maille
) -> None:
    orthanc, pacs = foule
    folder = porte.folder / "orthanc-files"
    studies = [marked(folder, number) for number in range(PATIENTS)]
    await asyncio.to_thread(orthanc.upload, sorted(folder.iterdir()))
    metrics = await each_has_its_own(maille, porte, studies)
    assert "drimbox_images_instances_total 192.0" in metrics
    await until(lambda: not places_of(pacs).wanted)
