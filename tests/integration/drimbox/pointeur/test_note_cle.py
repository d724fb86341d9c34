# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A study with a key-image note, from its report to the DMP."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset

from banc.jeux import IDENTITE
from banc.pacs.simulator import PacsSimulator
from drimbox.config import Pacs
from drimbox.socle.pacs.questions import find_etude
from drimbox.source.pointeur import construction
from drimbox.source.pointeur.models import Kos
from drimbox.source.pointeur.notes_cles import LimitesNote
from drimbox.source.pointeur.notes_du_pacs import notes_of
from drimbox.source.pointeur.states import NOTE_CLE_ILLISIBLE
from drimbox.web.console.libelles import explain
from tests.drimbox_chemin import Chemin, pacs_of
from tests.drimbox_world import Monde, sample_images, sample_message
from tests.unit.drimbox.pointeur.notes import UID, make_note


@pytest.fixture
def noted(tmp_path: Path) -> Path:
    """The images of the sample exam, and a note that names the first of them."""
    folder = sample_images(tmp_path / "noted")
    with PacsSimulator(folder, "PACSA", known_aets={"DRIMBOX": None}) as simulator:
        pacs = Pacs(name="a", host="127.0.0.1", port=simulator.port, aet="PACSA")
        etude = find_etude(pacs, IDENTITE.examens[0].study_instance_uid)
    assert etude is not None
    dcmwrite(folder / "note.dcm", make_note(etude, etude.series[0].instances[0].sop_instance_uid), enforce_file_format=True)
    return folder


def remarks() -> list[Dataset]:
    document = dcmread(BytesIO(Kos.objects.get().contenu))
    series = document.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    return [remark for serie in series for item in serie.ReferencedSOPSequence for remark in item.get("ReferencedSOPSequence", [])]


def test_the_pointer_that_the_dmp_holds_says_which_images_matter(monde: Monde, noted: Path):
    with pacs_of(monde, noted):
        chemin = Chemin(monde)
        chemin.publish(sample_message())
    (remark,) = remarks()
    assert (remark.ReferencedSOPInstanceUID, remark.ContentSequence[0].TextValue) == (UID, "Nodule à revoir")
    assert chemin.faits == ["depot"]
    assert (NOTE_CLE_ILLISIBLE,) not in chemin.journal("source:examen:warned")


def test_a_note_that_cannot_be_had_is_told_in_french_and_the_exam_is_published(monde: Monde, noted: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(construction, "notes_of", lambda pacs, etude: notes_of(pacs, etude, LimitesNote(octets=100)))
    with pacs_of(monde, noted):
        chemin = Chemin(monde)
        chemin.publish(sample_message())
    assert remarks() == []
    assert chemin.faits == ["depot"]
    assert (NOTE_CLE_ILLISIBLE,) in chemin.journal("source:examen:warned")
    words = explain(NOTE_CLE_ILLISIBLE)
    assert words is not None
    assert "images clés" in words.message
