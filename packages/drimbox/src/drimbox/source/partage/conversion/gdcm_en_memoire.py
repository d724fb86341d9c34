# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""gdcm, given one frame in a file that we write ourselves: what the header that came says of anything else never reaches it.

It judges an image by its SOP class, its tables and its number of frames, and ends its process on some that are right. Here it only sees a
Secondary Capture of one frame with the numbers that describe pixels.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID

from drimbox.source.partage.conversion.rules import EXPLICIT_LE, JPEG_2000, JPEG_LOSSLESS, JPEG_LS, UNCOMPRESSED

_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_NAMES = {
    EXPLICIT_LE: "ExplicitVRLittleEndian",
    JPEG_LOSSLESS: "JPEGLosslessProcess14_1",
    JPEG_LS: "JPEGLSLossless",
    JPEG_2000: "JPEG2000",
}


class ConversionRefusee(Exception):
    """The codec does not manage this object."""


@dataclass(frozen=True, slots=True)
class Cadre:
    """One frame as gdcm is told of it.

    Attributes:
        rows: Rows.
        columns: Columns.
        samples: Samples per Pixel: 1 or 3, by pixel.
        allocated: Bits Allocated.
        stored: Bits Stored.
        signed: Pixel Representation.
        photometric: ``MONOCHROME2``, also for an index into a palette, ``RGB`` or ``YBR_FULL``.
    """

    rows: int
    columns: int
    samples: int
    allocated: int
    stored: int
    signed: bool
    photometric: str


def turned(content: bytes, stored: str, cadre: Cadre, wanted: str) -> Any:
    """Return the data set of one frame in another syntax.

    Args:
        content: PixelData of that one frame.
        stored: its syntax.
        cadre: what it is.
        wanted: a syntax that gdcm writes.

    Raises:
        ConversionRefusee: gdcm does not manage it.
    """
    import gdcm  # noqa: PLC0415 - C++, loaded when there is work for it

    with _memory_file(_file_of(content, stored, cadre)) as source, _memory_file() as target:
        reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
        reader.SetFileName(f"/proc/self/fd/{source}")
        if not reader.Read():
            raise ConversionRefusee
        change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, _NAMES[wanted])))
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
            return dcmread(file)


def _file_of(content: bytes, stored: str, cadre: Cadre) -> bytes:
    image, buffer = Dataset(), BytesIO()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = UID(stored)
    image.SOPClassUID, image.SOPInstanceUID = _SECONDARY_CAPTURE, "2.25.1"
    image.Rows, image.Columns, image.SamplesPerPixel = cadre.rows, cadre.columns, cadre.samples
    image.BitsAllocated, image.BitsStored, image.HighBit = cadre.allocated, cadre.stored, cadre.stored - 1
    image.PixelRepresentation = int(cadre.signed)
    image.PhotometricInterpretation = cadre.photometric
    if cadre.samples > 1:
        image.PlanarConfiguration = 0
    image.PixelData = content
    image["PixelData"].VR = "OB" if cadre.allocated == 8 or stored not in UNCOMPRESSED else "OW"
    image["PixelData"].is_undefined_length = stored not in UNCOMPRESSED
    image.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


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
