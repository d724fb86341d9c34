# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Any KOS is read for what it says; what is none is refused by one of our errors."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset

from banc.jeux import make_images
from drimbox.socle.kos.errors import KosIdentifiant, KosIllisible, KosIncomplet, KosPlusieursExamens, KosTropGros
from drimbox.socle.kos.reader import LimitesKos, read_kos
from drimbox.socle.personnes import Identifiant
from tests.unit.drimbox.pointeur.examples import kos

KOS = kos()


def edited(change) -> bytes:
    document = dcmread(BytesIO(KOS))
    change(document)
    buffer = BytesIO()
    document.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def test_a_kos_without_template_nor_text_is_read():
    def strip(document: Dataset) -> None:
        del document.ContentTemplateSequence
        del document.ContentSequence
        del document.ReferencedRequestSequence

    read = read_kos(edited(strip))
    assert read.instances_count == 8
    assert [serie.modality for serie in read.series] == ["", ""]
    assert read.accession is None


def test_instances_come_in_their_own_order_whatever_that_of_the_kos():
    def shuffle(document: Dataset) -> None:
        document.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence.reverse()

    assert [instance.number for instance in read_kos(edited(shuffle)).series[0].instances] == [1, 2, 3]


def test_blanks_and_line_feeds_around_values_are_dropped():
    def fold(document: Dataset) -> None:
        item = document.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0]
        item.RetrieveURL = "\n          " + item.RetrieveURL

    assert read_kos(edited(fold)).series[0].retrieve_url == read_kos(KOS).series[0].retrieve_url


def test_a_rejection_note_keeps_its_title():
    def reject(document: Dataset) -> None:
        document.ConceptNameCodeSequence[0].CodeValue = "113037"

    assert read_kos(edited(reject)).title == "113037"


def test_a_kos_that_points_to_nothing_is_refused():
    def empty(document: Dataset) -> None:
        document.CurrentRequestedProcedureEvidenceSequence = []

    with pytest.raises(KosIncomplet):
        read_kos(edited(empty))


def test_a_kos_about_two_studies_is_refused():
    def add(document: Dataset) -> None:
        other = Dataset()
        other.StudyInstanceUID = "1.2.3"
        document.CurrentRequestedProcedureEvidenceSequence.append(other)

    with pytest.raises(KosPlusieursExamens):
        read_kos(edited(add))


def test_a_series_named_by_two_items_is_one_series_with_the_objects_of_both():
    def split(document: Dataset) -> None:
        named = document.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
        again, objects = Dataset(), named[0].ReferencedSOPSequence
        again.SeriesInstanceUID, again.ReferencedSOPSequence = named[0].SeriesInstanceUID, objects[1:]
        named[0].ReferencedSOPSequence = objects[:2]
        named.append(again)

    assert read_kos(edited(split)) == read_kos(KOS)


@pytest.mark.parametrize("uid", ["1." + "2" * 63, "1.2.3^4", "1..2", "1.2.", "../1", "1.2/3"])
@pytest.mark.parametrize("level", ["study", "series", "object", "kos"])
def test_what_is_not_named_by_a_dicom_uid_is_refused(uid: str, level: str):
    def rename(document: Dataset) -> None:
        study = document.CurrentRequestedProcedureEvidenceSequence[0]
        series = study.ReferencedSeriesSequence[0]
        item, keyword = {
            "study": (study, "StudyInstanceUID"),
            "series": (series, "SeriesInstanceUID"),
            "object": (series.ReferencedSOPSequence[0], "ReferencedSOPInstanceUID"),
            "kos": (document, "SOPInstanceUID"),
        }[level]
        item[keyword].value = uid

    with pytest.raises(KosIllisible):
        read_kos(edited(rename))


def test_a_uid_too_long_is_refused_by_its_own_code():
    def lengthen(document: Dataset) -> None:
        document.CurrentRequestedProcedureEvidenceSequence[0].StudyInstanceUID = "1." + "2" * 63

    with pytest.raises(KosIdentifiant):
        read_kos(edited(lengthen))


