# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the banc makes is valid, the same each time, and says what it is."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from banc.jeux import IDENTITE, ExamenJeu, big_study, make_images, make_message, make_report, relabel
from banc.jeux.pdf import make_pdf
from banc.jeux.pixels import derive, head, spine
from banc.jeux.relabel import AucuneImage
from drimbox.socle.personnes import Identifiant
from drimbox.source.compte_rendu.reader import read_cda
from drimbox.source.compte_rendu.traits import nir_contradicts, nir_is_valid
from drimbox.source.reception.reader import read_message


def digests(folder: Path) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())]


def test_the_exam_has_two_series_and_real_pixels(tmp_path):
    made = make_images(tmp_path)
    files = [dcmread(path) for path in sorted(tmp_path.iterdir())]
    assert (made.series, made.instances) == (2, len(files)) == (2, 24)
    assert len({d.SeriesInstanceUID for d in files}) == 2
    assert len({d.SOPInstanceUID for d in files}) == 24
    assert {d.file_meta.TransferSyntaxUID.name for d in files} == {"Explicit VR Little Endian", "JPEG-LS Lossless Image Compression"}
    originals = [d for d in files if d.ImageType[0] == "ORIGINAL"]
    assert len(originals) == 2
    for dataset, real in zip(originals, (head(), spine()), strict=True):
        assert np.array_equal(dataset.pixel_array, real.pixels)
    assert all(d.DerivationDescription for d in files if d.ImageType[0] == "DERIVED")


def test_the_same_exam_is_made_each_time(tmp_path):
    make_images(tmp_path / "a", slices=2)
    make_images(tmp_path / "b", slices=2)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_no_two_slices_are_alike():
    pixels = [derive(head(), step).tobytes() for step in range(-3, 4)]
    assert len(set(pixels)) == len(pixels)


def test_the_ins_is_a_valid_one_of_the_test_authority():
    ins = IDENTITE.patient.ins
    assert ins is not None
    assert ins.oid == "1.2.250.1.213.1.4.10"
    assert nir_is_valid(ins.value)
    assert not nir_contradicts(ins.value, IDENTITE.patient.traits)


def test_the_message_carries_the_report_untouched_and_the_same_patient():
    report = make_report()
    message = read_message(make_message(report, flags={"INVISIBLE_PATIENT": True}))
    assert message.compte_rendu == report
    assert message.flags == {"INVISIBLE_PATIENT"}
    assert message.depot_demande
    assert message.patient is not None
    assert (message.patient.ins, message.patient.ipp) == (IDENTITE.patient.ins, IDENTITE.patient.ipp)


@pytest.mark.parametrize(("event", "version"), [("T02", 1), ("T10", 2), ("T04", 1)])
def test_the_three_events_are_read_by_the_reception(event, version):
    identite = replace(IDENTITE, version=version)
    message = read_message(make_message(make_report(identite), identite, event=event))
    assert message.en_tete.event == event
    assert message.document_id == identite.document_id
    assert message.remplace == identite.previous_id


def test_delimiters_in_a_name_are_escaped():
    traits = replace(IDENTITE.patient.traits, nom_naissance="A|B^C&D~E")
    identite = replace(IDENTITE, patient=replace(IDENTITE.patient, traits=traits))
    patient = read_message(make_message(make_report(identite), identite)).patient
    assert patient is not None
    assert patient.traits.nom_naissance == "A|B^C&D~E"


def test_the_pdf_has_its_text_and_a_true_table_of_objects():
    pdf = make_pdf(["Été (essai)", "une \\ barre"])
    assert pdf.startswith(b"%PDF-1.4")
    assert "Été \\(essai\\)".encode("cp1252") in pdf
    start = int(pdf.rsplit(b"startxref\n", 1)[1].split()[0])
    assert pdf[start:].startswith(b"xref")
    for number, line in enumerate(pdf[start:].splitlines()[3:8], 1):
        assert pdf[int(line[:10]) :].startswith(b"%d 0 obj" % number)


def test_copies_bear_the_report_s_study_and_patient_and_the_same_pixels(tmp_path):
    make_images(tmp_path / "source", slices=3)
    traits = replace(IDENTITE.patient.traits, nom_naissance="ÉTÉ", premier_prenom="ŒIL", date_naissance="20010203", sexe="M")
    patient = replace(IDENTITE.patient, traits=traits, ipp=Identifiant("OTHER", "1.2.3"))
    identite = replace(IDENTITE, patient=patient, examens=(ExamenJeu.numbered(7), ExamenJeu.numbered(8)))
    result = relabel(tmp_path / "source", tmp_path / "copies", read_cda(make_report(identite)))
    sources = [dcmread(path) for path in sorted((tmp_path / "source").iterdir())]
    assert result.instances == 12
    for examen, (study, paths) in zip(identite.examens, result.files.items(), strict=True):
        copies = [dcmread(path) for path in paths]
        assert {c.StudyInstanceUID for c in copies} == {study} == {examen.study_instance_uid}
        assert {(c.AccessionNumber, c.PatientID, str(c.PatientName), c.PatientBirthDate, c.PatientSex) for c in copies} == {
            (examen.accession.value, "OTHER", "ÉTÉ^ŒIL", "20010203", "M")
        }
        assert [c.PixelData for c in copies] == [s.PixelData for s in sources]
        assert [c.SeriesDescription for c in copies] == [s.SeriesDescription for s in sources]
        assert len({c.SeriesInstanceUID for c in copies}) == 2
        assert all(c.file_meta.MediaStorageSOPInstanceUID == c.SOPInstanceUID for c in copies)
    every = [dcmread(path) for paths in result.files.values() for path in paths]
    assert len({d.SOPInstanceUID for d in [*every, *sources]}) == 18


def test_without_ipp_the_copies_bear_the_ins(tmp_path):
    make_images(tmp_path / "source", slices=1)
    identite = replace(IDENTITE, patient=replace(IDENTITE.patient, ipp=None))
    result = relabel(tmp_path / "source", tmp_path / "copies", read_cda(make_report(identite)))
    copy = dcmread(next(iter(result.files.values()))[0])
    assert (copy.PatientID, copy.IssuerOfPatientID) == ("285063523804223", "ASIP-SANTE-INS-NIR")


def test_references_between_objects_follow(tmp_path):
    make_images(tmp_path / "source", slices=2)
    first, second = sorted((tmp_path / "source").iterdir())[:2]
    dataset = dcmread(second)
    reference = Dataset()
    reference.ReferencedSOPClassUID = dataset.SOPClassUID
    reference.ReferencedSOPInstanceUID = dcmread(first).SOPInstanceUID
    dataset.SourceImageSequence = [reference]
    dataset.save_as(second)
    result = relabel(tmp_path / "source", tmp_path / "copies", read_cda(make_report()))
    copies = [dcmread(path) for paths in result.files.values() for path in paths]
    assert copies[1].SourceImageSequence[0].ReferencedSOPInstanceUID == copies[0].SOPInstanceUID


def test_a_folder_without_image_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("rien")
    with pytest.raises(AucuneImage):
        relabel(tmp_path, tmp_path / "copies", read_cda(make_report()))


def test_a_big_study_is_made_once(tmp_path):
    made = big_study(tmp_path, 3)
    before = digests(tmp_path)
    assert big_study(tmp_path, 3) == made
    assert digests(tmp_path) == before
    assert {path.stat().st_size > 512 * 1024 for path in tmp_path.iterdir()} == {True}
