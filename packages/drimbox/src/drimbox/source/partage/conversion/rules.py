# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Into which transfer syntaxes an object can be turned without a lie on what it holds."""

from __future__ import annotations

from dataclasses import dataclass

EXPLICIT_LE, EXPLICIT_BE = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
UNCOMPRESSED = frozenset({EXPLICIT_LE, EXPLICIT_BE, "1.2.840.10008.1.2", "1.2.840.10008.1.2.1.99"})
JPEG_BASELINE, JPEG_EXTENDED, JPEG_LOSSLESS = (f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 70))
JPEG_LS, JPEG_2000 = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.91"
RLE = "1.2.840.10008.1.2.5"
LOSSY = frozenset({JPEG_BASELINE, JPEG_EXTENDED})
"""What we make of these loses something. What we make as JPEG 2000 (.91) is its reversible form."""

DECODABLE = UNCOMPRESSED | {
    JPEG_BASELINE,
    JPEG_EXTENDED,
    "1.2.840.10008.1.2.4.57",
    JPEG_LOSSLESS,
    JPEG_LS,
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.90",
    JPEG_2000,
    RLE,
}
"""Video and HTJ2K are served as they are stored, or not at all."""

_COLOURS = frozenset({"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"})

SMALLEST_JPEG_LS, SMALLEST_WAVELET = 16, 32
"""Our JPEG-LS encoder gives some smaller images no room to grow; our JPEG 2000 encoder halves an image five times."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """What the header of an object says of its pixels.

    Attributes:
        allocated: Bits Allocated.
        stored: Bits Stored.
        high: High Bit.
        samples: Samples per Pixel.
        signed: whether Pixel Representation is 1.
        photometric: Photometric Interpretation.
        rows: Rows.
        columns: Columns.
    """

    allocated: int
    stored: int
    high: int
    samples: int
    signed: bool
    photometric: str
    rows: int
    columns: int


def producible(stored: str, pixels: Pixels | None) -> tuple[str, ...]:
    """Return the syntaxes that an object can be turned into, those that lose nothing first, the smallest and quickest first.

    Args:
        stored: its syntax.
        pixels: what its header says, or None when it has no image.
    """
    if pixels is None:
        return (EXPLICIT_LE,) if stored in UNCOMPRESSED else ()
    if not _readable(stored, pixels):
        return ()
    if not _encodable(pixels):
        return (EXPLICIT_LE,)
    side = min(pixels.rows, pixels.columns)
    jpeg_ls = (JPEG_LS,) if side >= SMALLEST_JPEG_LS else ()
    # colours of sixteen bits are sometimes more than our encoder foresees
    jpeg_2000 = (JPEG_2000,) if side >= SMALLEST_WAVELET and (pixels.samples == 1 or pixels.allocated == 8) else ()
    return (*jpeg_ls, JPEG_LOSSLESS, *jpeg_2000, EXPLICIT_LE, *_lossy(pixels))


def _readable(stored: str, pixels: Pixels) -> bool:
    """Tell whether we decode these pixels; words of 32 bits are not always in the order that their byte order says."""
    if stored in UNCOMPRESSED or stored == RLE:
        return stored != EXPLICIT_BE or pixels.allocated <= 16
    if stored == JPEG_EXTENDED and pixels.stored > 8 and pixels.samples > 1:
        return False
    return stored in DECODABLE and not _is_narrow(pixels)


def _encodable(pixels: Pixels) -> bool:
    return pixels.allocated in {8, 16} and pixels.samples in {1, 3} and pixels.stored == pixels.high + 1 and not _is_narrow(pixels)


def _is_narrow(pixels: Pixels) -> bool:
    """Tell of fewer than eight bits in eight: codecs, ours and those of many peers, end their process on them."""
    return pixels.allocated == 8 and pixels.stored < 8


def _lossy(pixels: Pixels) -> tuple[str, ...]:
    """JPEG with loss as we write it holds eight bits, unsigned, grey or of colours that can be told in YCbCr."""
    shown = pixels.photometric in ({"MONOCHROME1", "MONOCHROME2"} if pixels.samples == 1 else _COLOURS)
    return (JPEG_BASELINE, JPEG_EXTENDED) if pixels.allocated == 8 and not pixels.signed and shown else ()
