# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The PACS simulator, asked by DCMTK: it does what a PACS does and refuses what a PACS refuses."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom import dcmread

from banc.jeux import IDENTITE, make_images
from banc.pacs import PacsSimulator
from banc.ports import free_port

STUDY = IDENTITE.examens[0].study_instance_uid
ENVIRONMENT = {**os.environ, "TCP_NODELAY": "1"}

pytestmark = pytest.mark.peer("dcmtk")


@pytest.fixture
def destination() -> tuple[str, int]:
    return "127.0.0.1", free_port()


@pytest.fixture
def pacs(tmp_path: Path, destination: tuple[str, int]) -> Iterator[PacsSimulator]:
    make_images(tmp_path / "pacs", slices=3)
    known = {"DCMTK": None, "STORAGE": destination}
    with PacsSimulator(tmp_path / "pacs", "PACSA", known_aets=known) as simulator:
        yield simulator


def run(
    pacs: PacsSimulator, program: str, *arguments: object, called: str = "PACSA", calling: str = "DCMTK"
) -> subprocess.CompletedProcess[str]:
    command = [f"/usr/bin/{program}", "-v", "-aet", calling, "-aec", called, "127.0.0.1", str(pacs.port), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=ENVIRONMENT)


def test_echo(pacs: PacsSimulator):
    assert run(pacs, "echoscu").returncode == 0


@pytest.mark.parametrize("names", [{"called": "OTHER"}, {"calling": "STRANGER"}], ids=["called", "calling"])
def test_an_unknown_ae_title_is_rejected(pacs: PacsSimulator, names):
    result = run(pacs, "echoscu", **names)
    assert result.returncode != 0
    assert "Rejected Permanent" in result.stderr + result.stdout


@pytest.mark.parametrize(
    ("keys", "count"),
    [
        (("QueryRetrieveLevel=STUDY", "AccessionNumber=ACN-*", "StudyInstanceUID"), 1),
        (("QueryRetrieveLevel=STUDY", "AccessionNumber=ACN-000002", "StudyInstanceUID"), 0),
        (("QueryRetrieveLevel=STUDY", "StudyDate=20260101-20261231", "StudyInstanceUID"), 1),
        (("QueryRetrieveLevel=STUDY", "StudyDate=-20251231", "StudyInstanceUID"), 0),
        (("QueryRetrieveLevel=STUDY", "PatientName=pat-banc^*", "StudyInstanceUID"), 1),
        (("QueryRetrieveLevel=SERIES", f"StudyInstanceUID={STUDY}", "SeriesInstanceUID"), 2),
        (("QueryRetrieveLevel=SERIES", f"StudyInstanceUID={STUDY}", "SeriesNumber=3", "SeriesInstanceUID"), 1),
    ],
    ids=str,
)
def test_queries_match_as_the_standard_says(pacs: PacsSimulator, keys, count):
    result = run(pacs, "findscu", "-S", *(part for key in keys for part in ("-k", key)))
    assert result.returncode == 0
    assert (result.stderr + result.stdout).count("Find Response: ") == count


@pytest.mark.parametrize(
    "keys",
    [
        ("QueryRetrieveLevel=SERIES", "StudyInstanceUID", "SeriesInstanceUID"),
        ("QueryRetrieveLevel=IMAGE", f"StudyInstanceUID={STUDY}", "SeriesInstanceUID", "SOPInstanceUID"),
        ("QueryRetrieveLevel=PATIENT", "PatientID"),
        ("StudyInstanceUID",),
    ],
    ids=str,
)
def test_an_identifier_that_study_root_does_not_allow_is_refused(pacs: PacsSimulator, keys):
    result = run(pacs, "findscu", "-S", *(part for key in keys for part in ("-k", key)))
    assert "DataSetDoesNotMatchSOPClass" in result.stderr + result.stdout


def test_move_sends_to_a_known_destination(pacs: PacsSimulator, destination: tuple[str, int], tmp_path: Path):
    folder = tmp_path / "moved"
    folder.mkdir()
    command = ["/usr/bin/storescp", "-aet", "STORAGE", "+xa", "-od", str(folder), str(destination[1])]
    with subprocess.Popen(command, env=ENVIRONMENT) as receiver:
        try:
            result = run(pacs, "movescu", "-S", "-aem", "STORAGE", "-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={STUDY}")
        finally:
            receiver.terminate()
    assert result.returncode == 0
    moved = {dcmread(path).SOPInstanceUID: dcmread(path).PixelData for path in folder.iterdir()}
    assert moved == {entry.sop_instance_uid: dcmread(entry.path).PixelData for entry in pacs.index.entries()}


def test_move_to_an_unknown_destination_is_refused(pacs: PacsSimulator):
    result = run(pacs, "movescu", "-S", "-aem", "NOWHERE", "-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={STUDY}")
    assert "MoveDestinationUnknown" in result.stderr + result.stdout


def test_get_fails_for_objects_whose_syntax_was_not_negotiated(pacs: PacsSimulator, tmp_path: Path):
    folder = tmp_path / "got"
    folder.mkdir()
    result = run(pacs, "getscu", "-S", "-od", folder, "-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={STUDY}")
    # getscu proposes uncompressed syntaxes: the JPEG-LS series is not sent, the other one is
    assert len(list(folder.iterdir())) == 3
    assert "SubOperationsCompleteOneOrMoreFailures" in result.stderr + result.stdout


def test_what_is_stored_is_kept_byte_for_byte(pacs: PacsSimulator, tmp_path: Path):
    source = tmp_path / "source"
    make_images(source, IDENTITE, slices=4)
    newest = sorted(source.iterdir())[3]
    assert run(pacs, "storescu", newest).returncode == 0
    uid = dcmread(newest).SOPInstanceUID
    entry = next(entry for entry in pacs.index.entries() if entry.sop_instance_uid == uid)
    assert newest.read_bytes().endswith(entry.load().dataset)
    assert len(entry.load().dataset) > 512 * 1024
