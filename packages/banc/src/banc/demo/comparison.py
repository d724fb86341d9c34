# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Are the images received the images sent?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

# what the specification lets a source add to the images that it sends: the INS among the other identifiers of the patient
ADDED_BY_THE_SOURCE = frozenset({"OtherPatientIDsSequence"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the received images differ from the sent ones."""

    sent: int
    received: int
    bytes: int
    differences: tuple[str, ...]

    @property
    def identical(self) -> bool:
        """Whether each image arrived, once, with the same pixels and attributes."""
        return self.sent > 0 and self.sent == self.received and not self.differences


def compare(sent: Path, received: Path, studies: frozenset[str]) -> Comparison:
    """Compare two folders of DICOM files.

    Args:
        sent: folder of the PACS of the source.
        received: folder of the PACS of the consommatrice.
        studies: StudyInstanceUIDs to compare; other files are left alone.
    """
    left, right = _read(sent, studies), _read(received, studies)
    size = sum(path.stat().st_size for path in right.values())
    return Comparison(len(left), len(right), size, tuple(_differences(left, right)))


def _read(folder: Path, studies: frozenset[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["StudyInstanceUID", "SOPInstanceUID"])
        if header.StudyInstanceUID in studies:
            found[str(header.SOPInstanceUID)] = path
    return found


def _differences(left: dict[str, Path], right: dict[str, Path]) -> Iterator[str]:
    for uid in sorted(left.keys() ^ right.keys()):
        yield f"{uid} : {'absente' if uid in left else 'inattendue'} à l'arrivée"
    for uid in sorted(left.keys() & right.keys()):
        keywords = _different_keywords(pydicom.dcmread(left[uid]), pydicom.dcmread(right[uid]))
        if keywords:
            yield f"{uid} : {', '.join(keywords)}"


def _different_keywords(a: Dataset, b: Dataset) -> list[str]:
    tags = {element.tag for element in a} | {element.tag for element in b}
    different = [tag for tag in sorted(tags) if a.get(tag) != b.get(tag)]
    keywords = [pydicom.datadict.keyword_for_tag(tag) or str(tag) for tag in different]
    syntax = [] if a.file_meta.TransferSyntaxUID == b.file_meta.TransferSyntaxUID else ["TransferSyntaxUID"]
    return syntax + [keyword for keyword in keywords if keyword not in ADDED_BY_THE_SOURCE]
