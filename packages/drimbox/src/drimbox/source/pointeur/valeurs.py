# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a DICOM attribute can hold: an identifier too long for its attribute would be cut by somebody, later."""

from __future__ import annotations

from pydicom.config import RAISE
from pydicom.dataset import Dataset
from pydicom.valuerep import validate_value

from drimbox.source.pointeur.errors import ValeurHorsNorme


def fits(vr: str, text: str) -> bool:
    """Tell whether a text may be a value of this representation."""
    try:
        validate_value(vr, text, RAISE)
    except ValueError:
        return False
    return True


def check(document: Dataset) -> None:
    """Refuse a data set that holds what DICOM cannot.

    Raises:
        ValeurHorsNorme: names the attribute, never the value.
    """
    for element in document.iterall():
        values = element.value if element.VM > 1 else [element.value]
        if element.VR != "SQ" and not all(fits(element.VR, str(value)) for value in values if value is not None):
            raise ValeurHorsNorme.of(element.keyword)


def check_value(keyword: str, vr: str, text: str) -> None:
    """Refuse a value that its attribute cannot hold.

    Raises:
        ValeurHorsNorme: names the attribute, never the value.
    """
    if not fits(vr, text):
        raise ValeurHorsNorme.of(keyword)
