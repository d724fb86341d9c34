# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The INS spliced into a head, against what pydicom writes for the same change."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset

from drimbox.socle.pacs.elements import DEFLATED, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, deflate
from drimbox.socle.pacs.entete import Ins, with_ins
from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.socle.pacs.tete import LecteurTete
from drimbox.socle.personnes import OIDS_INS

INS = Ins("279035121518989", "1.2.250.1.213.1.4.10")
SYNTAXES = (EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE)


def encode(dataset: Dataset, syntax: str) -> bytes:
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = syntax != EXPLICIT_BE, syntax == IMPLICIT_LE
    write_dataset(buffer, dataset)
    return buffer.getvalue()


def decode(data: bytes, syntax: str) -> Dataset:
    return read_dataset(BytesIO(data), syntax == IMPLICIT_LE, syntax != EXPLICIT_BE)


def authority(oid: str) -> list[Dataset]:
    item = Dataset()
    item.UniversalEntityID, item.UniversalEntityIDType = oid, "ISO"
    return [item]


def other_id(value: str, oid: str | None) -> Dataset:
    item = Dataset()
    item.PatientID, item.TypeOfPatientID = value, "TEXT"
    if oid:
        item.IssuerOfPatientIDQualifiersSequence = authority(oid)
    return item


def ins_item(ins: Ins) -> Dataset:
    item = other_id(ins.value, ins.oid)
    item.IssuerOfPatientID = ins.issuer
    return item


def expected(dataset: Dataset, ins: Ins) -> Dataset:
    """The same change, made by pydicom on what it decoded."""

    def bears(item: Dataset) -> bool:
        return any(q.get("UniversalEntityID") in OIDS_INS for q in item.get("IssuerOfPatientIDQualifiersSequence") or ())

    kept = [item for item in dataset.get("OtherPatientIDsSequence") or () if not bears(item)]
    dataset.OtherPatientIDsSequence = [*kept, ins_item(ins)]
    return dataset


texts = st.text("ABCDEFGH abc123", min_size=0, max_size=9)
oids = st.none() | st.sampled_from(["1.2.3.4", "1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.10"])


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    dataset = Dataset()
    for keyword in draw(st.sets(st.sampled_from(["StudyDate", "PatientName", "PatientID", "PatientComments", "StudyInstanceUID", "Rows"]))):
        setattr(dataset, keyword, {"StudyDate": "20260101", "Rows": 7, "StudyInstanceUID": "1.2.3"}.get(keyword) or draw(texts))
    for group in draw(st.sets(st.sampled_from([0x0009, 0x0011, 0x0029]))):
        block = dataset.private_block(group, "DRIMM TEST", create=True)
        block.add_new(1, "OB", draw(st.binary(max_size=6)) * 2)
        block.add_new(2, "SQ", [other_id("NESTED", "1.2.3")])
    if draw(st.booleans()):
        dataset.ReferencedStudySequence = [other_id(draw(texts), None) for _ in range(draw(st.integers(0, 2)))]
        dataset["ReferencedStudySequence"].is_undefined_length = draw(st.booleans())
    if draw(st.booleans()):
        items = [other_id(draw(texts), draw(oids)) for _ in range(draw(st.integers(0, 3)))]
        for item in items:
            item.is_undefined_length_sequence_item = draw(st.booleans())
            if "IssuerOfPatientIDQualifiersSequence" in item:
                item["IssuerOfPatientIDQualifiersSequence"].is_undefined_length = draw(st.booleans())
        dataset.OtherPatientIDsSequence = items
        dataset["OtherPatientIDsSequence"].is_undefined_length = draw(st.booleans())
    return dataset


@pytest.mark.parametrize("syntax", SYNTAXES)
@given(dataset=datasets())
def test_the_result_says_what_pydicom_says_and_no_other_byte_moves(syntax: str, dataset: Dataset):
    before = encode(dataset, syntax)
    after = with_ins(before, syntax, INS)
    assert decode(after, syntax) == expected(decode(before, syntax), INS)
    # what stands before the sequence, and what stands after it, is there as it was
    tag = b"\x00\x10\x10\x02" if syntax == EXPLICIT_BE else b"\x10\x00\x02\x10"
    head = before.split(tag)[0] if "OtherPatientIDsSequence" in dataset else encode(dataset[:0x00101002], syntax)
    assert after.startswith(head)
    assert after.endswith(encode(dataset[0x00101003:], syntax))


def with_group_length(dataset: Dataset, syntax: str) -> bytes:
    """The same bytes with (0010,0000), which pydicom does not write."""
    group = encode(dataset[0x00100000:0x00110000], syntax)
    order = "big" if syntax == EXPLICIT_BE else "little"
    tag = (0x0010).to_bytes(2, order) + bytes(2)
    form = (4).to_bytes(4, order) if syntax == IMPLICIT_LE else b"UL" + (4).to_bytes(2, order)
    length = tag + form + len(group).to_bytes(4, order)
    return encode(dataset[:0x00100000], syntax) + length + group + encode(dataset[0x00110000:], syntax)


@pytest.mark.parametrize("syntax", SYNTAXES)
@given(dataset=datasets())
def test_the_length_of_the_group_never_becomes_false(syntax: str, dataset: Dataset):
    before = with_group_length(dataset, syntax)
    assert 0x00100000 in decode(before, syntax)
    after = with_ins(before, syntax, INS)
    assert after == with_ins(encode(dataset, syntax), syntax, INS)
    lecteur = LecteurTete(syntax)
    found = lecteur.feed(memoryview(before))
    place = (lecteur.end() if found is None else found[0]).patient_place
    assert with_ins(before, syntax, INS, place) == after


