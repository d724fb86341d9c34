# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pixels: two real CT images that pydicom ships, and slices derived from them.

A series needs more slices than the two images. The others are derived, and say so in their headers (ImageType DERIVED,
DerivationDescription): the real image is scaled about its centre, as if the body narrowed, and grain is added so that it compresses as a
real one does.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
import pydicom.data
from numpy.typing import NDArray

Pixels = NDArray[np.int16]
GRAIN_HU = 6.0


@dataclass(frozen=True, slots=True)
class CoupeReelle:
    """One real image.

    Attributes:
        source: name of the file in pydicom's own test files.
        pixels: Hounsfield units, rows by columns.
        spacing: distance between pixels, mm.
    """

    source: str
    pixels: Pixels
    spacing: float


def real_slice(name: str) -> CoupeReelle:
    """Read one of pydicom's test images, in Hounsfield units."""
    path = Path(pydicom.data.__file__).parent / "test_files" / name
    dataset = pydicom.dcmread(path)
    units = dataset.pixel_array * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)
    return CoupeReelle(name, np.clip(np.rint(units), -1024, 3071).astype(np.int16), float(dataset.PixelSpacing[0]))


def head() -> CoupeReelle:
    """A real head CT, 512 by 512."""
    return real_slice("J2K_pixelrep_mismatch.dcm")


def spine() -> CoupeReelle:
    """A real thoracic spine CT, 128 by 128."""
    return real_slice("CT_small.dcm")


def derive(coupe: CoupeReelle, step: int, *, size: int | None = None, seed: int = 0) -> Pixels:
    """Return the slice ``step`` steps away from the real one: the same arguments give the same pixels.

    Args:
        coupe: the real image.
        step: 0 gives the real image itself, unless another size is asked for.
        size: rows and columns; those of the real image by default.
        seed: of the grain.
    """
    rows = coupe.pixels.shape[0]
    if step == 0 and size in {None, rows}:
        return coupe.pixels
    scaled = _scale(coupe.pixels.astype(np.float32), 1.0 + 0.006 * abs(step), size or rows)
    grain = np.random.default_rng([seed, abs(step), int(step < 0)]).normal(0.0, GRAIN_HU, scaled.shape)
    return np.clip(np.rint(scaled + grain), -1024, 3071).astype(np.int16)


def _scale(image: NDArray[np.float32], zoom: float, size: int) -> NDArray[np.float32]:
    """Sample an image on a grid zoomed about its centre, linearly; outside is air."""
    rows, columns = image.shape
    along_rows = (np.arange(size) - (size - 1) / 2) * zoom * rows / size + (rows - 1) / 2
    along_columns = (np.arange(size) - (size - 1) / 2) * zoom * columns / size + (columns - 1) / 2
    lines = _interpolate(image, along_rows)
    return _interpolate(lines.T, along_columns).T


def _interpolate(image: NDArray[np.float32], positions: NDArray[np.float64]) -> NDArray[np.float32]:
    low = np.clip(np.floor(positions).astype(int), 0, image.shape[0] - 2)
    weight = (positions - low).astype(np.float32)[:, None]
    lines: NDArray[np.float32] = image[low] * (1 - weight) + image[low + 1] * weight
    lines[(positions < 0) | (positions > image.shape[0] - 1)] = -1024
    return lines
