# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Every official syntax, in every official form of Accept: stored ones are kept, others are made, pixels are those that were stored."""

from __future__ import annotations

import asyncio
from io import BytesIO

import numpy as np
import pydicom
import pytest
from multidict import CIMultiDict
from pydicom.encaps import encapsulate
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from drimbox.socle.pacs.model import ObjetDicom
from tests.integration.drimbox.partage.faux_pacs import pacs_that_gives
from tests.integration.drimbox.partage.maille import Etude, Maille, after_ins
from tests.integration.drimbox.partage.requests import get, headers, parts

PREFIX = "1.2.840.10008.1.2.4."
IMPLICIT, EXPLICIT, CT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.5.1.4.1.1.2"
TEN = (EXPLICIT, *(PREFIX + n for n in ("50", "51", "70", "80", "91", "100", "101", "102", "103")))
MADE = (EXPLICIT, PREFIX + "70", PREFIX + "80", PREFIX + "91")


def one_header(syntax: str) -> list[str]:
    refused = ",".join(f'multipart/related; type="application/dicom";transfer-syntax={s};q=0;boundary=**' for s in TEN if s != syntax)
    return [f'{refused},multipart/related; type="application/dicom";transfer-syntax={syntax};q=0.5;boundary=**,']


def one_line_each(syntax: str) -> list[str]:
    weights = {wanted: "0.5" if wanted == syntax else "0.0" for wanted in TEN}
    return [f'multipart/related; type="application/dicom";transfer-syntax={s};q={q};boundary=myboundary' for s, q in weights.items()]


def without_media(syntax: str) -> list[str]:
    return [f"transfer-syntax={s};q={'1.0' if s == syntax else '0'};boundary=myboundary" for s in TEN]


FORMS = (one_header, one_line_each, without_media)


async def ask(porte: Maille, etude: Etude, *requests: list[str]) -> list[tuple[int, str, bytes]]:
    """Ask one instance once per set of Accept lines."""
    given = await headers(porte, etude)
    del given["Accept"]
    series = etude.series[0]
    url = porte.url(etude, series=series, instance=etude.instances[series][0])
    async with porte.client() as session:
        sets = [CIMultiDict([*given.items(), *(("Accept", line) for line in lines)]) for lines in requests]
        return [await get(session, url, one) for one in sets]  # type: ignore[arg-type]  # a header may be repeated


@pytest.mark.parametrize("syntax", MADE)
async def test_a_stored_syntax_that_is_refused_in_any_form_becomes_the_one_accepted_with_the_same_pixels(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch, syntax: str
) -> None:
    before = pydicom.dcmread(BytesIO(etude.datasets[etude.instances[etude.series[0]][0]]), force=True)
    before.file_meta.TransferSyntaxUID = EXPLICIT
    if syntax == EXPLICIT:  # what is stored is then something else
        pacs_that_gives(monkeypatch, await _as_jpeg_ls(etude))
    for status, kind, body in await ask(porte, etude, *(form(syntax) for form in FORMS)):
        assert status == 200, body
        assert f"transfer-syntax={syntax};" in kind
        (part,) = parts(kind, body)
        image = pydicom.dcmread(BytesIO(part.get_content()))
        assert image.file_meta.TransferSyntaxUID == syntax
        assert np.array_equal(image.pixel_array, before.pixel_array)


async def _as_jpeg_ls(etude: Etude) -> ObjetDicom:
    return await asyncio.to_thread(stored_as, etude, PREFIX + "80")


def stored_as(etude: Etude, syntax: str) -> ObjetDicom:
    """Return the first object of the exam as a PACS keeps it in a syntax; video, which nothing here makes, as bytes in one fragment."""
    from drimbox.source.partage.conversion.codec import transcode
    from drimbox.source.partage.fichier import file_head

    uid = etude.instances[etude.series[0]][0]
    plain = file_head(CT, uid, EXPLICIT) + (etude.datasets[uid] if syntax in MADE else eight_bits(etude))
    if syntax in TEN[6:]:
        image = pydicom.dcmread(BytesIO(plain))
        image.PixelData, image.file_meta.TransferSyntaxUID = encapsulate([bytes(range(256))]), syntax
        image["PixelData"].VR, image["PixelData"].is_undefined_length = "OB", True
        written = BytesIO()
        image.save_as(written, enforce_file_format=True)
        content = written.getvalue()
        return ObjetDicom(CT, uid, syntax, content[144 + int.from_bytes(content[140:144], "little") :])
    return ObjetDicom(CT, uid, syntax, plain[len(file_head(CT, uid, EXPLICIT)) :] if syntax == EXPLICIT else transcode(plain, syntax))


