# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The DICOM JSON model (DICOM PS3.18 annex F): headers without pixels, always in UTF-8, addresses on our public name only."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, MutableSequence
from decimal import Decimal
from io import BytesIO
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag

from drimbox.socle.pacs.elements import EXPLICIT_BE, IMPLICIT_LE
from drimbox.socle.pacs.identifiants import ObjetIllisible

UNICODE = "ISO_IR 192"
MAX_BINARY = 4096
"""Longer binary values are left out: there is no bulk data service, and pixels are asked for as frames."""

_PIXELS = 0x7FE00000
BINARY = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})


def metadata_of(entete: bytes, transfer_syntax: str, retrieve_url: str) -> dict[str, Any]:
    """Return the JSON object of one instance.

    Args:
        entete: its data set up to the pixels, inflated if it was deflated.
        transfer_syntax: of the instance.
        retrieve_url: address of the instance, under our public name.

    Raises:
        ObjetIllisible: the header cannot be read.
    """
    try:
        dataset = _read(entete, transfer_syntax)
        _prune(dataset)
        dataset.RetrieveURL = retrieve_url
        return to_json(dataset) | {"00083002": {"vr": "UI", "Value": [transfer_syntax]}}  # AvailableTransferSyntaxUID
    except Exception:  # noqa: BLE001 - pydicom raises whatever its input leads it to
        raise ObjetIllisible from None


def to_json(dataset: Dataset) -> dict[str, Any]:
    """Return the JSON object of a data set, its texts decoded."""
    dataset.decode()
    dataset.SpecificCharacterSet = UNICODE
    found: dict[str, Any] = dataset.to_json_dict(bulk_data_threshold=MAX_BINARY * 2, suppress_invalid_tags=True)
    return found


def dumps(rows: Iterable[dict[str, Any]]) -> bytes:
    """Return rows as one JSON array, UTF-8."""
    return json.dumps(list(rows), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _read(entete: bytes, transfer_syntax: str) -> Dataset:
    implicit, little = transfer_syntax == IMPLICIT_LE, transfer_syntax != EXPLICIT_BE
    return read_dataset(BytesIO(entete), implicit, little, stop_when=_at_pixels)


def _at_pixels(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return int(tag) >= _PIXELS


def _prune(dataset: Dataset) -> None:
    """Take away, at every depth, what is not told: a study whose one element is badly written is still told of."""
    for tag in tuple(dataset.keys()):
        # the meaning of private elements is their maker's; some hold what nobody asked to publish
        element = None if tag.is_private else _readable(dataset, tag)
        if element is None or _is_bulk(element) or not _is_finite(element):
            del dataset[tag]
        elif element.VR == "SQ":
            for item in element.value:
                _prune(item)


def _readable(dataset: Dataset, tag: BaseTag) -> DataElement | None:
    try:
        return dataset[tag]
    except Exception:  # noqa: BLE001 - an unknown VR, a length that its VR does not have: pydicom raises whatever its input leads it to
        return None


def _is_bulk(element: DataElement) -> bool:
    return element.VR in BINARY and element.value is not None and len(element.value) > MAX_BINARY


def _is_finite(element: DataElement) -> bool:
    """Tell whether JSON can write its numbers: it has no infinity, and no number that is none."""
    values = element.value if isinstance(element.value, MutableSequence) else (element.value,)
    return all(math.isfinite(value) for value in values if isinstance(value, float | Decimal))
