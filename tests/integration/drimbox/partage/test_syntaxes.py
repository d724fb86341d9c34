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

from drimbox.socle.pacs.model import ObjetDicom
from tests.integration.drimbox.partage.faux_pacs import pacs_that_gives
from tests.integration.drimbox.partage.maille import Etude, Maille
from tests.integration.drimbox.partage.requests import get, headers, parts

PREFIX = "1.2.840.10008.1.2.4."
EXPLICIT, CT = "1.2.840.10008.1.2.1", "1.2.840.10008.5.1.4.1.1.2"
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
    from drimbox.source.partage.conversion.codec import transcode
    from drimbox.source.partage.fichier import file_head

    uid = etude.instances[etude.series[0]][0]
    content = await asyncio.to_thread(transcode, file_head(CT, uid, EXPLICIT) + etude.datasets[uid], PREFIX + "80")
    return ObjetDicom(CT, uid, PREFIX + "80", content)


@pytest.mark.parametrize("syntax", TEN)
async def test_each_of_the_ten_syntaxes_is_kept_when_it_is_the_stored_one_and_accepted_in_any_form(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch, syntax: str
) -> None:
    uid = etude.instances[etude.series[0]][0]
    pacs_that_gives(monkeypatch, ObjetDicom(CT, uid, syntax, etude.datasets[uid]))
    for status, kind, body in await ask(porte, etude, *(form(syntax) for form in FORMS)):
        assert status == 200, body
        assert f"transfer-syntax={syntax};" in kind
        (part,) = parts(kind, body)
        assert pydicom.dcmread(BytesIO(part.get_content()), stop_before_pixels=True).file_meta.TransferSyntaxUID == syntax


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
