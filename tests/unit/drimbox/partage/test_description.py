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

from drimbox.socle.pacs.elements import DEFLATED, deflate
from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.socle.pacs.tete import LecteurTete
from drimbox.source.admission.errors import MetadonneesTropLongues, PacsEnErreur
from drimbox.source.partage import description
from drimbox.source.partage.conversion.tenues import LimitesTenues, Tenues
from drimbox.source.partage.description import described
from drimbox.source.partage.lecture import ObjetServi
from drimbox.source.partage.tri import HeadFilter, HeadLimits

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


async def test_a_deflated_head_is_described_like_another() -> None:
    row = await row_of(deflate(encode(report(10))), DEFLATED)
    assert len(row["0040A730"]["Value"]) == 10  # type: ignore[index]  # JSON of the shape that is tested
    assert row["00083002"] == {"vr": "UI", "Value": [DEFLATED]}


async def test_a_short_deflated_head_that_holds_a_long_one_meets_the_same_bounds() -> None:
    data = deflate(encode(report(12_000)))
    assert len(data) < 1 << 20
    with pytest.raises(MetadonneesTropLongues):
        await row_of(data, DEFLATED)


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
async def test_a_document_keeps_what_is_said_of_it_and_not_its_bytes(syntax: str) -> None:
    document = Dataset()
    document.DocumentTitle, document.EncapsulatedDocument = "Compte rendu", b"%PDF" + bytes(3_000_000)
    document.MIMETypeOfEncapsulatedDocument = "application/pdf"
    row = await row_of(encode(document, syntax), syntax)
    assert row["00420012"] == {"vr": "LO", "Value": ["application/pdf"]}
    assert "00420011" not in row


async def test_what_does_not_hold_is_refused_and_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    for limits in (HeadLimits(kept=1 << 20), HeadLimits(gathered=1 << 20)):
        monkeypatch.setattr(description, "LIMITS", limits)
        with pytest.raises(MetadonneesTropLongues):
            await row_of(encode(report(3000)))


async def test_a_value_of_any_size_passes_without_being_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(description, "LIMITS", HeadLimits(gathered=2 << 20))
    document = Dataset()
    document.EncapsulatedDocument, document.MIMETypeOfEncapsulatedDocument = bytes(40 << 20), "model/stl"
    document.add_new(0x00431001, "OB", bytes(5 << 20))  # before it, a private element that is as long
    document.PixelData, document["PixelData"].VR = bytes(3 << 20), "OB"
    most, real = [0], HeadFilter.feed

    def watched(self: HeadFilter, data: bytes | memoryview) -> None:
        real(self, data)
        most[0] = max(most[0], self.held)

    monkeypatch.setattr(HeadFilter, "feed", watched)
    row = await row_of(encode(document))
    assert row["00420012"] == {"vr": "LO", "Value": ["model/stl"]}
    assert not {"00420011", "00431001", "7FE00010"} & row.keys()
    assert 0 < most[0] < 1000


async def test_a_head_that_ends_inside_an_element_is_a_fault_of_the_pacs() -> None:
    whole = encode(report(3000))
    for cut in (len(whole) - 30, len(whole) - 3, (1 << 20) + 1):
        with pytest.raises(PacsEnErreur):
            await row_of(whole[:cut])


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_head_that_ends_inside_a_value_that_is_let_go_is_refused_however_it_comes(step: int) -> None:
    whole = b"\x0d\x4a\x65\x2d" + (5000).to_bytes(4, "little") + bytes(1200)  # a private value, of which the end never comes
    head = HeadFilter(IMPLICIT, HeadLimits())
    for start in range(0, len(whole), step):
        head.feed(whole[start : start + step])
    with pytest.raises(ObjetIllisible):
        head.end()


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
        assert len(kept_of(data, syntax, len(data) or 1)) <= len(data)


@given(st.integers(0, 40), st.integers(1, 90), st.booleans(), st.sampled_from([EXPLICIT, IMPLICIT]))
def test_however_the_bytes_come_the_same_is_kept(lines: int, step: int, undefined: bool, syntax: str) -> None:
    dataset = report(lines)
    dataset["ContentSequence"].is_undefined_length = undefined
    dataset.EncapsulatedDocument, dataset.DocumentTitle = bytes(5000), "Compte rendu"
    expected = encode(dataset, syntax)
    del dataset.EncapsulatedDocument
    assert kept_of(expected, syntax, step) == encode(dataset, syntax)


def kept_of(data: bytes, syntax: str, step: int) -> bytes:
    """Return what is kept of a data set that comes by pieces of that length."""
    head = HeadFilter(syntax, HeadLimits())
    for start in range(0, len(data), step):
        head.feed(memoryview(data)[start : start + step])
    return head.end()
