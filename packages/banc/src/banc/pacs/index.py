# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a PACS simulator knows of its files: their headers, never their pixels."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pydicom.config
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pynetdicom.dsutils import split_dataset

from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.part10 import to_part10

KEYWORDS = (
    "AccessionNumber", "InstanceNumber", "IssuerOfPatientID", "Modality", "NumberOfFrames", "PatientBirthDate", "PatientID", "PatientName",
    "PatientSex", "ReferringPhysicianName", "SOPClassUID", "SOPInstanceUID", "SeriesDescription", "SeriesInstanceUID", "SeriesNumber",
    "SpecificCharacterSet", "StudyDate", "StudyDescription", "StudyID", "StudyInstanceUID", "StudyTime",
)  # fmt: skip

pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE


class UnreadableObject(Exception):
    """These bytes are not an object that a PACS can file."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored object: its file, where its data set begins in it, and its header."""

    path: Path
    offset: int
    transfer_syntax_uid: str
    header: Dataset

    @property
    def sop_instance_uid(self) -> str:
        """Key of the index."""
        return str(self.header.SOPInstanceUID)

    def load(self) -> ObjetDicom:
        """Read the object: the bytes that were received."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            dataset = file.read()
        return ObjetDicom(str(self.header.SOPClassUID), self.sop_instance_uid, self.transfer_syntax_uid, dataset)


class Index:
    """The objects of a folder, by SOP Instance UID. Safe between threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._entries: dict[str, Entry] = {}
        self._lock = threading.Lock()

    def scan(self) -> None:
        """Read the headers of every Part-10 file of the folder and of its sub-folders; other files are left alone."""
        for path in sorted(self._folder.rglob("*")):
            if path.is_file() and path.name != "DICOMDIR":
                try:
                    self._keep(_read(path))
                except (UnreadableObject, InvalidDicomError):
                    continue

    def add(self, objet: ObjetDicom) -> None:
        """Write an object and index it.

        Raises:
            UnreadableObject: no header can be read, or it contradicts the command.
        """
        content = to_part10(objet)
        header = _header(BytesIO(content))
        if (header.SOPInstanceUID, header.SOPClassUID) != (objet.sop_instance_uid, objet.sop_class_uid):
            raise UnreadableObject
        path = self._folder / f"{objet.sop_instance_uid}.dcm"
        partial = path.with_suffix(".part")
        partial.write_bytes(content)
        partial.replace(path)
        self._keep(Entry(path, len(content) - len(objet.dataset), objet.transfer_syntax_uid, header))

    def remove(self, sop_instance_uid: str) -> None:
        """Forget an object and delete its file."""
        with self._lock:
            entry = self._entries.pop(sop_instance_uid)
        entry.path.unlink()

    def entries(self) -> list[Entry]:
        """Return every entry, as of now."""
        with self._lock:
            return list(self._entries.values())

    def _keep(self, entry: Entry) -> None:
        with self._lock:
            self._entries[entry.sop_instance_uid] = entry


def _read(path: Path) -> Entry:
    header = _header(path)
    meta, offset = split_dataset(path)
    return Entry(path, offset, str(meta.TransferSyntaxUID), header)


def _header(source: Path | BytesIO) -> Dataset:
    try:
        header = dcmread(source, stop_before_pixels=True, specific_tags=list(KEYWORDS))
        for keyword in ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"):
            if not header.get(keyword):
                raise UnreadableObject
        for _element in header.iterall():
            pass  # every value is decoded once, here: what cannot be read is refused at the door
    except InvalidDicomError:
        raise
    except (AttributeError, KeyError, ValueError, TypeError, EOFError, NotImplementedError, OSError) as error:
        raise UnreadableObject from error
    return header
