# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Metadata of long heads: whole, or refused; what is never told takes no memory."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.socle.pacs.tete import LecteurTete
from drimbox.source.admission.errors import MetadonneesTropLongues, PacsEnErreur
from drimbox.source.partage import description
from drimbox.source.partage.conversion.tenues import LimitesTenues, Tenues
from drimbox.source.partage.description import described, without_bulk
from drimbox.source.partage.lecture import ObjetServi

EXPLICIT, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
BLOCK = 64 << 10


def encode(dataset: Dataset, syntax: str = EXPLICIT) -> bytes:
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, syntax == IMPLICIT
    write_dataset(buffer, dataset)
    return bytes(buffer.getvalue())


def served(data: bytes, syntax: str = EXPLICIT) -> ObjetServi:
    """What the door holds of an object: the head that the machine gathers, then blocks."""
    lecteur = LecteurTete(syntax)
    found = lecteur.feed(memoryview(data))
    tete, rest = found or (lecteur.end(), memoryview(b""))

    async def lots() -> AsyncIterator[tuple[memoryview, ...]]:
        for start in range(0, len(rest), BLOCK):
            yield (rest[start : start + BLOCK],)

    return ObjetServi("1.2", "1.3", "1.4", syntax, tete.entete, None, lots, tete.whole)


async def row_of(data: bytes, syntax: str = EXPLICIT) -> dict[str, object]:
    tenues = Tenues(LimitesTenues())
    found = json.loads(await described(served(data, syntax), "https://db/1", tenues))
    assert tenues.held == 0
    assert isinstance(found, dict)
    return found


def report(lines: int) -> Dataset:
    found, items = Dataset(), []
    for number in range(lines):
        item = Dataset()
        item.ValueType, item.TextValue = "TEXT", f"ligne {number} " + "x" * 400
        items.append(item)
    found.ContentSequence, found.CompletionFlag = items, "COMPLETE"
    return found


async def test_a_report_longer_than_a_head_keeps_every_line() -> None:
    row = await row_of(encode(report(3000)))
    assert len(row["0040A730"]["Value"]) == 3000  # type: ignore[index]  # JSON of the shape that is tested
    assert row["0040A491"] == {"vr": "CS", "Value": ["COMPLETE"]}


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
async def test_a_document_keeps_what_is_said_of_it_and_not_its_bytes(syntax: str) -> None:
    document = Dataset()
    document.DocumentTitle, document.EncapsulatedDocument = "Compte rendu", b"%PDF" + bytes(3_000_000)
    document.MIMETypeOfEncapsulatedDocument = "application/pdf"
    row = await row_of(encode(document, syntax), syntax)
    assert row["00420012"] == {"vr": "LO", "Value": ["application/pdf"]}
    assert "00420011" not in row


async def test_what_does_not_hold_is_refused_and_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(description, "MAX_DESCRIBED", 1 << 20)
    with pytest.raises(MetadonneesTropLongues):
        await row_of(encode(report(3000)))
    monkeypatch.setattr(description, "MAX_DESCRIBED", 4 << 20)
    monkeypatch.setattr(description, "MAX_GATHERED", 1 << 20)
    with pytest.raises(MetadonneesTropLongues):
        await row_of(encode(report(3000)))


async def test_a_head_that_came_whole_waits_for_no_memory() -> None:
    small = Dataset()
    small.PatientID = "IPP1"
    full = Tenues(LimitesTenues(places=1, seconds=0.01))
    async with full.one():
        found = json.loads(await described(served(encode(small)), "https://db/1", full))
    assert found["00100020"]["Value"] == ["IPP1"]


async def test_a_head_that_cannot_be_read_is_a_fault_of_the_pacs() -> None:
    broken = ObjetServi("1.2", "1.3", "1.4", EXPLICIT, b"\x08\x00\x05\x00SQ\0\0\x08\0\0\0abcdefgh", None, served(b"").lots)
    with pytest.raises(PacsEnErreur):
        await described(broken, "https://db/1", Tenues(LimitesTenues()))


@given(st.binary(max_size=300), st.sampled_from([EXPLICIT, IMPLICIT]))
def test_whatever_the_bytes_only_our_refusals_leave(data: bytes, syntax: str) -> None:
    with suppress(ObjetIllisible, MetadonneesTropLongues):
        assert len(without_bulk(data, syntax)) <= len(data)
