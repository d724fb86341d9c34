# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Elements of a Key Object Selection of any kind: pointer, key-image note, rejection note. Its sender may have written anything in them."""

from __future__ import annotations

from collections.abc import Iterable

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from drimbox.socle.pacs.textes import texte_de


def items_of(dataset: Dataset, keyword: str) -> Iterable[Dataset]:
    """Return the items of a sequence; none when it is absent, empty, or no sequence."""
    value = dataset.get(keyword)
    return value if isinstance(value, Sequence) else ()


def stripped(dataset: Dataset, keyword: str) -> str:
    """Return the value of an element as a text, without the padding of DICOM."""
    return texte_de(dataset, keyword).strip(" \x00")


def concept_of(dataset: Dataset) -> str:
    """Return the DICOM code (DCM) that names a document or an item of it, whatever blanks surround it; empty when there is none."""
    concepts = items_of(dataset, "ConceptNameCodeSequence")
    return next((_code(item, "CodeValue") for item in concepts if _code(item, "CodingSchemeDesignator") == "DCM"), "")


def _code(item: Dataset, keyword: str) -> str:
    return stripped(item, keyword).strip()
