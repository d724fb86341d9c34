# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Requests of the homologation known by their description alone, rebuilt from it: each table of weights, in each form of Accept."""

from __future__ import annotations

import asyncio
import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest

from drimbox.socle.pacs.model import ObjetDicom
from drimbox.source.admission.accept import read_accept
from drimbox.source.partage.conversion.codec import transcode
from drimbox.source.partage.fichier import file_head
from tests.conformance.drimbox.partage.test_requetes_officielles import path_of, send
from tests.drimbox_env import DB
from tests.integration.drimbox.partage.faux_pacs import pacs_that_gives
from tests.integration.drimbox.partage.maille import Etude, Maille, token
from tests.integration.drimbox.partage.requests import parts

PREFIX = "1.2.840.10008.1.2.4."
EXPLICIT, BASELINE, CT = "1.2.840.10008.1.2.1", PREFIX + "50", "1.2.840.10008.5.1.4.1.1.2"
VIDEO = ("100", "101", "102", "103")
# weights of .70, .80, .91, .50 and .51, the videos, 1.2.1
TABLES = {
    "CI-SIS with loss": ("0.6", "0.5", "0.5", "0.9", "0.9", "0.5", "0.4"),
    "CI-SIS without loss": ("0.9", "0.8", "0.6", "0.5", "0.5", "0.5", "0.4"),
    "flat": ("0.5",) * 7,
    "min and max, client": ("1.0", "1.0", "0.5", "0.1", "0.1", "0.5", "0.5"),
    "min and max, validator": ("1", "0.5", "0.5", "0", "0.0", "0.5", "1.0"),
}


def weights(table: str) -> dict[str, str]:
    lossless, ls, wavelet, baseline, extended, video, plain = TABLES[table]
    made = {"70": lossless, "80": ls, "91": wavelet, "50": baseline, "51": extended} | dict.fromkeys(VIDEO, video)
    return {PREFIX + number: weight for number, weight in made.items()} | {EXPLICIT: plain}


def accepts(table: str) -> list[list[str]]:
    """Return the Accept lines of the three forms: one header that ends in a comma, ten lines, ten lines without a media type."""
    known = weights(table).items()
    media = [f'multipart/related; type="application/dicom";transfer-syntax={s};q={q}' for s, q in known]
    return [
        ["Accept:" + ",".join(f"{one};boundary=**" for one in media) + ","],
        [f"Accept: {one};boundary=myboundary" for one in media],
        [f"Accept: transfer-syntax={s};q={q};boundary=myboundary" for s, q in known],
    ]


def request(etude: Etude, level: str, bearer: str, lines: list[str]) -> bytes:
    proofs = [f"KOS-SOPInstanceUID: {etude.kos}", f"Authorization: Bearer {bearer}"]
    return "\r\n".join([f"GET {path_of(etude, level)} HTTP/1.1", *proofs, *lines, f"Host: {DB}", "Connection: close", "", ""]).encode()


@pytest.mark.parametrize("table", TABLES)
def test_the_three_forms_of_a_table_say_the_same_weights(table: str) -> None:
    read = [read_accept([line.partition(":")[2].strip() for line in lines]).qualities for lines in accepts(table)]
    assert read[0] == read[1] == read[2]
    assert {uid: float(weight) for uid, weight in weights(table).items()}.items() <= dict(read[0]).items()


async def test_each_table_in_each_form_gives_every_image_as_it_is_stored(porte: Maille, etude: Etude) -> None:
    bearer = await token(porte.settings)
    for table in TABLES:
        for lines, (level, count) in zip(accepts(table), (("study", 6), ("series", 3), ("instance", 1)), strict=True):
            status, headers, body = await send(porte, request(etude, level, bearer, lines))
            assert status == 200, (table, level)
            images = [pydicom.dcmread(BytesIO(part.get_content())) for part in parts(headers["content-type"], body)]
            assert [str(image.file_meta.TransferSyntaxUID) for image in images] == [EXPLICIT] * count


def stored_with_loss(etude: Etude) -> tuple[ObjetDicom, bytes]:
    """Return an object of the exam stored in JPEG with loss, and the file that holds it."""
    uid = etude.instances[etude.series[0]][0]
    image = pydicom.dcmread(BytesIO(file_head(CT, uid, EXPLICIT) + etude.datasets[uid]))
    image.BitsAllocated = image.BitsStored = 8
    image.HighBit, image.PixelRepresentation = 7, 0
    image.PixelData = (np.add.outer(np.arange(128), np.arange(128)) % 256).astype("u1").tobytes()
    image["PixelData"].VR = "OB"
    for keyword in ("SmallestImagePixelValue", "LargestImagePixelValue", "PixelPaddingValue"):
        image.pop(keyword, None)
    plain = BytesIO()
    image.save_as(plain, enforce_file_format=True)
    content = transcode(plain.getvalue(), BASELINE)
    return ObjetDicom(CT, uid, BASELINE, content), file_head(CT, uid, BASELINE) + content


@pytest.mark.peer("dcmtk")
async def test_a_weight_of_zero_is_never_sent_and_what_is_made_instead_has_the_pixels_that_dcmtk_reads(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    objet, part10 = await asyncio.to_thread(stored_with_loss, etude)
    stored, plain = tmp_path / "stored.dcm", tmp_path / "plain.dcm"
    stored.write_bytes(part10)
    await asyncio.to_thread(subprocess.run, ["/usr/bin/dcmdjpeg", stored, plain], check=True, timeout=60)
    expected = pydicom.dcmread(plain).pixel_array
    pacs_that_gives(monkeypatch, objet)
    bearer = await token(porte.settings)
    for table in TABLES:
        kept = float(weights(table)[BASELINE]) > 0
        for lines in accepts(table):
            status, headers, body = await send(porte, request(etude, "instance", bearer, lines))
            assert status == 200, table
            (part,) = parts(headers["content-type"], body)
            image = pydicom.dcmread(BytesIO(part.get_content()))
            assert str(image.file_meta.TransferSyntaxUID) in ({BASELINE} if kept else {PREFIX + "70", EXPLICIT}), table
            if kept:
                assert part.get_content().endswith(objet.dataset[objet.dataset.index(b"\xe0\x7f\x10\x00OB") :])
            else:
                assert np.array_equal(image.pixel_array, expected)