def eight_bits(etude: Etude) -> bytes:
    """Return the data set of the first object with eight bits of grey in a slope."""
    image = pydicom.dcmread(BytesIO(etude.datasets[etude.instances[etude.series[0]][0]]), force=True)
    for keyword in ("SmallestImagePixelValue", "LargestImagePixelValue", "PixelPaddingValue"):
        image.pop(keyword, None)
    image.BitsAllocated = image.BitsStored = 8
    image.HighBit, image.PixelRepresentation = 7, 0
    image.PixelData = np.add.outer(np.arange(128), np.arange(128)).astype("u1").tobytes()
    image["PixelData"].VR = "OB"
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_dataset(buffer, image)
    return buffer.getvalue()


@pytest.mark.parametrize("syntax", TEN)
async def test_each_of_the_ten_syntaxes_is_kept_when_it_is_the_stored_one_and_accepted_in_any_form(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch, syntax: str
) -> None:
    stored = await asyncio.to_thread(stored_as, etude, syntax)
    pacs_that_gives(monkeypatch, stored)
    for status, kind, body in await ask(porte, etude, *(form(syntax) for form in FORMS)):
        assert status == 200, body
        assert f"transfer-syntax={syntax};" in kind
        (part,) = parts(kind, body)
        assert pydicom.dcmread(BytesIO(part.get_content()), stop_before_pixels=True).file_meta.TransferSyntaxUID == syntax
        assert part.get_content().endswith(after_ins(stored.dataset))  # its pixels among them, byte for byte


async def test_a_star_keeps_what_is_stored(porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch) -> None:
    uid = etude.instances[etude.series[0]][0]
    pacs_that_gives(monkeypatch, ObjetDicom(CT, uid, PREFIX + "57", etude.datasets[uid]))
    for status, kind, _ in await ask(porte, etude, ["*/*"], ['multipart/related; type="application/dicom"; transfer-syntax=*']):
        assert status == 200
        assert f"transfer-syntax={PREFIX}57;" in kind


async def test_what_nothing_can_make_of_the_image_is_a_406(porte: Maille, etude: Etude) -> None:
    asked = [form(PREFIX + n) for n in ("50", "100", "101", "102", "103") for form in FORMS]
    for status, kind, body in await ask(porte, etude, *asked):
        assert (status, kind) == (406, "application/problem+json")
        assert b"partage.syntaxe_refusee" in body


async def test_the_best_weight_that_can_be_made_is_chosen(porte: Maille, etude: Etude) -> None:
    lines = [f"transfer-syntax={PREFIX}70;q=0.9,transfer-syntax={PREFIX}102;q=1,transfer-syntax={PREFIX}80;q=0.3"]
    ((status, kind, _),) = await ask(porte, etude, lines)
    assert status == 200
    assert f"transfer-syntax={PREFIX}70;" in kind


def described(etude: Etude, pixels: np.ndarray, photometric: str, stored: int) -> ObjetDicom:
    """The first object of an exam, with other pixels of eight bits."""
    uid = etude.instances[etude.series[0]][0]
    image = pydicom.dcmread(BytesIO(etude.datasets[uid]), force=True)
    image.Rows, image.Columns = pixels.shape[:2]
    image.SamplesPerPixel, image.PhotometricInterpretation = pixels.ndim * 2 - 3, photometric
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 8, stored, stored - 1, 0
    if pixels.ndim > 2:
        image.PlanarConfiguration = 0
    for keyword in ("SmallestImagePixelValue", "LargestImagePixelValue", "PixelPaddingValue"):
        image.pop(keyword, None)
    image.PixelData, image["PixelData"].VR = pixels.tobytes(), "OB"
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, True
    write_dataset(buffer, image)
    return ObjetDicom(CT, uid, IMPLICIT, buffer.getvalue())


async def test_colours_that_leave_with_loss_are_those_that_were_stored_and_the_header_says_the_loss(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = np.full((64, 64, 3), (200, 0, 0), "u1")
    pacs_that_gives(monkeypatch, described(etude, stored, "RGB", 8))
    ((status, kind, body),) = await ask(porte, etude, [f"transfer-syntax={PREFIX}50"])
    assert status == 200, body
    (part,) = parts(kind, body)
    image = pydicom.dcmread(BytesIO(part.get_content()))
    assert np.abs(image.pixel_array.astype(int) - stored).max() <= 4
    assert (image.LossyImageCompression, image.ImageType[0]) == ("01", "DERIVED")


async def test_what_an_encoder_would_die_of_is_sent_in_the_next_choice_or_refused(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = (np.arange(64 * 64) % 128).astype("u1").reshape(64, 64)
    pacs_that_gives(monkeypatch, described(etude, stored, "MONOCHROME2", 7))
    lines = [f"transfer-syntax={PREFIX}80", f"transfer-syntax={EXPLICIT};q=0.1"]
    (status, kind, body), (refused, _, problem) = await ask(porte, etude, lines, lines[:1])
    assert status == 200, body
    assert f"transfer-syntax={EXPLICIT};" in kind
    assert np.array_equal(pydicom.dcmread(BytesIO(parts(kind, body)[0].get_content())).pixel_array, stored)
    assert (refused, b"partage.syntaxe_refusee" in problem) == (406, True)
