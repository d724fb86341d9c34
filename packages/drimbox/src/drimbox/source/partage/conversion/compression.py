# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One decoded frame encoded: what claims to lose nothing is decoded again and compared before anybody gets it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from pydicom.encaps import generate_frames
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import convert_color_space
from pydicom.uid import UID

from drimbox.source.partage.conversion.gdcm_en_memoire import Cadre, ConversionRefusee, turned
from drimbox.source.partage.conversion.rules import EXPLICIT_LE, LOSSY

LOSSY_COLOUR = "YBR_FULL_422"
"""Photometric interpretation of colours that we encode with loss (PS3.5 section 8.2.1)."""
_QUALITY = 95


def encoded(frame: Any, photometric: str, dataset: Any, wanted: str) -> bytes:
    """Return the bytes of one frame.

    Args:
        frame: array of integers.
        photometric: what they mean.
        dataset: the object it comes from.
        wanted: a syntax that is not native.

    Raises:
        ConversionRefusee: it cannot be encoded, or does not come back as it was.
    """
    return _with_loss(frame, photometric) if wanted in LOSSY else _without_loss(frame, photometric, dataset, wanted)


def _without_loss(frame: Any, photometric: str, dataset: Any, wanted: str) -> bytes:
    import numpy as np  # noqa: PLC0415 - only processes that convert need it

    allocated, stored = int(dataset.BitsAllocated), int(dataset.BitsStored)
    signed, content = bool(dataset.PixelRepresentation), frame.tobytes()
    samples, meaning = (1, "MONOCHROME2") if frame.ndim < 3 else (3, photometric)
    rows, columns = frame.shape[:2]
    cadre = Cadre(rows, columns, samples, allocated, stored, signed, meaning)
    made = turned(content + b"\0" * (len(content) % 2), EXPLICIT_LE, cadre, wanted)
    again, _ = get_decoder(UID(wanted)).as_array(made, raw=True)
    if not np.array_equal(again, frame):
        raise ConversionRefusee
    return next(generate_frames(made.PixelData, number_of_frames=1))


def _with_loss(frame: Any, photometric: str) -> bytes:
    """JPEG, eight bits, grey or YCbCr with half of its colours (ISO 10918-1, process 1)."""
    from PIL import Image  # noqa: PLC0415 - only processes that convert need it

    buffer, encode = BytesIO(), Image.Image.save
    if frame.ndim > 2:
        colours = convert_color_space(frame, "RGB", "YBR_FULL") if photometric == "RGB" else frame
        picture = Image.frombytes("YCbCr", colours.shape[1::-1], colours.tobytes())
        encode(picture, buffer, "JPEG", quality=_QUALITY, subsampling="4:2:2")
    else:
        encode(Image.fromarray(frame), buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()
