# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A study of more classes than one association holds with all their syntaxes, one object of which is stored in a rare syntax."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.uid import generate_uid
from pynetdicom import AllStoragePresentationContexts

from banc.pacs import PacsSimulator
from banc.pacs.index import Entry
from banc.pacs.orthanc import OrthancPacs
from drimbox.config import Pacs
from drimbox.socle.pacs.bassin import associations_gardees
from drimbox.socle.pacs.errors import PacsIncomplet, PacsRefuse
from drimbox.socle.pacs.flux import DemandeImages, recuperer
from drimbox.socle.pacs.part10 import to_part10
from drimbox.socle.pacs.places import take_place
from drimbox.socle.pacs.syntaxes import SYNTAXES, kinds_for
from tests.integration.drimbox.pacs.conftest import fetch, kept, settings_of

STUDY = generate_uid()
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
    return write_study(tmp_path / "pacs", CLASSES, rare={CLASSES[-1]})


def write_study(folder: Path, classes: Sequence[str], *, rare: set[str]) -> Path:
    """Write one series for each class, of one object; those of rare classes are stored in RLE."""
    folder.mkdir()
    images = [pydicom.dcmread(str(get_testdata_file(name, download=False))) for name in ("CT_small.dcm", "MR_small_RLE.dcm")]
    for rank, uid in enumerate(classes, start=1):
        image = images[uid in rare]
        image.StudyInstanceUID, image.SeriesNumber, image.SeriesInstanceUID = STUDY, rank, generate_uid()
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


async def test_from_a_pacs_that_prefers_another_one_it_comes_as_it_is_stored_too(study: Path):
    with PacsSimulator(study, "PACSA", known_aets={"DRIMBOX": None}) as pacs:
        found = await fetch(settings_of(pacs), DemandeImages(STUDY))
        assert {uid: objet.dataset for uid, objet in found.items()} == kept(pacs)
    assert [objet.transfer_syntax_uid for objet in found.values() if objet.sop_class_uid == CLASSES[-1]] == [RLE]
    assert len(CLASSES) * len(SYNTAXES) > 128


async def test_forty_classes_in_one_exam_come_all_in_the_syntax_that_each_is_stored_in(tmp_path: Path):
    known = [str(context.abstract_syntax) for context in AllStoragePresentationContexts]
    classes = [uid for uid in known if len(kinds_for([uid])) == len(SYNTAXES)][-40:]  # those of objects with pixels
    folder = write_study(tmp_path / "pacs", classes, rare=set(classes[::2]))
    with PacsSimulator(folder, "PACSA", known_aets={"DRIMBOX": None}) as pacs:
        stored = kept(pacs)
        demande = DemandeImages(STUDY, sop_classes=tuple(classes), attendus=frozenset(stored))
        async with associations_gardees():
            found = await fetch(settings_of(pacs), demande)
        assert {uid: objet.dataset for uid, objet in found.items()} == stored
        syntaxes = {objet.sop_class_uid: objet.transfer_syntax_uid for objet in found.values()}
        assert [syntaxes[uid] for uid in classes] == [RLE, EXPLICIT] * 20


async def test_what_the_kos_awaits_and_no_series_holds_is_told_after_all_the_others_came(study: Path):
    found = set[str]()

    async def carry(pacs: Pacs, demande: DemandeImages) -> None:
        async with recuperer(pacs, demande) as flux:
            async for objet in flux:
                found.add(objet.sop_instance_uid)

    with PacsSimulator(study, "PACSA", known_aets={"DRIMBOX": None}) as pacs:
        demande = DemandeImages(STUDY, sop_classes=CLASSES, attendus=frozenset({*kept(pacs), "1.2.3"}))
        with pytest.raises(PacsIncomplet):
            await carry(settings_of(pacs), demande)
        assert found == kept(pacs).keys()


class Troue(PacsSimulator):
    """A PACS that describes a series and sends nothing of it."""

    lost = ""

    def _select(self, identifier: pydicom.Dataset) -> list[Entry]:
        return [entry for entry in super()._select(identifier) if entry.header.SOPClassUID != self.lost]


@pytest.mark.parametrize("rank", [0, 9])
async def test_a_series_that_yields_nothing_is_told_after_all_the_others_came(study: Path, rank: int) -> None:
    with Troue(study, "PACSA", known_aets={"DRIMBOX": None}) as pacs:
        pacs.lost = CLASSES[rank]
        demande = DemandeImages(STUDY, sop_classes=tuple(CLASSES), attendus=frozenset(kept(pacs)))
        came = set()

        async def carry() -> None:
            async with associations_gardees(), recuperer(settings_of(pacs), demande) as flux:
                async for objet in flux:
                    came.add(objet.sop_class_uid)

        with pytest.raises(PacsIncomplet):
            await carry()
    assert sorted(came) == sorted(set(CLASSES) - {pacs.lost})


async def test_an_answer_that_has_begun_does_not_wait_for_a_place_between_two_series(study: Path) -> None:
    with PacsSimulator(study, "PACSA", known_aets={"DRIMBOX": None}) as pacs:
        one_place = settings_of(pacs, timeout=10.0, max_associations=1)
        demande = DemandeImages(STUDY, sop_classes=tuple(CLASSES), attendus=frozenset(kept(pacs)))
        came, another = 0, None
        async with associations_gardees():
            async with recuperer(one_place, demande) as flux:
                async for _objet in flux:
                    came += 1
                    another = another or asyncio.create_task(take_place(one_place))
            assert came == len(CLASSES)
            assert another is not None
            (await another).give_back()


async def test_a_pacs_that_describes_nothing_is_asked_for_the_whole_at_once(study: Path, monkeypatch: pytest.MonkeyPatch):
    def refused(*_asked: object) -> None:
        raise PacsRefuse

    monkeypatch.setattr("drimbox.socle.pacs.par_series.find_etude", refused)
    monkeypatch.setattr("banc.pacs.simulator.SYNTAXES", (EXPLICIT, IMPLICIT, RLE))
    with PacsSimulator(study, "PACSA", known_aets={"DRIMBOX": None}) as pacs:
        assert (await fetch(settings_of(pacs), DemandeImages(STUDY, sop_classes=CLASSES))).keys() == kept(pacs).keys()


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
