# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The DICOM JSON model (DICOM PS3.18 annex F): headers without pixels, always in UTF-8, addresses on our public name only."""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag

from drimbox.socle.pacs.elements import DEFLATED, EXPLICIT_BE, IMPLICIT_LE, inflate
from drimbox.socle.pacs.identifiants import ObjetIllisible

UNICODE = "ISO_IR 192"
MAX_BINARY = 4096
"""Longer binary values are left out: there is no bulk data service, and pixels are asked for as frames."""

MAX_INFLATED = 16 << 20
_PIXELS = 0x7FE00000
BINARY = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})


def metadata_of(entete: bytes, transfer_syntax: str, retrieve_url: str) -> dict[str, Any]:
    """Return the JSON object of one instance.

    Args:
        entete: its data set up to the pixels.
        transfer_syntax: of these bytes.
        retrieve_url: address of the instance, under our public name.

    Raises:
        ObjetIllisible: the header cannot be read.
    """
    try:
        dataset = _read(entete, transfer_syntax)
        dataset.RetrieveURL = retrieve_url
        dataset.remove_private_tags()  # their meaning is the maker's; some hold what nobody asked to publish
        dataset.walk(_without_bulk)
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
    return json.dumps(list(rows), ensure_ascii=False, separators=(",", ":")).encode()


def _read(entete: bytes, transfer_syntax: str) -> Dataset:
    implicit, little = transfer_syntax == IMPLICIT_LE, transfer_syntax != EXPLICIT_BE
    if transfer_syntax == DEFLATED:
        entete = inflate(entete, MAX_INFLATED)
    return read_dataset(BytesIO(entete), implicit, little, stop_when=_at_pixels)


def _at_pixels(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return int(tag) >= _PIXELS


def _without_bulk(dataset: Dataset, element: Any) -> None:
    if element.VR in BINARY and element.value is not None and len(element.value) > MAX_BINARY:
        del dataset[element.tag]
