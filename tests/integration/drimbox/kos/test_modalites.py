# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""CT, MR, multi-frame XA, NM, US, SR, PDF: stored in a real Orthanc, asked by C-FIND, pointed at; the pointer judged by other programs."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from banc.jeux import IDENTITE
from banc.pacs.index import Index
from banc.pacs.orthanc import OrthancPacs
from drimbox.config import Pacs
from drimbox.socle.kos.reader import read_kos
from drimbox.socle.pacs.model import EtudePacs
from drimbox.socle.pacs.questions import find_etude
from drimbox.socle.pacs.storage import store
from drimbox.source.compte_rendu.rules import pair_with_pacs
from tests.integration.drimbox.kos.etudes import KINDS, write_study
from tests.integration.drimbox.kos.test_validators import DCIODVFY
from tests.unit.drimbox.pointeur.examples import kos, report

pytestmark = [pytest.mark.peer("orthanc"), pytest.mark.peer("dcmtk"), pytest.mark.peer("dciodvfy")]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_study(tmp_path_factory.mktemp("kinds"), *KINDS)


@pytest.fixture(scope="module")
def found(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> EtudePacs:
    """The study as Orthanc describes it."""
    index = Index(files[0].parent)
    index.scan()
    with OrthancPacs(tmp_path_factory.mktemp("orthanc")) as orthanc:
        settings = Pacs(name="o", host="127.0.0.1", port=orthanc.port, aet=orthanc.aet)
        assert all(result.stored for result in store(settings, [entry.load() for entry in index.entries()]))
        etude = find_etude(settings, IDENTITE.examens[0].study_instance_uid)
    assert etude is not None
    return etude


@pytest.fixture(scope="module")
def pointer(found: EtudePacs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert pair_with_pacs(report(), found) is not None
    path = tmp_path_factory.mktemp("kos") / "kos.dcm"
    path.write_bytes(kos(study=found))
    return path


def test_every_object_is_referenced_images_as_images_and_the_rest_as_composites(pointer: Path) -> None:
    document = dcmread(BytesIO(pointer.read_bytes()))
    kinds = {
        str(item.ReferencedSOPSequence[0].ReferencedSOPClassUID): str(item.ValueType)
        for item in document.ContentSequence
        if "ReferencedSOPSequence" in item
    }
    assert kinds == {uid: "IMAGE" if frames else "COMPOSITE" for uid, frames in KINDS.values()}
    assert len(document.ContentSequence) == 2 * len(KINDS) + 1


def test_multi_frame_objects_say_how_many_frames_they_have(pointer: Path) -> None:
    document = dcmread(BytesIO(pointer.read_bytes()))
    frames = {
        str(item.ReferencedSOPClassUID): item.get("NumberOfFrames")
        for serie in document.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
        for item in serie.ReferencedSOPSequence
    }
    assert {uid: count for uid, count in frames.items() if count} == {uid: count for uid, count in KINDS.values() if count > 1}


def test_the_description_names_each_series_with_its_modality(pointer: Path) -> None:
    lu = read_kos(pointer.read_bytes())
    assert sorted(serie.modality for serie in lu.series) == sorted(KINDS)
    assert {serie.description for serie in lu.series} == {f"Série {modality}" for modality in KINDS}


def test_dsrdump_finds_nothing_to_say(pointer: Path) -> None:
    result = subprocess.run(["/usr/bin/dsrdump", pointer], capture_output=True, timeout=30, check=True)
    # its one warning speaks of dsrdump itself, which checks no template constraint
    assert result.stderr.splitlines() == [b"W: Check for template constraints not yet supported"]
    assert result.stdout.count(b"<contains") == 2 * len(KINDS) + 1


def test_dciodvfy_finds_no_error(pointer: Path) -> None:
    result = subprocess.run([DCIODVFY, pointer], capture_output=True, timeout=30, check=False)
    assert b"KeyObjectSelectionDocument" in result.stderr + result.stdout
    assert b"Error" not in result.stderr + result.stdout


def test_dcentvfy_finds_the_pointer_of_the_study_of_its_images(pointer: Path, files: list[Path]) -> None:
    command = [DCIODVFY.with_name("dcentvfy"), pointer, *files]
    result = subprocess.run(command, capture_output=True, timeout=60, check=False)
    lines = [line for line in (result.stderr + result.stdout).splitlines() if line.startswith(b"Error")]
    referenced = {uid for item in dcmread(BytesIO(pointer.read_bytes())).ContentSequence for uid in _references(item)}
    # the pointer names the patient by the INS, the images by the IPP: that difference is the specification's
    expected = [line for line in lines if b"Different PatientID" in line]
    # what the sample SR references is not ours
    foreign = [line for line in lines if b"Missing SOPInstanceUID" in line and not any(uid.encode() in line for uid in referenced)]
    assert set(lines) - set(expected) - set(foreign) == set()


def _references(item: Dataset) -> list[str]:
    return [str(reference.ReferencedSOPInstanceUID) for reference in item.get("ReferencedSOPSequence", [])]
