# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Into which transfer syntaxes an object can be turned without a lie on what it holds."""

from __future__ import annotations

from dataclasses import dataclass

EXPLICIT_LE = "1.2.840.10008.1.2.1"
UNCOMPRESSED = frozenset({EXPLICIT_LE, "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"})
JPEG_BASELINE, JPEG_EXTENDED, JPEG_LOSSLESS = (f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 70))
JPEG_LS, JPEG_2000 = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.91"
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
    "1.2.840.10008.1.2.5",
}
"""Video and HTJ2K are served as they are stored, or not at all."""

SMALLEST_WAVELET = 32
"""Our JPEG 2000 encoder halves an image five times; it does not take a smaller one."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """What the header of an object says of its pixels.

    Attributes:
        allocated: Bits Allocated.
        stored: Bits Stored.
        samples: Samples per Pixel.
        signed: whether Pixel Representation is 1.
        photometric: Photometric Interpretation.
        rows: Rows.
        columns: Columns.
    """

    allocated: int
    stored: int
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
    if stored not in DECODABLE or (pixels is None and stored not in UNCOMPRESSED):
        return ()
    if pixels is None or pixels.allocated not in {8, 16} or pixels.samples not in {1, 3}:
        return (EXPLICIT_LE,)
    jpeg_2000 = (JPEG_2000,) if min(pixels.rows, pixels.columns) >= SMALLEST_WAVELET else ()
    return (JPEG_LS, JPEG_LOSSLESS, *jpeg_2000, EXPLICIT_LE, *_lossy(pixels))


def _lossy(pixels: Pixels) -> tuple[str, ...]:
    """JPEG with loss holds 8 bits (baseline) or 12 (extended), unsigned, and no index into a palette."""
    if pixels.signed or pixels.photometric == "PALETTE COLOR":
        return ()
    if pixels.allocated == 8:
        return (JPEG_BASELINE, JPEG_EXTENDED)
    return (JPEG_EXTENDED,) if pixels.stored <= 12 and pixels.samples == 1 else ()
