# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a Study Root query asks for, and what answers it (PS3.4 section C.2.2.2 and C.6.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.uid import UID

LEVELS = ("STUDY", "SERIES", "IMAGE")
UNIQUE_KEYS = {"STUDY": "StudyInstanceUID", "SERIES": "SeriesInstanceUID", "IMAGE": "SOPInstanceUID"}
PER_LEVEL = {
    "STUDY": {
        "AccessionNumber", "IssuerOfPatientID", "PatientBirthDate", "PatientID", "PatientName", "PatientSex", "ReferringPhysicianName",
        "StudyDate", "StudyDescription", "StudyID", "StudyInstanceUID", "StudyTime",
    },
    "SERIES": {"Modality", "SeriesDescription", "SeriesInstanceUID", "SeriesNumber"},
    "IMAGE": {"InstanceNumber", "NumberOfFrames", "SOPClassUID", "SOPInstanceUID"},
}  # fmt: skip


class BadIdentifier(Exception):
    """The identifier does not match the SOP class: 0xA900."""


def check(identifier: Dataset, *, retrieve: bool = False) -> str:
    """Return the level of a query, after checking its unique keys.

    Raises:
        BadIdentifier: no level, a level that Study Root does not have, or a unique key missing, malformed or wild above (for a retrieval:
            also at) the level.
    """
    level = str(identifier.get("QueryRetrieveLevel", "")).strip()
    if level not in LEVELS:
        raise BadIdentifier
    depth = LEVELS.index(level) + (1 if retrieve else 0)
    for above in LEVELS[:depth]:
        values = _values(identifier, UNIQUE_KEYS[above])
        if not values or not all(UID(value).is_valid for value in values) or (len(values) > 1 and above != level):
            raise BadIdentifier
    return level


def search(headers: Iterable[Dataset], identifier: Dataset, level: str) -> list[Dataset]:
    """Return one header per study, series or image that matches."""
    found: dict[str, Dataset] = {}
    keyword = UNIQUE_KEYS[level]
    for header in headers:
        key = str(header[keyword].value)
        if key not in found and matches(header, identifier, level):
            found[key] = header
    return list(found.values())


def matches(header: Dataset, identifier: Dataset, level: str) -> bool:
    """Tell whether an object answers the keys of this level and those above."""
    known = set().union(*(PER_LEVEL[name] for name in LEVELS[: LEVELS.index(level) + 1]))
    asked = [element.keyword for element in identifier if element.keyword in known]
    return all(_one_of(_text(header, keyword), _values(identifier, keyword), keyword) for keyword in asked)


def answer(header: Dataset, identifier: Dataset, level: str) -> Dataset:
    """Build the answer: the keys asked for, as the object holds them."""
    result = Dataset()
    if header.get("SpecificCharacterSet"):
        result.SpecificCharacterSet = header.SpecificCharacterSet
    result.QueryRetrieveLevel = level
    known = set().union(*(PER_LEVEL[name] for name in LEVELS[: LEVELS.index(level) + 1]))
    for element in identifier:
        if element.keyword in known:
            result.add(header[element.tag] if element.tag in header else _empty(element))
    return result


def _empty(element: DataElement) -> DataElement:
    return DataElement(element.tag, element.VR, None)


def _values(identifier: Dataset, keyword: str) -> Sequence[str]:
    value = identifier.get(keyword)
    if value is None or value == "":
        return []
    return [str(item) for item in value] if isinstance(value, list | tuple) or hasattr(value, "append") else [str(value)]


def _text(header: Dataset, keyword: str) -> str:
    value = header.get(keyword)
    return "" if value is None else str(value)


def _one_of(text: str, wanted: Sequence[str], keyword: str) -> bool:
    return not wanted or any(_matches_one(text, value, keyword) for value in wanted)


def _matches_one(text: str, wanted: str, keyword: str) -> bool:
    if "-" in wanted and keyword in {"StudyDate", "StudyTime", "PatientBirthDate"}:
        low, _, high = wanted.partition("-")
        return bool(text) and (not low or text >= low) and (not high or text <= high)
    if "*" in wanted or "?" in wanted:
        pattern = "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in wanted)
        return re.fullmatch(pattern, text, flags=re.IGNORECASE if keyword == "PatientName" else 0) is not None
    return text.casefold() == wanted.casefold() if keyword == "PatientName" else text == wanted
