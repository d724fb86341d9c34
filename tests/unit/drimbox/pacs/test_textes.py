# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A sequence where a text is expected: no reader ever writes it out (pydicom takes gigabytes for fifteen hundred bytes of it)."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from drimbox.socle.kos.errors import KosIllisible
from drimbox.socle.kos.reader import read_kos
from drimbox.socle.pacs import questions_dimse
from drimbox.socle.pacs.elements import EXPLICIT_LE
from drimbox.socle.pacs.identifiants import read_identifiants
from drimbox.socle.pacs.ins import ins_of, issuer_of
from drimbox.socle.pacs.textes import texte_de
from drimbox.socle.personnes import OIDS_INS
from drimbox.source.partage.conversion.pixels import read_pixels
from drimbox.source.reception.errors import NoteIllisible
from drimbox.source.reception.iocm import read_note

DEPTH = 4
ROWS, COLUMNS, ALLOCATED = (struct.pack("<HH2sHH", 0x28, element, b"US", 2, 8) for element in (0x10, 0x11, 0x100))
OID = min(OIDS_INS).encode()


@pytest.fixture(autouse=True)
def written(monkeypatch: pytest.MonkeyPatch) -> list[Sequence]:
    """Sequences turned into text; none may be, and none really is."""
    seen: list[Sequence] = []

    def note(sequence: Sequence) -> str:
        seen.append(sequence)
        return ""

    monkeypatch.setattr(Sequence, "__str__", note)
    return seen


def sequence(keyword: str, *items: bytes) -> bytes:
    """Encode an element as a sequence, whatever its VR should be."""
    tag = tag_for_keyword(keyword) or 0
    content = b"".join(struct.pack("<HHI", 0xFFFE, 0xE000, len(item)) + item for item in items)
    return struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, b"SQ", 0, len(content)) + content


def nested(keyword: str) -> bytes:
    """Encode a sequence of sequences of sequences in the place of a text."""
    value = ROWS
    for _ in range(DEPTH):
        value = sequence(keyword, value)
    return value


def nested_set(keyword: str) -> Dataset:
    inner = Dataset()
    inner.Rows = 1
    for _ in range(DEPTH):
        outer = Dataset()
        outer.add_new(tag_for_keyword(keyword) or 0, "SQ", [inner])
        inner = outer
    return inner


def _universal() -> bytes:
    return struct.pack("<HH2sHI", 0x40, 0x32, b"UT", 0, len(OID)) + OID


def _qualified(item: bytes) -> bytes:
    return sequence("IssuerOfPatientIDQualifiersSequence", item)


def _photometric() -> str:
    pixels = read_pixels(nested("PhotometricInterpretation") + ROWS + COLUMNS + ALLOCATED, EXPLICIT_LE)
    assert pixels is not None
    return pixels.photometric


def test_a_text_is_given_as_it_is_and_all_else_is_empty(written: list[Sequence]) -> None:
    plain = Dataset()
    plain.PatientID, plain.Rows, plain.AccessionNumber = "123 ", 12, None
    assert [texte_de(plain, keyword) for keyword in ("PatientID", "Rows", "AccessionNumber", "StudyID")] == ["123 ", "12", "", ""]
    assert texte_de(nested_set("PatientID"), "PatientID") == ""
    assert not written


@pytest.mark.parametrize(
    ("read", "found"),
    [
        pytest.param(lambda: issuer_of(nested("IssuerOfPatientID"), EXPLICIT_LE), "", id="issuer of the patient"),
        pytest.param(lambda: ins_of(_qualified(sequence("UniversalEntityID", ROWS, OID)), EXPLICIT_LE), [], id="authority of an INS"),
        pytest.param(lambda: ins_of(nested("PatientID") + _qualified(_universal()), EXPLICIT_LE), [""], id="an INS that is no text"),
        pytest.param(_photometric, "", id="photometric interpretation"),
        pytest.param(lambda: read_identifiants(nested("SOPClassUID"), EXPLICIT_LE).sop_class, "", id="class of an object"),
        pytest.param(lambda: questions_dimse._text(nested_set("PatientID"), "PatientID"), "", id="answer of a C-FIND"),
    ],
)
def test_nested_sequences_read_as_an_empty_text(read: Callable[[], object], found: object, written: list[Sequence]) -> None:
    assert read() == found
    assert not written


def test_a_note_made_of_nested_sequences_is_refused_unwritten(written: list[Sequence]) -> None:
    with pytest.raises(NoteIllisible):
        read_note(nested("SOPClassUID"))
    assert not written


def test_a_kos_made_of_nested_sequences_is_refused_unwritten(written: list[Sequence]) -> None:
    with pytest.raises(KosIllisible):
        read_kos(bytes(128) + b"DICM" + nested("SOPClassUID"))
    assert not written
