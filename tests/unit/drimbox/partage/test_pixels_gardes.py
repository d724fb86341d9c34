# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a conversion says is what it made: pixels that come back, colours that others read, a loss that is told, and no promise beyond."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.pixels import pixel_array

from drimbox.source.admission.errors import ConversionImpossible
from drimbox.source.partage.conversion import compression
from drimbox.source.partage.conversion.atelier import Atelier, AtelierLimits
from drimbox.source.partage.conversion.codec import transcode
from drimbox.source.partage.conversion.gdcm_en_memoire import ConversionRefusee, turned
from drimbox.source.partage.conversion.pixels import read_pixels
from drimbox.source.partage.conversion.rules import LOSSY, producible
from drimbox.source.partage.fichier import file_head

PREFIX = "1.2.840.10008.1.2.4."
EXPLICIT, BIG_ENDIAN = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
RED, GREEN, BLUE = (200, 0, 0), (0, 200, 0), (0, 0, 200)


@pytest.fixture
async def atelier() -> AsyncIterator[Atelier]:
    found = Atelier(AtelierLimits(processes=1, seconds=60.0))
    yield found
    await found.close()


def image(pixels: Any, photometric: str, stored: int, sop_class: str = SECONDARY_CAPTURE) -> Any:
    """An object whose frames are an array: (frames,) rows, columns(, 3)."""
    found = pydicom.dcmread(str(get_testdata_file("CT_small.dcm", download=False)))
    for keyword in ("SmallestImagePixelValue", "LargestImagePixelValue", "PixelPaddingValue"):
        found.pop(keyword, None)
    colours = pixels.shape[-1] == 3
    found.SOPClassUID = found.file_meta.MediaStorageSOPClassUID = sop_class
    found.SamplesPerPixel, found.PhotometricInterpretation = (3 if colours else 1), photometric
    if colours:
        found.PlanarConfiguration = 0
    *frames, found.Rows, found.Columns = pixels.shape[:-1] if colours else pixels.shape
    if frames:
        (found.NumberOfFrames,) = frames
    found.BitsAllocated, found.BitsStored, found.HighBit = pixels.dtype.itemsize * 8, stored, stored - 1
    found.PixelRepresentation = int(pixels.dtype.kind == "i")
    content = pixels.tobytes()
    found.PixelData = content + b"\0" * (len(content) % 2)
    found["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    return found


def written(found: Any) -> bytes:
    buffer = BytesIO()
    found.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def sample(name: str) -> bytes:
    return Path(str(get_testdata_file(name, download=False))).read_bytes()


def choices(part10: bytes) -> tuple[str, ...]:
    stored = str(pydicom.dcmread(BytesIO(part10), stop_before_pixels=True).file_meta.TransferSyntaxUID)
    return producible(stored, read_pixels(part10[144 + int.from_bytes(part10[140:144], "little") :], stored))


def as_file(source: Any, syntax: str, content: bytes) -> bytes:
    return file_head(str(source.SOPClassUID), str(source.SOPInstanceUID), syntax) + content


def bars() -> Any:
    pixels = np.zeros((64, 63, 3), "u1")
    pixels[:, :21], pixels[:, 21:42], pixels[:, 42:] = RED, GREEN, BLUE
    return pixels


def slope(rows: int = 64, columns: int = 65, bits: int = 12) -> Any:
    return (np.add.outer(np.arange(rows), np.arange(columns)) * (1 << bits) // (rows + columns)).astype("<u2" if bits > 8 else "u1")


@pytest.mark.parametrize("wanted", [PREFIX + "50", PREFIX + "51"])
async def test_colours_encoded_with_loss_are_read_as_they_were_stored(atelier: Atelier, wanted: str) -> None:
    source = image(bars(), "RGB", 8)
    made = pydicom.dcmread(BytesIO(as_file(source, wanted, await atelier.transcode(written(source), wanted))))
    assert made.PhotometricInterpretation == "YBR_FULL_422"
    assert np.abs(made.pixel_array[32, [10, 30, 55]].astype(int) - [RED, GREEN, BLUE]).max() <= 6


@pytest.mark.peer("dcmtk")
@pytest.mark.parametrize("wanted", [PREFIX + "50", PREFIX + "51"])
async def test_dcmtk_reads_the_same_colours(atelier: Atelier, tmp_path: Path, wanted: str) -> None:
    source, made, plain = image(bars(), "RGB", 8), tmp_path / "made.dcm", tmp_path / "plain.dcm"
    made.write_bytes(as_file(source, wanted, await atelier.transcode(written(source), wanted)))
    await asyncio.to_thread(subprocess.run, ["/usr/bin/dcmdjpeg", made, plain], check=True, timeout=60)
    read = pydicom.dcmread(plain)
    assert read.PhotometricInterpretation == "RGB"
    assert np.abs(read.pixel_array[32, [10, 30, 55]].astype(int) - [RED, GREEN, BLUE]).max() <= 6


@pytest.mark.parametrize("bits", [10, 12])
def test_more_than_eight_bits_are_never_encoded_with_loss(bits: int) -> None:
    assert not LOSSY & set(choices(written(image(slope(bits=bits), "MONOCHROME2", bits))))


@pytest.mark.parametrize(
    ("name", "tool"), [("SC_rgb_rle_16bit.dcm", "dcmdrle"), ("SC_rgb_rle_16bit_2frame.dcm", "dcmdrle"), ("JPEG-lossy.dcm", "dcmdjpeg")]
)
@pytest.mark.peer("dcmtk")
async def test_what_dcmtk_decodes_from_the_stored_object_is_what_we_make_of_it(
    atelier: Atelier, tmp_path: Path, name: str, tool: str
) -> None:
    stored = str(get_testdata_file(name, download=False))
    part10, plain = sample(name), tmp_path / "plain.dcm"
    source = pydicom.dcmread(BytesIO(part10))
    await asyncio.to_thread(subprocess.run, [f"/usr/bin/{tool}", stored, plain], check=True, timeout=60)
    expected, offered = pydicom.dcmread(plain).pixel_array, set(choices(part10)) - LOSSY
    assert {EXPLICIT, PREFIX + "70", PREFIX + "80"} <= offered
    for wanted in offered:
        made = pydicom.dcmread(BytesIO(as_file(source, wanted, await atelier.transcode(part10, wanted))))
        assert np.array_equal(made.pixel_array, expected), wanted


@pytest.mark.parametrize("wanted", [PREFIX + "70", PREFIX + "80", PREFIX + "91"])
def test_an_encoder_that_loses_a_bit_is_found_out(monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    def wrong(content: bytes, *others: Any) -> Any:
        return turned(bytes([content[0] ^ 1]) + content[1:], *others)

    monkeypatch.setattr(compression, "turned", wrong)
    with pytest.raises(ConversionRefusee):
        transcode(written(image(slope(), "MONOCHROME2", 12)), wanted)


CASES = {
    "twelve bits": image(slope(), "MONOCHROME2", 12),
    "twelve bits, signed": image(slope().astype("<i2") - 2048, "MONOCHROME2", 12),
    "three frames of a class that has one": image(np.stack([slope()] * 3), "MONOCHROME1", 12),
    "seven bits in eight": image(slope(bits=7), "MONOCHROME2", 7),
    "eight bits": image(slope(bits=8), "MONOCHROME2", 8),
    "colours in a CT": image(bars(), "RGB", 8, "1.2.840.10008.5.1.4.1.1.2"),
    "two frames of YBR": image(np.stack([bars()] * 2), "YBR_FULL", 8),
    "colours of sixteen bits": image(np.dstack([slope(bits=16)] * 3), "RGB", 16),
    "tiny": image(slope(5, 4, 8), "MONOCHROME2", 8),
    "tiny, in colours": image(np.dstack([slope(7, 1, 8)] * 3), "RGB", 8),
}


async def test_each_syntax_that_is_promised_without_loss_is_made_and_gives_the_pixels_back(atelier: Atelier) -> None:
    for name, source in CASES.items():
        part10 = written(source)
        promised = set(choices(part10)) - LOSSY
        assert EXPLICIT in promised
        for wanted in promised:
            made = pydicom.dcmread(BytesIO(as_file(source, wanted, await atelier.transcode(part10, wanted))))
            assert np.array_equal(made.pixel_array, pydicom.dcmread(BytesIO(part10)).pixel_array), (name, wanted)


async def test_another_decoder_than_that_of_our_encoder_reads_in_jpeg_2000_the_pixels_that_were_stored(atelier: Atelier) -> None:
    wanted, read = PREFIX + "91", 0
    for name, source in CASES.items():
        part10 = written(source)
        if wanted in choices(part10):
            made = pydicom.dcmread(BytesIO(as_file(source, wanted, await atelier.transcode(part10, wanted))))
            stored = pixel_array(pydicom.dcmread(BytesIO(part10)), raw=True)
            assert np.array_equal(pixel_array(made, raw=True, decoding_plugin="pillow"), stored), name
            read += 1
    assert read >= 5


def test_what_codecs_die_of_is_not_promised() -> None:
    seven = written(image(slope(bits=7), "MONOCHROME2", 7))
    assert choices(seven) == (EXPLICIT,)
    pixels = read_pixels(seven[144 + int.from_bytes(seven[140:144], "little") :], EXPLICIT)
    assert producible(PREFIX + "70", pixels) == ()


def test_words_of_big_endian_objects_are_turned_with_their_pixels_and_those_of_32_bits_are_left() -> None:
    palette = pydicom.dcmread(str(get_testdata_file("examples_palette.dcm", download=False)))
    table = palette.RedPaletteColorLookupTableData
    palette.RedPaletteColorLookupTableData = np.frombuffer(table, "<u2").astype(">u2").tobytes()
    palette.PixelData, palette["PixelData"].VR = np.frombuffer(palette.PixelData, "<u2").astype(">u2").tobytes(), "OW"
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = False, False
    write_dataset(buffer, Dataset(palette))
    made = pydicom.dcmread(BytesIO(as_file(palette, EXPLICIT, transcode(as_file(palette, BIG_ENDIAN, buffer.getvalue()), EXPLICIT))))
    original = pydicom.dcmread(str(get_testdata_file("examples_palette.dcm", download=False)))
    assert made.RedPaletteColorLookupTableData == table
    assert np.array_equal(made.pixel_array, original.pixel_array)
    assert choices(sample("rtdose_expb.dcm")) == ()


def test_a_loss_is_told_with_its_true_ratio_behind_the_earlier_ones() -> None:
    source = image(slope(bits=8), "MONOCHROME2", 8)
    source.LossyImageCompression, source.LossyImageCompressionRatio = "01", 12.5
    source.LossyImageCompressionMethod, source.ImageType = "ISO_15444_1", ["ORIGINAL", "PRIMARY", "AXIAL"]
    packed = as_file(source, PREFIX + "80", transcode(written(source), PREFIX + "80"))
    made = pydicom.dcmread(BytesIO(as_file(source, PREFIX + "50", transcode(packed, PREFIX + "50"))))
    (frame,) = generate_frames(made.PixelData, number_of_frames=1)
    assert made.LossyImageCompression == "01"
    assert made.LossyImageCompressionRatio == [12.5, pytest.approx(64 * 65 / len(frame), abs=0.02)]  # a byte may pad the frame
    assert made.LossyImageCompressionMethod == ["ISO_15444_1", "ISO_10918_1"]
    assert made.ImageType == ["DERIVED", "PRIMARY", "AXIAL"]
    assert made.SOPInstanceUID == source.SOPInstanceUID


async def test_a_frame_asked_many_times_is_refused_where_frames_are_cut(atelier: Atelier) -> None:
    with pytest.raises(ConversionImpossible):
        await atelier.frames(written(image(np.stack([slope()] * 3), "MONOCHROME2", 12)), (1, 1))
