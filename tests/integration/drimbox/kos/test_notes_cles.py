# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A key-image note made by highdicom, stored in a real Orthanc, brought by each protocol, repeated in a pointer that others judge."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread, dcmwrite

from banc.jeux import IDENTITE
from banc.pacs import PacsSimulator
from banc.pacs.orthanc import OrthancPacs
from banc.ports import free_port
from drimbox.config import Pacs, PacsDicomweb, PacsMove
from drimbox.socle.pacs.model import EtudePacs
from drimbox.socle.pacs.questions import find_etude
from drimbox.source.pointeur.notes_cles import LimitesNote
from drimbox.source.pointeur.notes_du_pacs import notes_of
from drimbox.source.pointeur.states import NOTE_CLE_ILLISIBLE
from tests.integration.drimbox.kos.etudes import write_study
from tests.integration.drimbox.kos.test_validators import DCIODVFY
from tests.unit.drimbox.pointeur.examples import kos
from tests.unit.drimbox.pointeur.notes import UID, make_note

STUDY = IDENTITE.examens[0].study_instance_uid


@dataclass
class Cliche:
    """A study with its note, in an Orthanc."""

    orthanc: OrthancPacs
    image: str
    port: int

    def by(self, way: str) -> Pacs:
        door = PacsDicomweb(url=f"http://127.0.0.1:{self.orthanc.http_port}/dicom-web")
        return self.pacs(recuperation=way, dicomweb=door, move=PacsMove(aet="DRIMOVE", port=self.port))

    def pacs(self, **way: object) -> Pacs:
        return Pacs(name="o", host="127.0.0.1", port=self.orthanc.port, aet=self.orthanc.aet, **way)

    def etude(self) -> EtudePacs:
        found = find_etude(self.pacs(), STUDY)
        assert found is not None
        return found


def write_note(folder: Path, etude: EtudePacs, *uids: str) -> Path:
    note = make_note(etude, *uids)
    path = folder / "note.dcm"
    dcmwrite(path, note, enforce_file_format=True)
    return path


@pytest.fixture(scope="module")
def cliche(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cliche]:
    folder = tmp_path_factory.mktemp("notes")
    files = write_study(folder / "images", "CT", "MR")
    port = free_port()
    with OrthancPacs(folder / "orthanc", destinations={"drimbox": ("DRIMOVE", "127.0.0.1", port)}) as orthanc:
        orthanc.upload(files)
        cliche = Cliche(orthanc, str(dcmread(files[1]).SOPInstanceUID), port)
        orthanc.upload([write_note(folder, cliche.etude(), cliche.image)])
        yield cliche


@pytest.fixture(params=["c-get", "c-move", "dicomweb"])
def pacs(request: pytest.FixtureRequest, cliche: Cliche) -> Pacs:
    return cliche.by(request.param)


@pytest.mark.peer("orthanc")
def test_the_note_is_brought_by_the_protocol_of_the_pacs(pacs: Pacs, cliche: Cliche):
    (note,), warnings = notes_of(pacs, cliche.etude())
    assert warnings == ()
    assert (note.sop_instance_uid, note.titre, note.description) == (UID, "113000", "Nodule à revoir")
    assert note.images == {cliche.image}


@pytest.mark.peer("orthanc")
@pytest.mark.peer("dcmtk")
@pytest.mark.peer("dciodvfy")
def test_the_pointer_with_its_note_is_found_without_error_by_dsrdump_and_dciodvfy(cliche: Cliche, tmp_path: Path):
    etude = cliche.etude()
    notes, _ = notes_of(cliche.pacs(), etude)
    path = tmp_path / "kos.dcm"
    path.write_bytes(kos(study=etude, notes=notes))
    dumped = subprocess.run(["/usr/bin/dsrdump", path], capture_output=True, timeout=30, check=True)
    # its one warning speaks of dsrdump itself, which checks no template constraint
    assert dumped.stderr.splitlines() == [b"W: Check for template constraints not yet supported"]
    assert (dumped.stdout.count(b"<contains IMAGE:"), dumped.stdout.count(b"<contains COMPOSITE:")) == (4, 1)
    judged = subprocess.run([DCIODVFY, path], capture_output=True, timeout=30, check=False)
    assert b"KeyObjectSelectionDocument" in judged.stderr + judged.stdout
    assert b"Error" not in judged.stderr + judged.stdout
    shown = subprocess.run(["/usr/bin/dcmdump", path], capture_output=True, timeout=30, check=True).stdout
    assert b"[113000]" in shown
    assert "[Nodule à revoir]".encode("latin-1") in shown