@pytest.mark.parametrize("limites", [LimitesKos(octets=len(KOS) - 1), LimitesKos(series=1), LimitesKos(instances=7)], ids=str)
def test_a_kos_beyond_a_limit_is_refused(limites):
    with pytest.raises(KosTropGros):
        read_kos(KOS, limites=limites)


def test_an_image_is_no_kos(tmp_path):
    make_images(tmp_path, slices=1)
    with pytest.raises(KosIllisible):
        read_kos(next(tmp_path.iterdir()).read_bytes())


def test_a_kos_shows_nothing_of_the_patient_in_its_repr():
    assert "BANC" not in repr(read_kos(KOS))


@given(data=st.binary(max_size=400), prefix=st.booleans())
def test_arbitrary_bytes_never_leak_another_error(data, prefix):
    with pytest.raises(KosIllisible):
        read_kos(b"\x00" * 128 + b"DICM" + data if prefix else data)


@settings(deadline=None)
@given(position=st.integers(132, len(KOS) - 1), noise=st.binary(max_size=6), cut=st.integers(0, 30))
def test_a_damaged_kos_is_read_or_refused(position, noise, cut):
    with suppress(KosIllisible):
        assert read_kos(KOS[:position] + noise + KOS[position + cut :]).instances_count


@pytest.mark.donnees
@pytest.mark.parametrize(
    ("name", "series", "accession", "modality"),
    [
        ("ko_f989e93.dcm", [10, 10], Identifiant("7252295367250016", "1.2.840.113619.6.196"), "MR"),
        ("ko_b6e16b3.dcm", [10, 10], Identifiant("7252295367250016", "1.2.840.113619.6.196"), "MR"),
        ("kos_dcmtk_unittest.dcm", [1], Identifiant("0901160050", "1.2.3.4.5.6"), "CT"),
        ("nist-IDS-DEPT001-a__kos__kos.dcm", [1], Identifiant("IDS001-a", ""), ""),
        ("nist-IDS-DEPT003-a__kos__kos.dcm", [10, 10], Identifiant("IDC003-a", ""), ""),
        ("nist-ids-1002__kos.dcm", [20, 16], Identifiant("CASCB1021", ""), ""),
    ],
)
def test_public_kos_are_read(shared_data: Path, name, series, accession, modality):
    read = read_kos((shared_data / "kos" / name).read_bytes())
    assert [len(serie.instances) for serie in read.series] == series
    assert read.accession == accession
    assert read.series[0].modality == modality
    assert read.title == "113030"


@pytest.mark.donnees
def test_every_other_public_kos_is_read_or_points_to_several_studies(shared_data: Path):
    for path in sorted((shared_data / "kos").glob("*.dcm")):
        with suppress(KosPlusieursExamens):
            assert read_kos(path.read_bytes()).instances_count, path.name


@pytest.mark.donnees
@pytest.mark.peer("dcmtk")
def test_the_reference_kos_of_the_cross_validator_is_read(shared_data: Path, tmp_path: Path):
    command = ["/usr/bin/xml2dcm", shared_data / "kos" / "KOS_OK.xml", tmp_path / "k.dcm"]
    subprocess.run(command, check=True, timeout=30, capture_output=True)
    read = read_kos((tmp_path / "k.dcm").read_bytes())
    assert read.patient_ins == Identifiant("274075176079430", "1.2.250.1.213.1.4.10")
    assert read.accession == Identifiant("725229536725008", "1.2.840.113619.6.198")
    assert [(serie.modality, serie.description, len(serie.instances)) for serie in read.series] == [("MR", "T2 Ax Space Iso RT", 10)] * 2
    assert read.series[0].retrieve_url is not None
    assert read.series[0].retrieve_url.startswith("http://79.")
