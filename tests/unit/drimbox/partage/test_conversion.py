# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Images turned into other syntaxes, in processes apart: nothing of the header changes, and a codec that dies costs one object."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.datadict import keyword_for_tag

from drimbox.source.admission.errors import ConversionImpossible
from drimbox.source.partage.conversion import message
from drimbox.source.partage.conversion.atelier import Atelier, AtelierLimits
from drimbox.source.partage.conversion.pixels import read_pixels
from drimbox.source.partage.conversion.rules import LOSSY, UNCOMPRESSED, Pixels, producible
from drimbox.source.partage.fichier import file_head

PREFIX = "1.2.840.10008.1.2.4."
EXPLICIT = "1.2.840.10008.1.2.1"
LOSSLESS = (EXPLICIT, PREFIX + "70", PREFIX + "80", PREFIX + "91")
SAMPLES = (
    "CT_small.dcm",
    "MR_small_RLE.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_implicit.dcm",
    "image_dfl.dcm",
    "JPEG2000.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "MR_small_jp2klossless.dcm",
    "SC_rgb_rle_2frame.dcm",
    "SC_rgb_jpeg_dcmtk.dcm",
)


def sample(name: str) -> bytes:
    return Path(str(get_testdata_file(name, download=False))).read_bytes()


def as_file(source: Any, syntax: str, content: bytes) -> Any:
    return pydicom.dcmread(BytesIO(file_head(str(source.SOPClassUID), str(source.SOPInstanceUID), syntax) + content))


@pytest.fixture(scope="module")
def ct() -> bytes:
    return sample("CT_small.dcm")


@pytest.fixture
async def atelier() -> AsyncIterator[Atelier]:
    found = Atelier(AtelierLimits(processes=1, seconds=20.0))
    yield found
    await found.close()


async def test_every_syntax_that_we_read_becomes_every_lossless_one_and_its_pixels_stay(atelier: Atelier) -> None:
    for name in SAMPLES:
        source = sample(name)
        before = pydicom.dcmread(BytesIO(source))
        for wanted in LOSSLESS:
            after = as_file(before, wanted, await atelier.transcode(source, wanted))
            assert after.file_meta.TransferSyntaxUID == wanted
            assert np.array_equal(after.pixel_array, before.pixel_array), (name, wanted)
            assert _changed(before, after) <= {"PixelData", "PhotometricInterpretation", "PlanarConfiguration"}, (name, wanted)


def _changed(before: Any, after: Any) -> set[str]:
    tags = {element.tag for element in (*before, *after)}
    return {keyword_for_tag(tag) for tag in tags if tag not in before or tag not in after or before[tag] != after[tag]}


@pytest.mark.peer("dcmtk")
@pytest.mark.parametrize(("wanted", "tool"), [(PREFIX + "70", "dcmdjpeg"), (PREFIX + "80", "dcmdjpls")])
async def test_dcmtk_reads_in_what_we_made_the_pixels_that_were_stored(
    atelier: Atelier, ct: bytes, tmp_path: Path, wanted: str, tool: str
) -> None:
    before = pydicom.dcmread(BytesIO(ct))
    made, plain = tmp_path / "made.dcm", tmp_path / "plain.dcm"
    made.write_bytes(file_head(str(before.SOPClassUID), str(before.SOPInstanceUID), wanted) + await atelier.transcode(ct, wanted))
    await asyncio.to_thread(subprocess.run, [f"/usr/bin/{tool}", made, plain], check=True, timeout=30)
    assert pydicom.dcmread(plain).PixelData == before.PixelData


async def test_jpeg_with_loss_says_so_in_the_header(atelier: Atelier) -> None:
    grey = pydicom.dcmread(BytesIO(await _eight_bits()))
    content = await atelier.transcode(await _eight_bits(), PREFIX + "50")
    after = as_file(grey, PREFIX + "50", content)
    assert (after.LossyImageCompression, after.LossyImageCompressionMethod) == ("01", "ISO_10918_1")
    assert np.abs(after.pixel_array.astype(int) - grey.pixel_array).max() <= 40


