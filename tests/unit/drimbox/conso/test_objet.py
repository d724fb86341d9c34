# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One received part, checked against the KOS."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.data import get_testdata_file
from pydicom.uid import ImplicitVRLittleEndian

from drimbox.conso.rapatriement.errors import AutrePatient, ObjetRefuse
from drimbox.conso.rapatriement.objet import LOSSLESS_FIRST, Attendu, accept_lines, read_object
from drimbox.socle.personnes import OID_INS_NIR_TEST, Identifiant
from drimbox.source.admission.accept import read_accept
from drimbox.source.pointeur.module_francais import other_patient_ids


def file_of(**changes: Any) -> bytes:
    image = pydicom.dcmread(get_testdata_file("CT_small.dcm", download=False))
    for keyword, value in changes.items():
        setattr(image.file_meta if keyword.startswith("MediaStorage") else image, keyword, value)
    buffer = BytesIO()
    image.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


IMAGE = pydicom.dcmread(get_testdata_file("CT_small.dcm", download=False))
EXPECTED = Attendu(IMAGE.StudyInstanceUID, IMAGE.SeriesInstanceUID, {IMAGE.SOPInstanceUID: IMAGE.SOPClassUID})
FILE = file_of()


def test_the_data_set_of_an_expected_object_is_not_touched() -> None:
    objet = read_object(FILE, EXPECTED)
    assert (objet.sop_instance_uid, objet.sop_class_uid, objet.transfer_syntax_uid) == (
        IMAGE.SOPInstanceUID,
        IMAGE.SOPClassUID,
        "1.2.840.10008.1.2.1",
    )
    assert FILE.endswith(objet.dataset)
    assert pydicom.dcmread(BytesIO(FILE)).PixelData in objet.dataset


@pytest.mark.parametrize(
    "changes",
    [
        {"SOPInstanceUID": "1.2.3", "MediaStorageSOPInstanceUID": "1.2.3"},
        {"StudyInstanceUID": "1.2.3"},
        {"SeriesInstanceUID": "1.2.3"},
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4"},
    ],
)
def test_an_object_of_elsewhere_or_that_contradicts_itself_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ObjetRefuse):
        read_object(file_of(**changes), EXPECTED)


INS = Identifiant("279035121518989", OID_INS_NIR_TEST)


def of_patient(value: str, *, oid: str = OID_INS_NIR_TEST) -> bytes:
    """An image that bears an INS, as a source of the mesh writes it."""
    return file_of(OtherPatientIDsSequence=other_patient_ids(Identifiant(value, oid)))


def test_an_object_that_bears_the_ins_of_another_patient_is_refused() -> None:
    with pytest.raises(AutrePatient):
        read_object(of_patient("179035121518989"), replace(EXPECTED, ins=INS.value))


@pytest.mark.parametrize("value", [INS.value, INS.value + "54"], ids=["without its key", "with its key"])
def test_an_object_that_bears_the_ins_of_the_kos_is_taken(value: str) -> None:
    assert read_object(of_patient(value), replace(EXPECTED, ins=INS.value)).sop_instance_uid == IMAGE.SOPInstanceUID


def test_an_object_without_ins_or_whose_kos_has_none_contradicts_nothing() -> None:
    assert read_object(FILE, replace(EXPECTED, ins=INS.value))
    assert read_object(of_patient("179035121518989"), EXPECTED)


def test_an_ins_that_is_announced_and_cannot_be_read_is_refused() -> None:
    data = of_patient(INS.value)
    root = data.index(b"1.2.250.1.213.1.4.")
    cut = data[: root + 10] + data[root + 40 :]  # the sequence that holds it is shorter than it says
    with pytest.raises(ObjetRefuse):
        read_object(cut, replace(EXPECTED, ins=INS.value))


def test_what_is_expected_of_a_series_shows_no_ins() -> None:
    assert INS.value not in repr(replace(EXPECTED, ins=INS.value))


def test_a_meta_header_that_names_another_object_is_refused() -> None:
    uid = IMAGE.SOPInstanceUID.encode()
    other = uid[:-1] + (b"1" if uid[-1:] != b"1" else b"2")
    with pytest.raises(ObjetRefuse, match="contredit"):
        read_object(FILE.replace(uid, other, 1), EXPECTED)


def test_a_syntax_nobody_asked_for_is_refused() -> None:
    implicit = pydicom.dcmread(BytesIO(FILE))
    implicit.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    buffer = BytesIO()
    implicit.save_as(buffer, implicit_vr=True, little_endian=True, enforce_file_format=True)
    with pytest.raises(ObjetRefuse, match="syntaxe"):
        read_object(buffer.getvalue(), EXPECTED)


@pytest.mark.parametrize("data", [b"", b"DICM", b"x" * 200, FILE[:200], FILE[:150], FILE[128:]])
def test_what_is_not_a_file_is_refused(data: bytes) -> None:
    with pytest.raises(ObjetRefuse):
        read_object(data, EXPECTED)


@given(st.integers(0, 700), st.binary(min_size=1, max_size=8))
def test_a_damaged_head_never_raises_anything_else(position: int, junk: bytes) -> None:
    try:
        objet = read_object(FILE[:position] + junk + FILE[position + len(junk) :], EXPECTED)
    except ObjetRefuse:
        return
    assert objet.sop_instance_uid == IMAGE.SOPInstanceUID


def test_the_request_asks_for_exactly_the_ten_syntaxes_of_the_lossless_profile() -> None:
    assert read_accept([accept_lines()]).qualities == {syntax: float(quality) for syntax, quality in LOSSLESS_FIRST}
    assert len(LOSSLESS_FIRST) == 10
