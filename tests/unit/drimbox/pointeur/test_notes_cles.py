# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Key-image notes are read from the PACS, and the pointer repeats them as the official sample of a manifest with key images does."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from io import BytesIO

import pytest
from highdicom.sr import CodedConcept
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset

from drimbox.socle.kos.reader import read_kos
from drimbox.source.pointeur.notes_cles import IMPLICIT, LimitesNote, NoteCleIllisible, notes_in, read_note_cle
from tests.unit.drimbox.pointeur.examples import CT, etude, kos
from tests.unit.drimbox.pointeur.notes import SERIES, UID, encoded, make_note

STUDY = etude()
PLAIN = encoded(make_note(STUDY, "1.2.3.1.2"))


def opened(data: bytes) -> Dataset:
    return dcmread(BytesIO(data))


def items_of(document: Dataset) -> dict[str, Dataset]:
    (study,) = document.CurrentRequestedProcedureEvidenceSequence
    return {str(item.ReferencedSOPInstanceUID): item for serie in study.ReferencedSeriesSequence for item in serie.ReferencedSOPSequence}


@pytest.mark.parametrize("implicit", [False, True])
def test_a_note_gives_its_title_its_text_and_the_images_of_the_study_that_it_names(implicit: bool):
    data = encoded(make_note(STUDY, "1.2.3.1.1", "1.2.3.1.2"), implicit=implicit)
    note = read_note_cle(data, STUDY, **({"syntax": IMPLICIT} if implicit else {}))
    assert note is not None
    assert (note.sop_instance_uid, note.series_instance_uid, note.titre) == (UID, SERIES, "113000")
    assert note.description == "Nodule à revoir"
    assert note.images == {"1.2.3.1.1", "1.2.3.1.2"}
    assert "Nodule" not in repr(note)


def test_images_that_the_study_no_longer_shows_are_left_out():
    note = make_note(STUDY, "1.2.3.1.1", "1.2.3.1.2")
    kept = replace(STUDY, series=(replace(STUDY.series[0], instances=STUDY.series[0].instances[1:]),))
    read = read_note_cle(encoded(note), kept)
    assert read is not None
    assert read.images == {"1.2.3.1.2"}


@pytest.mark.parametrize(("code", "meaning"), [("113030", "Manifest"), ("113001", "Rejected for Quality Reasons"), ("1", "Other")])
def test_manifests_and_rejections_are_no_remark(code: str, meaning: str):
    assert read_note_cle(encoded(make_note(STUDY, "1.2.3.1.1", title=CodedConcept(code, "DCM", meaning))), STUDY) is None


@pytest.mark.parametrize("changes", [{"StudyInstanceUID": "1.2.9"}, {"PatientID": "IPP-AUTRE"}, {"SOPClassUID": CT}])
def test_a_note_of_another_study_or_patient_is_refused(changes: dict[str, str]):
    with pytest.raises(NoteCleIllisible):
        read_note_cle(encoded(make_note(STUDY, "1.2.3.1.1", **changes)), STUDY)


def test_a_note_beyond_its_bounds_is_refused():
    for limites in (LimitesNote(octets=len(PLAIN) - 1), LimitesNote(images=0)):
        with pytest.raises(NoteCleIllisible):
            read_note_cle(PLAIN, STUDY, limites=limites)


def test_a_long_or_odd_text_is_cut_and_put_on_one_line():
    read = read_note_cle(encoded(make_note(STUDY, "1.2.3.1.1", text="a\x07\r\nb " + "c" * 5000)), STUDY)
    assert read is not None
    assert read.description.startswith("a b ccc")
    assert len(read.description) == LimitesNote().caracteres


@given(st.integers(0, len(PLAIN)), st.binary(max_size=64))
def test_no_bytes_make_the_reader_fail(at: int, noise: bytes):
    with contextlib.suppress(NoteCleIllisible):
        read_note_cle(PLAIN[:at] + noise + PLAIN[at + len(noise) :], STUDY)


def test_only_key_object_selections_are_asked_for():
    assert notes_in(STUDY) == (("1.2.3.2", "1.2.3.2.4"),)


def test_the_pointer_repeats_the_note_under_each_image_as_the_official_sample():
    note = read_note_cle(PLAIN, STUDY)
    assert note is not None
    items = items_of(document := opened(kos(notes=[note])))
    assert [uid for uid, item in items.items() if "ReferencedSOPSequence" in item] == ["1.2.3.1.2"]
    (remark,) = items["1.2.3.1.2"].ReferencedSOPSequence
    assert [element.tag for element in remark] == [0x00081155, 0x0020000E, 0x0040A043, 0x0040A730]
    assert (remark.ReferencedSOPInstanceUID, remark.SeriesInstanceUID) == (UID, SERIES)
    (concept,) = remark.ConceptNameCodeSequence
    assert (concept.CodeValue, concept.CodingSchemeDesignator, concept.CodeMeaning) == ("113000", "DCM", "Of Interest")
    (text,) = remark.ContentSequence
    assert [(element.keyword, element.value) for element in text] == [("TextValue", "Nodule à revoir")]
    buffer = BytesIO()
    document.save_as(buffer, enforce_file_format=True)
    assert buffer.getvalue() == kos(notes=[note])  # pydicom writes the same bytes


def test_two_notes_on_one_image_are_two_items_and_a_note_without_text_says_only_its_title():
    first, second = (read_note_cle(encoded(make_note(STUDY, "1.2.3.1.2", text=text)), STUDY) for text in ("Nodule", None))
    assert first is not None
    assert second is not None
    remarks = items_of(opened(kos(notes=[first, second])))["1.2.3.1.2"].ReferencedSOPSequence
    assert ["ContentSequence" in remark for remark in remarks] == [True, False]


def test_a_text_that_latin_1_cannot_hold_makes_the_pointer_utf_8():
    note = read_note_cle(encoded(make_note(STUDY, "1.2.3.1.2", text="œdème ≥ 3 mm")), STUDY)
    assert note is not None
    document = opened(kos(notes=[note]))
    assert document.SpecificCharacterSet == "ISO_IR 192"
    assert items_of(document)["1.2.3.1.2"].ReferencedSOPSequence[0].ContentSequence[0].TextValue == "œdème ≥ 3 mm"


def test_our_own_reader_still_finds_every_object_of_a_pointer_with_notes():
    note = read_note_cle(PLAIN, STUDY)
    assert note is not None
    assert read_kos(kos(notes=[note])).instances_count == read_kos(kos()).instances_count == 8
