# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The work on one object: another syntax, some frames, a rendering. It runs in a process of its own, see :mod:`.processus`.

The header is rewritten by pydicom and pixels by gdcm. What gdcm thinks of the rest of the header is never used: the object that leaves has
the attributes of the one that came, and only those that describe pixels change.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pydicom.config
from pydicom import dcmread
from pydicom.encaps import generate_frames
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.pixels.processing import apply_color_lut, apply_rescale, apply_voi_lut, convert_color_space
from pydicom.pixels.utils import pixel_array

from drimbox.source.partage.conversion.rules import EXPLICIT_LE, LOSSY, UNCOMPRESSED

MAX_RENDERED_PIXELS = 1 << 26
# values that the standard forbids are carried as they are
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
_DESCRIBING = ("PhotometricInterpretation", "PlanarConfiguration", "SamplesPerPixel")
_GDCM_NAMES = {
    EXPLICIT_LE: "ExplicitVRLittleEndian",
    "1.2.840.10008.1.2.4.50": "JPEGBaselineProcess1",
    "1.2.840.10008.1.2.4.51": "JPEGExtendedProcess2_4",
    "1.2.840.10008.1.2.4.70": "JPEGLosslessProcess14_1",
    "1.2.840.10008.1.2.4.80": "JPEGLSLossless",
    "1.2.840.10008.1.2.4.91": "JPEG2000",
}


class ConversionRefusee(Exception):
    """The codec does not manage this object."""


def transcode(part10: bytes, wanted: str) -> bytes:
    """Return the data set of an object in another syntax.

    Args:
        part10: the object.
        wanted: one of :func:`.rules.producible`.

    Raises:
        ConversionRefusee: its pixels cannot be read or written.
    """
    dataset, _ = _read(part10)
    if "PixelData" in dataset:
        _replace_pixels(dataset, part10, wanted)
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_dataset(buffer, dataset)
    return bytes(buffer.getvalue())


def frames(part10: bytes, numbers: list[int]) -> list[bytes]:
    """Return the bytes of some frames as they are stored, without any DICOM header.

    Raises:
        ConversionRefusee: there are no pixels, or no such frame.
    """
    dataset, stored = _read(part10)
    count = int(dataset.get("NumberOfFrames") or 1)
    if "PixelData" not in dataset or not all(1 <= number <= count for number in numbers):
        raise ConversionRefusee
    if stored not in UNCOMPRESSED:
        found = dict(enumerate(generate_frames(dataset.PixelData, number_of_frames=count), start=1))
        return [found[number] for number in numbers]
    size = len(dataset.PixelData) // count if count > 1 else _frame_size(dataset)
    return [dataset.PixelData[(number - 1) * size : number * size] for number in numbers]


