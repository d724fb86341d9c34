# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reads in a head what its object says of its pixels; their bytes are not looked at."""

from __future__ import annotations

from io import BytesIO

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset

from drimbox.socle.pacs.elements import DEFLATED, EXPLICIT_BE, IMPLICIT_LE, inflate_beginning
from drimbox.socle.pacs.tete import MAX_TETE
from drimbox.socle.pacs.textes import texte_de
from drimbox.source.admission.errors import ConversionImpossible
from drimbox.source.partage.conversion.rules import Pixels

_TAGS = [0x00280002, 0x00280004, 0x00280010, 0x00280011, 0x00280100, 0x00280101, 0x00280102, 0x00280103]
_AFTER = 0x00290000


def read_pixels(entete: bytes, transfer_syntax: str) -> Pixels | None:
    """Return what a head says of the pixels, or None when the object has no image.

    Raises:
        ConversionImpossible: the head does not follow its syntax.
    """
    try:
        data = inflate_beginning(entete, MAX_TETE) if transfer_syntax == DEFLATED else entete
        implicit, little = transfer_syntax == IMPLICIT_LE, transfer_syntax != EXPLICIT_BE
        head = read_dataset(BytesIO(data), implicit, little, stop_when=lambda tag, *_: int(tag) >= _AFTER, specific_tags=_TAGS)
        return _pixels(head) if "Rows" in head and "BitsAllocated" in head else None
    except Exception:  # noqa: BLE001 - pydicom raises whatever its input leads it to
        raise ConversionImpossible from None


def _pixels(head: Dataset) -> Pixels:
    allocated = int(head.BitsAllocated)
    stored = int(head.get("BitsStored") or allocated)
    high = head.get("HighBit")
    return Pixels(
        allocated=allocated,
        stored=stored,
        high=stored - 1 if high is None else int(high),
        samples=int(head.get("SamplesPerPixel") or 1),
        signed=int(head.get("PixelRepresentation") or 0) == 1,
        photometric=texte_de(head, "PhotometricInterpretation"),
        rows=int(head.Rows),
        columns=int(head.Columns),
    )
