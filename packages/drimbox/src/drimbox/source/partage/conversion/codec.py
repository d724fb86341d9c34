# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The work on one object: another syntax, some frames, a rendering. It runs in a process of its own, see :mod:`.processus`.

The object that leaves has the attributes of the one that came, and only those that describe pixels change.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pydicom.config
from pydicom import dcmread
from pydicom.encaps import encapsulate, generate_frames
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.multival import MultiValue
from pydicom.pixels.processing import apply_color_lut, apply_rescale, apply_voi_lut, convert_color_space
from pydicom.pixels.utils import pixel_array

from drimbox.source.partage.conversion.compression import LOSSY_COLOUR, encoded
from drimbox.source.partage.conversion.decodage import decoded, number_of_frames
from drimbox.source.partage.conversion.gdcm_en_memoire import ConversionRefusee
from drimbox.source.partage.conversion.rules import EXPLICIT_BE, EXPLICIT_LE, LOSSY, UNCOMPRESSED

MAX_RENDERED_PIXELS = 1 << 26
# values that the standard forbids are carried as they are
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
_WORDS = {"OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8}


def transcode(part10: bytes, wanted: str) -> bytes:
    """Return the data set of an object in another syntax.

    Args:
        part10: the object.
        wanted: one of :func:`.rules.producible`.

    Raises:
        ConversionRefusee: its pixels cannot be read or written.
    """
    dataset, stored = _read(part10)
    if stored == EXPLICIT_BE:
        for element in dataset.iterall():
            _swap(element)
        dataset.file_meta.TransferSyntaxUID = stored = EXPLICIT_LE
    if "PixelData" in dataset and not {stored, wanted} <= UNCOMPRESSED:
        _replace_pixels(dataset, stored, wanted)
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
    count = number_of_frames(dataset)
    if "PixelData" not in dataset or not all(1 <= number <= count for number in numbers):
        raise ConversionRefusee
    if len(set(numbers)) < len(numbers):  # the answer would be larger than the object
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
    if "PixelData" not in dataset or number > number_of_frames(dataset):
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


def _swap(element: Any) -> None:
    """Turn the words of a big-endian value: pydicom turns numbers, and leaves binary values to us."""
    import numpy as np  # noqa: PLC0415 - only processes that convert need it

    width = _WORDS.get(element.VR)
    if width is not None and element.value:
        element.value = np.frombuffer(element.value, f">u{width}").astype(f"<u{width}").tobytes()


def _replace_pixels(dataset: Any, stored: str, wanted: str) -> None:
    made, photometric, before = [], str(dataset.PhotometricInterpretation), 0
    for frame, photometric in decoded(dataset, stored):  # what the last one is, all are
        before += frame.nbytes
        made.append(frame.tobytes() if wanted in UNCOMPRESSED else encoded(frame, photometric, dataset, wanted))
    if len(made) != number_of_frames(dataset):
        raise ConversionRefusee
    _describe(dataset, made, photometric, wanted)
    if wanted in LOSSY:
        _tell_loss(dataset, before / sum(map(len, made)))


def _describe(dataset: Any, made: list[bytes], photometric: str, wanted: str) -> None:
    content = b"".join(made) if wanted in UNCOMPRESSED else encapsulate(made)
    dataset.PixelData = content + b"\0" * (len(content) % 2)
    dataset["PixelData"].VR = "OW" if wanted in UNCOMPRESSED and dataset.BitsAllocated > 8 else "OB"
    dataset["PixelData"].is_undefined_length = wanted not in UNCOMPRESSED
    dataset.PhotometricInterpretation = photometric
    if dataset.SamplesPerPixel > 1:
        dataset.PlanarConfiguration = 0
        if wanted in LOSSY:
            dataset.PhotometricInterpretation = LOSSY_COLOUR
    for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if keyword in dataset:
            delattr(dataset, keyword)


def _tell_loss(dataset: Any, ratio: float) -> None:
    """Say what was lost now, behind what was lost before (PS3.3 section C.7.6.1.1.5)."""
    earlier = _values(dataset, "LossyImageCompressionRatio"), _values(dataset, "LossyImageCompressionMethod")
    dataset.LossyImageCompression = "01"
    dataset.LossyImageCompressionRatio = [*earlier[0], round(ratio, 2)]
    dataset.LossyImageCompressionMethod = [*earlier[1], "ISO_10918_1"]
    dataset.ImageType = ["DERIVED", *(_values(dataset, "ImageType")[1:] or ["PRIMARY"])]


def _values(dataset: Any, keyword: str) -> list[Any]:
    value = dataset.get(keyword)
    if value in (None, ""):
        return []
    return list(value) if isinstance(value, MultiValue) else [value]


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