async def _eight_bits() -> bytes:
    """An 8-bit grey image with a slope in it."""
    image = pydicom.dcmread(str(get_testdata_file("CT_small.dcm", download=False)))
    image.BitsAllocated = image.BitsStored = 8
    image.HighBit, image.PixelRepresentation, image.Rows, image.Columns = 7, 0, 64, 64
    image.PixelData = (np.add.outer(np.arange(64), np.arange(64)) * 2 % 256).astype("uint8").tobytes()
    image["PixelData"].VR = "OB"
    for keyword in ("SmallestImagePixelValue", "LargestImagePixelValue", "PixelPaddingValue"):
        image.pop(keyword, None)
    buffer = BytesIO()
    image.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


async def test_pixels_that_cannot_be_read_cost_one_refusal_and_the_process_goes_on(atelier: Atelier, ct: bytes) -> None:
    broken = ct[: len(ct) // 2]
    with pytest.raises(ConversionImpossible):
        await atelier.transcode(broken, PREFIX + "80")
    assert await atelier.transcode(ct, PREFIX + "80")


async def test_a_codec_that_dies_costs_one_object_and_a_new_process_takes_the_next(atelier: Atelier, ct: bytes) -> None:
    await atelier.transcode(ct, EXPLICIT)
    (ouvrier,) = atelier._idle
    os.kill(ouvrier.process.pid, signal.SIGSTOP)  # it takes the work and is killed with it
    work = asyncio.create_task(atelier.transcode(ct, EXPLICIT))
    await asyncio.sleep(0)
    os.kill(ouvrier.process.pid, signal.SIGKILL)
    with pytest.raises(ConversionImpossible):
        await work
    assert await atelier.transcode(ct, EXPLICIT)


async def test_a_process_that_the_system_ends_while_it_waits_costs_nothing(atelier: Atelier, ct: bytes) -> None:
    assert await atelier.frames(ct, (1,))
    (ouvrier,) = atelier._idle
    os.kill(ouvrier.process.pid, signal.SIGKILL)
    await ouvrier.process.wait()
    assert await atelier.frames(ct, (1,))
    assert atelier._idle != [ouvrier]


async def test_an_abort_inside_the_codec_is_survived(atelier: Atelier) -> None:
    """This encoder ends its process on an image of three pixels: the rules never ask it, and if they did nobody else would suffer."""
    tiny = sample("SC_rgb_small_odd.dcm")
    with pytest.raises(ConversionImpossible):
        await atelier.transcode(tiny, PREFIX + "91")
    assert PREFIX + "91" not in producible(EXPLICIT, read_pixels(_dataset(tiny), EXPLICIT))


async def test_attempts_end_with_the_time_of_one_object(ct: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, tried = Atelier(AtelierLimits(processes=1, seconds=0.001)), list[str]()
    real: Any = Atelier.transcode

    async def counted(self: Atelier, part10: bytes, wanted: str, *others: Any) -> bytes:
        tried.append(wanted)
        return bytes(await real(self, part10, wanted, *others))

    monkeypatch.setattr(Atelier, "transcode", counted)
    with pytest.raises(ConversionImpossible):
        await slow.transcode_to_one_of(ct, LOSSLESS[1:])
    await slow.close()
    assert tried == [PREFIX + "70"]


async def test_time_and_memory_are_bounded(ct: bytes) -> None:
    slow = Atelier(AtelierLimits(processes=1, seconds=0.001))
    with pytest.raises(ConversionImpossible):
        await slow.transcode(ct, PREFIX + "91")
    await slow.close()
    small = Atelier(AtelierLimits(processes=1, content=1000))
    with pytest.raises(ConversionImpossible):
        await small.transcode(ct, EXPLICIT)
    await small.close()
    poor = Atelier(AtelierLimits(processes=1, memory=1 << 26))
    with pytest.raises(ConversionImpossible):
        await poor.transcode(ct, EXPLICIT)
    await poor.close()


async def test_who_leaves_before_the_answer_leaves_no_answer_to_the_next(
    atelier: Atelier, ct: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, real = asyncio.Event(), asyncio.StreamWriter.drain

    async def drained(self: asyncio.StreamWriter) -> None:
        await real(self)
        given.set()

    monkeypatch.setattr(asyncio.StreamWriter, "drain", drained)
    work = asyncio.create_task(atelier.transcode(ct, PREFIX + "91"))
    await asyncio.wait_for(given.wait(), 60)  # the process has the object
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    before = pydicom.dcmread(BytesIO(ct))
    assert as_file(before, EXPLICIT, await atelier.transcode(ct, EXPLICIT)).PixelData == before.PixelData


async def test_a_rendering_shows_the_window_of_the_header(atelier: Atelier, ct: bytes) -> None:
    picture = Image.open(BytesIO(await atelier.render(ct, 1, "image/png")))
    expected = pydicom.dcmread(BytesIO(ct)).pixel_array
    assert picture.size == (128, 128)
    assert picture.mode == "L"
    seen = np.asarray(picture).astype(int)
    bright, dark = seen[expected > np.percentile(expected, 95)], seen[expected < np.percentile(expected, 5)]
    assert bright.mean() > dark.mean() + 50
    assert Image.open(BytesIO(await atelier.render(ct, 1, "image/jpeg"))).format == "JPEG"


async def test_frames_are_those_of_the_object(atelier: Atelier, ct: bytes) -> None:
    assert await atelier.frames(ct, (1,)) == [pydicom.dcmread(BytesIO(ct)).PixelData]
    with pytest.raises(ConversionImpossible):
        await atelier.frames(ct, (2,))


def _dataset(part10: bytes) -> bytes:
    return part10[144 + int.from_bytes(part10[140:144], "little") :]


@pytest.mark.parametrize(
    ("pixels", "lossy"),
    [
        (Pixels(8, 8, 7, 1, signed=False, photometric="MONOCHROME2", rows=64, columns=64), {PREFIX + "50", PREFIX + "51"}),
        (Pixels(16, 12, 11, 1, signed=False, photometric="MONOCHROME2", rows=64, columns=64), set()),
        (Pixels(16, 16, 15, 1, signed=True, photometric="MONOCHROME2", rows=64, columns=64), set()),
        (Pixels(8, 8, 7, 1, signed=False, photometric="PALETTE COLOR", rows=64, columns=64), set()),
    ],
)
def test_what_would_lie_on_the_pixels_is_never_made(pixels: Pixels, lossy: set[str]) -> None:
    made = producible(EXPLICIT, pixels)
    assert set(made) & LOSSY == lossy
    assert made[: len(made) - len(lossy)] == (PREFIX + "80", PREFIX + "70", PREFIX + "91", EXPLICIT)


@pytest.mark.parametrize("stored", [PREFIX + n for n in ("100", "101", "102", "103", "201", "202", "203")])
def test_video_and_htj2k_stay_as_they_are(stored: str) -> None:
    assert producible(stored, Pixels(8, 8, 7, 3, signed=False, photometric="YBR_PARTIAL_420", rows=64, columns=64)) == ()


def test_an_object_without_pixels_only_changes_the_way_it_is_written() -> None:
    assert producible("1.2.840.10008.1.2", None) == (EXPLICIT,)
    assert all(producible(stored, None) == (EXPLICIT,) for stored in UNCOMPRESSED)


@given(st.binary(max_size=200))
def test_whatever_a_process_answers_only_our_error_leaves(data: bytes) -> None:
    for read in (message.read_head, lambda text: message.head_length(text[:4].ljust(4, b"\0"))):
        try:
            read(data)
        except message.MessageRompu:
            continue
