# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Key-image notes as a workstation makes them: by highdicom, of the objects of a study."""

from __future__ import annotations

from highdicom.ko import KeyObjectSelection, KeyObjectSelectionDocument
from highdicom.sr import CodedConcept
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import ExplicitVRLittleEndian

from drimbox.socle.pacs.model import EtudePacs

SERIES, UID = "2.25.299", "2.25.29931"
OF_INTEREST = CodedConcept("113000", "DCM", "Of Interest")


def make_note(
    etude: EtudePacs, *uids: str, title: CodedConcept = OF_INTEREST, text: str | None = "Nodule à revoir", **changes: str
) -> KeyObjectSelectionDocument:
    """Return a note that names some objects of a study."""
    headers = [
        _header(etude, serie.series_instance_uid, i.sop_class_uid, i.sop_instance_uid)
        for serie in etude.series
        for i in serie.instances
        if i.sop_instance_uid in uids
    ]
    document = KeyObjectSelectionDocument(
        evidence=headers,
        content=KeyObjectSelection(title, headers, description=text),
        series_instance_uid=SERIES,
        series_number=1003,
        sop_instance_uid=UID,
        instance_number=1,
        transfer_syntax_uid=ExplicitVRLittleEndian,
    )
    for keyword, value in changes.items():
        setattr(document, keyword, value)
    return document


def encoded(document: Dataset, *, implicit: bool = False) -> bytes:
    """Return the data set alone, as DIMSE carries it."""
    buffer = DicomBytesIO()
    buffer.is_implicit_VR, buffer.is_little_endian = implicit, True
    write_dataset(buffer, document)
    return bytes(buffer.getvalue())


def _header(etude: EtudePacs, series_uid: str, class_uid: str, uid: str) -> Dataset:
    header = Dataset()
    header.SOPClassUID, header.SOPInstanceUID = class_uid, uid
    header.StudyInstanceUID, header.SeriesInstanceUID = etude.study_instance_uid, series_uid
    header.SpecificCharacterSet = "ISO_IR 192"
    header.PatientID, header.PatientName, header.PatientBirthDate, header.PatientSex = etude.patient_id, etude.patient_name, "", ""
    header.AccessionNumber, header.StudyID, header.StudyDate, header.StudyTime, header.ReferringPhysicianName = "", "", "", "", ""
    header.Rows = header.Columns = 1
    return header
