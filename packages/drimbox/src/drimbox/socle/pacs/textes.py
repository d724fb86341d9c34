# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The text of an element of a data set that others wrote."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence


def texte_de(dataset: Dataset, keyword: str) -> str:
    """Return the value of an element as a text; an empty one when it is absent, empty, or a sequence.

    Whoever writes the bytes chooses the VR of an element: where a text is expected may stand a sequence of sequences, which pydicom
    writes out three times longer at each level. Fifteen hundred bytes of it become gigabytes: no sequence is ever turned into text here.
    """
    value = dataset.get(keyword)
    return "" if value is None or isinstance(value, Sequence | Dataset) else str(value)