def render(part10: bytes, number: int, media: str) -> bytes:
    """Return one frame as a JPEG or PNG image, with the first window of the header.

    Raises:
        ConversionRefusee: there is no such image.
    """
    from PIL import Image  # noqa: PLC0415 - only renderings need it

    dataset, _ = _read(part10)
    if "PixelData" not in dataset or number > int(dataset.get("NumberOfFrames") or 1):
        raise ConversionRefusee
    if int(dataset.Rows) * int(dataset.Columns) > MAX_RENDERED_PIXELS:
        raise ConversionRefusee
    pixels = pixel_array(dataset, index=number - 1, raw=False)
    grey = dataset.SamplesPerPixel == 1 and dataset.PhotometricInterpretation != "PALETTE COLOR"
    picture = Image.fromarray(_grey(dataset, pixels) if grey else _colour(dataset, pixels))
    buffer, encode = BytesIO(), Image.Image.save
    if media == "image/png":
        encode(picture, buffer, "PNG")
    else:
        encode(picture.convert("L" if grey else "RGB"), buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _read(part10: bytes) -> tuple[Any, str]:
    dataset = dcmread(BytesIO(part10))
    return dataset, str(dataset.file_meta.TransferSyntaxUID)


def _frame_size(dataset: Any) -> int:
    return int(dataset.Rows) * int(dataset.Columns) * int(dataset.SamplesPerPixel) * int(dataset.BitsAllocated) // 8


@contextmanager
def _memory_file(content: bytes = b"") -> Iterator[int]:
    """A file that has no name on any disk: pixels of a patient are never written down."""
    descriptor = os.memfd_create("pixels")
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        yield descriptor
    finally:
        os.close(descriptor)


def _replace_pixels(dataset: Any, part10: bytes, wanted: str) -> None:
    """Let gdcm encode the pixels again, and take from its answer what describes them."""
    import gdcm  # noqa: PLC0415 - C++, loaded when there is work for it

    before = len(dataset.PixelData)
    with _memory_file(part10) as source, _memory_file() as target:
        reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
        reader.SetFileName(f"/proc/self/fd/{source}")
        if not reader.Read():
            raise ConversionRefusee
        change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, _GDCM_NAMES[wanted])))
        change.SetForce(True)
        change.SetInput(reader.GetImage())
        if not change.Change():
            raise ConversionRefusee
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        writer.SetFileName(f"/proc/self/fd/{target}")
        if not writer.Write():
            raise ConversionRefusee
        with open(f"/proc/self/fd/{target}", "rb") as file:  # noqa: PTH123 - a descriptor, not a path of a disk
            made = dcmread(file)
    _take(dataset, made, wanted, before)


def _take(dataset: Any, made: Any, wanted: str, before: int) -> None:
    dataset["PixelData"] = made["PixelData"]
    dataset["PixelData"].is_undefined_length = wanted not in UNCOMPRESSED
    for keyword in _DESCRIBING:
        if keyword in made:
            setattr(dataset, keyword, getattr(made, keyword))
    for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if keyword in dataset:
            delattr(dataset, keyword)
    if wanted in LOSSY:
        dataset.LossyImageCompression = "01"
        dataset.LossyImageCompressionRatio = round(before / max(len(dataset.PixelData), 1), 2)
        dataset.LossyImageCompressionMethod = "ISO_10918_1"


def _grey(dataset: Any, pixels: Any) -> Any:
    """Apply the modality and the first window of the header; without one, the whole range of the image is shown."""
    import numpy as np  # noqa: PLC0415 - only renderings need it

    values = apply_voi_lut(apply_rescale(pixels, dataset), dataset, index=0).astype("float64")
    low, high = float(values.min()), float(values.max())
    if "WindowCenter" in dataset or "VOILUTSequence" in dataset:
        low, high = _output_range(dataset, low, high)
    scaled = np.clip((values - low) / ((high - low) or 1.0), 0.0, 1.0)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        scaled = 1.0 - scaled
    return (scaled * 255.0 + 0.5).astype("uint8")


def _output_range(dataset: Any, low: float, high: float) -> tuple[float, float]:
    """Return the range into which the window was mapped (PS3.3 C.11.2.1.2): that of the modality values."""
    if "VOILUTSequence" in dataset:
        return low, high
    bits, signed = int(dataset.BitsStored), int(dataset.PixelRepresentation)
    first, last = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    slope, intercept = float(dataset.get("RescaleSlope") or 1), float(dataset.get("RescaleIntercept") or 0)
    ends = first * slope + intercept, last * slope + intercept
    return min(ends), max(ends)


def _colour(dataset: Any, pixels: Any) -> Any:
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        found = apply_color_lut(pixels, dataset)
        return (found >> 8).astype("uint8") if found.dtype.itemsize > 1 else found
    if dataset.PhotometricInterpretation.startswith("YBR_FULL"):
        return convert_color_space(pixels, "YBR_FULL", "RGB") if dataset.file_meta.TransferSyntaxUID in UNCOMPRESSED else pixels
    return pixels