def test_bytes_that_look_like_the_length_of_the_group_change_nothing():
    dataset = Dataset()
    dataset.StudyDescription, dataset.PatientID = "\x10\0\0\0UL\4\0AAAA", "IPP"
    whole = encode(dataset, EXPLICIT_LE)
    assert with_ins(whole, EXPLICIT_LE, INS).startswith(whole)


@pytest.mark.parametrize("syntax", [*SYNTAXES, DEFLATED])
@given(dataset=datasets())
def test_the_place_of_the_patient_spares_a_walk_and_changes_nothing(syntax: str, dataset: Dataset):
    plain = encode(dataset, EXPLICIT_LE if syntax == DEFLATED else syntax)
    before = deflate(plain) if syntax == DEFLATED else plain
    lecteur = LecteurTete(syntax)
    found = lecteur.feed(memoryview(before))
    tete = lecteur.end() if found is None else found[0]
    if "PatientID" in dataset:
        tag = b"\x00\x10\x00\x20" if syntax == EXPLICIT_BE else b"\x10\x00\x20\x00"
        assert plain[tete.patient_place :].startswith(tag)
    assert with_ins(plain, syntax, INS, tete.patient_place) == with_ins(plain, syntax, INS)


@pytest.mark.parametrize("syntax", SYNTAXES)
@given(dataset=datasets())
def test_writing_it_twice_is_writing_it_once(syntax: str, dataset: Dataset):
    once = with_ins(encode(dataset, syntax), syntax, INS)
    assert with_ins(once, syntax, INS) == once


@given(dataset=datasets())
def test_a_defined_length_gives_the_very_bytes_of_pydicom(dataset: Dataset):
    for element in dataset.iterall():
        if element.VR == "SQ":
            element.is_undefined_length = False
            for item in element.value:
                item.is_undefined_length_sequence_item = False
    before = encode(dataset, EXPLICIT_LE)
    assert with_ins(before, EXPLICIT_LE, INS) == encode(expected(decode(before, EXPLICIT_LE), INS), EXPLICIT_LE)


def test_a_sequence_of_unknown_vr_keeps_its_implicit_items():
    items = encode_items([other_id("A1", "1.2.3")])
    before = b"\x10\x00\x02\x10UN\0\0" + len(items).to_bytes(4, "little") + items
    found = decode(with_ins(before, EXPLICIT_LE, INS), EXPLICIT_LE).OtherPatientIDsSequence
    assert [item.PatientID for item in found] == ["A1", INS.value]


def encode_items(items: list[Dataset]) -> bytes:
    encoded = [encode(item, IMPLICIT_LE) for item in items]
    return b"".join(b"\xfe\xff\x00\xe0" + len(item).to_bytes(4, "little") + item for item in encoded)


def test_a_head_that_ends_before_the_place_of_the_sequence_is_refused():
    dataset = Dataset()
    dataset.PatientName, dataset.PatientComments = "NOM", "X" * 100
    whole = encode(dataset, EXPLICIT_LE)
    name = whole[:10]
    with pytest.raises(ObjetIllisible):
        with_ins(name, EXPLICIT_LE, INS)  # cut inside PatientName: where the sequence belongs is beyond
    cut = with_ins(whole[:-50], EXPLICIT_LE, INS)  # cut inside PatientComments, after that place
    assert cut.endswith(whole[12:-50])


@pytest.mark.parametrize("vr", [b"LO", b"OB"])
def test_another_vr_at_that_place_is_refused(vr: bytes):
    long = vr == b"OB"
    with pytest.raises(ObjetIllisible):
        with_ins(b"\x10\x00\x02\x10" + vr + (b"\0\0" if long else b"") + bytes(4 if long else 2), EXPLICIT_LE, INS)


@given(data=st.binary(max_size=300), syntax=st.sampled_from(SYNTAXES))
def test_any_bytes_give_a_head_or_our_refusal(data: bytes, syntax: str):
    try:
        after = with_ins(data, syntax, INS)
    except ObjetIllisible:
        return
    assert after


def test_an_ins_shows_nothing_of_itself_in_a_repr():
    assert "279" not in repr(INS)
    assert Ins("1", "1.2.250.1.213.1.4.9").issuer == "ASIP-SANTE-INS-NIA"


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("before", [True, False])
def test_a_head_out_of_tag_order_never_gets_a_second_sequence(syntax: str, before: bool):
    sequence, patient, later = Dataset(), Dataset(), Dataset()
    sequence.OtherPatientIDsSequence = [other_id("IPP", None)]
    patient.PatientID, later.BodyPartExamined = "IPP", "HEAD"
    pieces = [encode(part, syntax) for part in (patient, later)]
    pieces.insert(0 if before else 2, encode(sequence, syntax))
    with pytest.raises(ObjetIllisible):
        with_ins(b"".join(pieces), syntax, INS, len(pieces[0]) if before else 0)


def test_bytes_that_look_like_the_tag_of_the_sequence_change_nothing():
    dataset = Dataset()
    dataset.PatientID, dataset.PatientComments = "IPP", "\x10\x00\x02\x10"
    spliced = decode(with_ins(encode(dataset, EXPLICIT_LE), EXPLICIT_LE, INS), EXPLICIT_LE)
    assert [item.PatientID for item in spliced.OtherPatientIDsSequence] == [INS.value]
