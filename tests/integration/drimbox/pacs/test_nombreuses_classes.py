# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A study of more classes than one association holds with all their syntaxes, one object of which is stored in a rare syntax."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.uid import generate_uid

from banc.pacs import PacsSimulator
from banc.pacs.orthanc import OrthancPacs
from drimbox.socle.pacs.errors import PacsIncomplet
from drimbox.socle.pacs.flux import DemandeImages
from drimbox.socle.pacs.part10 import to_part10
from drimbox.socle.pacs.syntaxes import SYNTAXES, kinds_for
from tests.integration.drimbox.pacs.conftest import fetch, kept, settings_of

STUDY, LAST_SERIES = generate_uid(), generate_uid()
EXPLICIT, IMPLICIT, RLE = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.5"
CLASSES = tuple(
    f"1.2.840.10008.5.1.4.1.1.{branch}"
    for branch in (
        "1",
        "1.1",
        "1.2",
        "1.3",
        "2",
        "2.1",
        "3.1",
        "4",
        "4.1",
        "6.1",
        "7",
        "12.1",
        "12.2",
        "20",
        "77.1.1",
        "77.1.4",
        "128",
        "130",
    )
)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """One object per class, the last of which is stored in RLE."""
    folder = tmp_path / "pacs"
    folder.mkdir()
    for rank, uid in enumerate(CLASSES, start=1):
        name = "MR_small_RLE.dcm" if rank == len(CLASSES) else "CT_small.dcm"
        image = pydicom.dcmread(str(get_testdata_file(name, download=False)))
        image.StudyInstanceUID, image.SeriesNumber = STUDY, rank
        image.SeriesInstanceUID = LAST_SERIES if rank == len(CLASSES) else generate_uid()
        image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = uid
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        image.PatientID = "IPP1"
        image.save_as(folder / f"{rank}.dcm", enforce_file_format=True)
    return folder


def files(study: Path) -> list[Path]:
    return sorted(study.iterdir())


def test_the_rare_syntax_has_no_context_of_its_own_in_this_study():
    own = [syntaxes for uid, syntaxes in kinds_for(CLASSES, reserved=1) if uid == CLASSES[-1]]
    assert (RLE,) not in own
    assert RLE in own[-1]


async def test_every_object_comes_as_it_is_stored_from_a_pacs_that_knows_this_rare_syntax_alone(
    study: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("banc.pacs.simulator.SYNTAXES", (EXPLICIT, IMPLICIT, RLE))
    with PacsSimulator(study, "PACSA", known_aets={"DRIMBOX": None}) as pacs:
        found = await fetch(settings_of(pacs), DemandeImages(STUDY))
        assert {uid: objet.dataset for uid, objet in found.items()} == kept(pacs)
    assert {objet.sop_class_uid for objet in found.values()} == set(CLASSES)
    assert [objet.transfer_syntax_uid for objet in found.values() if objet.sop_class_uid == CLASSES[-1]] == [RLE]


async def test_from_a_pacs_that_prefers_another_one_what_is_missing_is_told_and_its_series_comes_alone(study: Path):
    with PacsSimulator(study, "PACSA", known_aets={"DRIMBOX": None}) as pacs:
        with pytest.raises(PacsIncomplet):
            await fetch(settings_of(pacs), DemandeImages(STUDY))
        alone = DemandeImages(STUDY, LAST_SERIES, sop_classes=(CLASSES[-1],))
        ((uid, objet),) = (await fetch(settings_of(pacs), alone)).items()
        assert (objet.transfer_syntax_uid, objet.dataset) == (RLE, kept(pacs)[uid])
    assert len(CLASSES) * len(SYNTAXES) > 128


@pytest.mark.peer("orthanc")
async def test_an_orthanc_sends_every_object_of_such_a_study(study: Path, tmp_path: Path):
    with OrthancPacs(tmp_path / "orthanc") as orthanc:
        orthanc.upload(files(study))
        found = await fetch(settings_of(orthanc, timeout=60.0), DemandeImages(STUDY))
    assert {objet.sop_class_uid for objet in found.values()} == set(CLASSES)
    stored = {str(image.SOPInstanceUID): image for image in map(pydicom.dcmread, files(study))}
    assert found.keys() == stored.keys()
    for uid, objet in found.items():
        image = pydicom.dcmread(BytesIO(to_part10(objet)))
        assert np.array_equal(image.pixel_array, stored[uid].pixel_array)
