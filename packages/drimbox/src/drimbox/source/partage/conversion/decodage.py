# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Frames decoded one after the other: pydicom takes them out of the data set, and says what they are once decoded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydicom.encaps import encapsulate, generate_frames
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID

from drimbox.source.partage.conversion.gdcm_en_memoire import Cadre, turned
from drimbox.source.partage.conversion.rules import EXPLICIT_LE, JPEG_EXTENDED


def decoded(dataset: Any, stored: str) -> Iterator[tuple[Any, str]]:
    """Yield each frame and its photometric interpretation.

    Frames are arrays of integers, rows × columns, or × 3 samples by pixel; colours are not turned into others.

    Args:
        dataset: an object with PixelData.
        stored: its syntax.

    Raises:
        Exception: whatever a codec says of these pixels.
    """
    if stored == JPEG_EXTENDED and dataset.BitsStored > 8:  # pydicom knows no way to read these twelve bits
        yield from _twelve_bits(dataset)
        return
    for frame, described in _arrays(dataset, get_decoder(UID(stored))):
        photometric = str(described["photometric_interpretation"])
        yield frame, "YBR_FULL" if photometric == "YBR_FULL_422" else photometric  # each pixel has its colours once decoded


def _arrays(dataset: Any, decoder: Any) -> Iterator[tuple[Any, Any]]:
    if number_of_frames(dataset) > 1:
        yield from decoder.iter_array(dataset, raw=True)
    else:
        yield decoder.as_array(dataset, raw=True)


def number_of_frames(dataset: Any) -> int:
    """Return how many frames a data set says it has."""
    return int(dataset.get("NumberOfFrames") or 1)


def _twelve_bits(dataset: Any) -> Iterator[tuple[Any, str]]:
    cadre = Cadre(int(dataset.Rows), int(dataset.Columns), 1, 16, int(dataset.BitsStored), bool(dataset.PixelRepresentation), "MONOCHROME2")
    for frame in generate_frames(dataset.PixelData, number_of_frames=number_of_frames(dataset)):
        yield turned(encapsulate([frame]), JPEG_EXTENDED, cadre, EXPLICIT_LE).pixel_array, str(dataset.PhotometricInterpretation)
