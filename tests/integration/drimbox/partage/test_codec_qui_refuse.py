# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A codec that refuses at work: the image leaves in the next syntax that the peer accepts, the first of an answer as the later ones."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pydicom
import pytest
from multidict import CIMultiDict
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from drimbox.socle.pacs.model import ObjetDicom
from drimbox.source.admission.errors import ConversionImpossible
from drimbox.source.partage.conversion.atelier import Atelier
from tests.integration.drimbox.partage.faux_pacs import pacs_that_gives
from tests.integration.drimbox.partage.maille import Etude, Maille
from tests.integration.drimbox.partage.requests import get, headers, parts
from tests.integration.drimbox.partage.test_syntaxes import CT, EXPLICIT, IMPLICIT, PREFIX

JPEG_LS, JPEG_LOSSLESS = PREFIX + "80", PREFIX + "70"
PREFERENCES = f"transfer-syntax={JPEG_LS}, transfer-syntax={JPEG_LOSSLESS};q=0.9, transfer-syntax={EXPLICIT};q=0.1"


def stored(etude: Etude, number: int, *, cut: bool) -> ObjetDicom:
    """Return an object of the exam as a PACS keeps it; cut, it has fewer pixels than it says, and no codec takes it."""
    uid = etude.instances[etude.series[0]][number]
    image = pydicom.dcmread(BytesIO(etude.datasets[uid]), force=True)
    if cut:
        image.PixelData = image.PixelData[: len(image.PixelData) // 2]
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, True
    write_dataset(buffer, image)
    return ObjetDicom(CT, uid, IMPLICIT, buffer.getvalue())


async def asked(porte: Maille, etude: Etude, accept: str, tail: str = "") -> tuple[int, str, bytes]:
    given = CIMultiDict(await headers(porte, etude, Accept=accept))
    async with porte.client() as session:
        return await get(session, porte.url(etude, series=etude.series[0]) + tail, given)  # type: ignore[arg-type]  # headers


def syntaxes(kind: str, body: bytes) -> list[str]:
    files = [pydicom.dcmread(BytesIO(part.get_content())) for part in parts(kind, body)]
    return [str(one.file_meta.TransferSyntaxUID) for one in files]


@pytest.mark.parametrize("cut", [[True, True, True], [True, False, False], [False, True, False]])
async def test_each_image_leaves_in_the_best_syntax_whose_codec_takes_it(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch, cut: list[bool]
) -> None:
    objets = [stored(etude, number, cut=one) for number, one in enumerate(cut)]
    pacs_that_gives(monkeypatch, *objets)
    status, kind, body = await asked(porte, etude, PREFERENCES)
    assert status == 200, body
    assert syntaxes(kind, body) == [EXPLICIT if one else JPEG_LS for one in cut]
    assert f"transfer-syntax={EXPLICIT if cut[0] else JPEG_LS};" in kind
    for objet, part in zip(objets, parts(kind, body), strict=True):
        before = pydicom.dcmread(BytesIO(objet.dataset), force=True)
        after = pydicom.dcmread(BytesIO(part.get_content()))
        if after.file_meta.TransferSyntaxUID == EXPLICIT:
            assert after.PixelData == before.PixelData
        else:
            assert np.array_equal(after.pixel_array, np.frombuffer(before.PixelData, "<i2").reshape(after.pixel_array.shape))


async def test_what_every_codec_refuses_is_a_502(porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch) -> None:
    pacs_that_gives(monkeypatch, stored(etude, 0, cut=True))
    status, _, body = await asked(porte, etude, PREFERENCES.rpartition(",")[0])
    assert (status, b"partage.conversion_impossible" in body) == (502, True)


async def test_frames_leave_in_the_next_syntax_too(porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Any = Atelier.transcode

    async def without_jpeg_ls(self: Atelier, part10: bytes, wanted: str, *others: Any) -> bytes:
        if wanted == JPEG_LS:
            raise ConversionImpossible
        return bytes(await real(self, part10, wanted, *others))

    monkeypatch.setattr(Atelier, "transcode", without_jpeg_ls)
    pacs_that_gives(monkeypatch, stored(etude, 0, cut=False))
    accept = ", ".join(f'multipart/related; type="application/octet-stream"; transfer-syntax={uid}' for uid in (JPEG_LS, JPEG_LOSSLESS))
    status, kind, body = await asked(porte, etude, accept, f"/instances/{etude.instances[etude.series[0]][0]}/frames/1")
    assert status == 200, body
    assert f"transfer-syntax={JPEG_LOSSLESS};" in kind
