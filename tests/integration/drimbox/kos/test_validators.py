# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The KOS as judged by programs that nobody here wrote: dsrdump of DCMTK, dciodvfy of dicom3tools, a storage by Orthanc."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from banc.jeux import IDENTITE, make_images
from banc.pacs import PacsSimulator
from banc.pacs.orthanc import OrthancPacs
from drimbox.config import Pacs
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.questions import find_etude
from drimbox.socle.pacs.storage import store
from drimbox.source.compte_rendu.rules import pair_with_pacs
from tests.unit.drimbox.pointeur.examples import etude, kos, report

DCIODVFY = Path(sys.executable).with_name("dciodvfy")


@pytest.fixture(params=["images, report, PDF", "UTF-8", "one image", "no study date", "no used name"])
def document(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """KOS of different exams, as files."""
    one = etude()
    studies = {
        "UTF-8": etude(utf8=True),
        "one image": etude(series=(one.series[0],)),
        "no study date": etude(study_date="", study_time="", study_id="", referring_physician_name=""),
    }
    path = tmp_path / "kos.dcm"
    path.write_bytes(kos(study=studies.get(request.param, one)))
    return path


@pytest.mark.peer("dcmtk")
def test_dsrdump_reports_no_error(document: Path):
    result = subprocess.run(["/usr/bin/dsrdump", document], capture_output=True, timeout=30, check=True)
    assert b"E: " not in result.stderr
    assert b"CONTAINER" in result.stdout
    assert b"IMAGE" in result.stdout


@pytest.mark.peer("dciodvfy")
def test_dciodvfy_reports_no_error(document: Path):
    result = subprocess.run([DCIODVFY, document], capture_output=True, timeout=30, check=False)
    assert b"KeyObjectSelectionDocument" in result.stderr + result.stdout
    assert b"Error" not in result.stderr + result.stdout


@pytest.mark.peer("dciodvfy")
def test_dciodvfy_finds_the_images_of_the_banc_without_error(tmp_path: Path):
    make_images(tmp_path, slices=2)
    for path in tmp_path.iterdir():
        result = subprocess.run([DCIODVFY, path], capture_output=True, timeout=30, check=False)
        assert b"CTImage" in result.stderr + result.stdout
        assert b"Error" not in result.stderr + result.stdout


@pytest.mark.peer("dciodvfy")
def test_the_pointer_of_the_sample_exam_agrees_with_its_images(tmp_path: Path):
    make_images(tmp_path / "images", slices=3)
    with PacsSimulator(tmp_path / "images", "PACSA", known_aets={"DRIMBOX": None}) as simulator:
        pacs = Pacs(name="a", host="127.0.0.1", port=simulator.port, aet="PACSA")
        study = find_etude(pacs, IDENTITE.examens[0].study_instance_uid)
        assert study is not None
    assert pair_with_pacs(report(), study) == report().examens[0]
    (tmp_path / "kos.dcm").write_bytes(kos(study=study))
    command = [DCIODVFY.with_name("dcentvfy"), tmp_path / "kos.dcm", *sorted((tmp_path / "images").iterdir())]
    result = subprocess.run(command, capture_output=True, timeout=60, check=False)
    # the pointer names the patient by the INS, the images by the IPP: that difference is the specification's
    lines = [line for line in (result.stderr + result.stdout).splitlines() if line.startswith(b"Error")]
    assert [line for line in lines if b"Patient" not in line and b"Manufacturer" not in line] == []


@pytest.mark.peer("orthanc")
def test_orthanc_takes_the_pointer(tmp_path: Path):
    data = kos()
    with OrthancPacs(tmp_path / "orthanc") as pacs:
        settings = Pacs(name="o", host="127.0.0.1", port=pacs.port, aet=pacs.aet)
        body = data[data.index(b"\x08\x00\x05\x00CS", 300) :]
        objet = ObjetDicom("1.2.840.10008.5.1.4.1.1.88.59", "2.25.1", "1.2.840.10008.1.2.1", body)
        assert [result.stored for result in store(settings, [objet])] == [True]