def test_a_study_without_a_note_asks_the_pacs_nothing(tmp_path: Path):
    files = write_study(tmp_path / "images", "CT")
    with PacsSimulator(files[0].parent, "PACSA", known_aets={"DRIMBOX": None}) as simulator:
        etude = find_etude(Pacs(name="a", host="127.0.0.1", port=simulator.port, aet="PACSA"), STUDY)
    assert etude is not None
    # the PACS is stopped: a question would fail
    assert notes_of(Pacs(name="a", host="127.0.0.1", port=simulator.port, aet="PACSA", timeout=1), etude) == ((), ())


@pytest.fixture
def etude_notee(tmp_path: Path) -> tuple[Path, EtudePacs]:
    """A study with its note in a folder, and what a PACS says of it."""
    folder = tmp_path / "images"
    files = write_study(folder, "CT")
    with PacsSimulator(folder, "PACSA", known_aets={"DRIMBOX": None}) as simulator:
        alone = find_etude(Pacs(name="a", host="127.0.0.1", port=simulator.port, aet="PACSA"), STUDY)
    assert alone is not None
    write_note(folder, alone, str(dcmread(files[0]).SOPInstanceUID))
    with PacsSimulator(folder, "PACSA", known_aets={"DRIMBOX": None}) as simulator:
        etude = find_etude(Pacs(name="a", host="127.0.0.1", port=simulator.port, aet="PACSA"), STUDY)
    assert etude is not None
    return folder, etude


@pytest.mark.peer("orthanc")
def test_several_notes_are_brought_side_by_side_through_the_one_port_that_the_pacs_knows(cliche: Cliche):
    pacs, etude = cliche.by("c-move").model_copy(update={"timeout": 120.0}), cliche.etude()
    with ThreadPoolExecutor(4) as workers:
        found = [work.result() for work in [workers.submit(notes_of, pacs, etude, LimitesNote(secondes=120)) for _ in range(4)]]
    assert [(len(notes), warnings) for notes, warnings in found] == [(1, ())] * 4


@pytest.mark.parametrize("case", ["silent", "a port that another program keeps", "too large", "too many"])
def test_a_note_that_cannot_be_had_is_told_and_holds_nothing_back(case: str, etude_notee: tuple[Path, EtudePacs]):
    folder, etude = etude_notee
    with PacsSimulator(folder, "PACSA", known_aets={"DRIMBOX": None}) as simulator:
        port = simulator.port
        pacs = Pacs(name="a", host="127.0.0.1", port=port, aet="PACSA", timeout=5)
        if case == "a port that another program keeps":
            kept = {"recuperation": "c-move", "move": PacsMove(aet="DRIMBOX", port=port), "timeout": 0.2}
            pacs = pacs.model_copy(update=kept)
        bounds = {"too large": LimitesNote(octets=100), "too many": LimitesNote(notes=0)}.get(case, LimitesNote())
        if case == "silent":
            simulator.stop()
        assert notes_of(pacs, etude, bounds) == ((), (NOTE_CLE_ILLISIBLE,))


def test_a_pointer_is_published_with_the_note_of_a_pacs_that_gives_it(etude_notee: tuple[Path, EtudePacs]):
    folder, etude = etude_notee
    with PacsSimulator(folder, "PACSA", known_aets={"DRIMBOX": None}) as simulator:
        notes, warnings = notes_of(Pacs(name="a", host="127.0.0.1", port=simulator.port, aet="PACSA"), etude)
    assert warnings == ()
    document = dcmread(BytesIO(kos(study=etude, notes=notes)))
    series = document.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    remarks = [item for serie in series for item in serie.ReferencedSOPSequence if "ReferencedSOPSequence" in item]
    assert [str(item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID) for item in remarks] == [UID]
