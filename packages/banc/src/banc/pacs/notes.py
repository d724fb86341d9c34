# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Rejection notes (IHE RAD, IOCM) as a PACS makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import ExplicitVRLittleEndian

KEY_OBJECT_SELECTION = "1.2.840.10008.5.1.4.1.1.88.59"
CT = "1.2.840.10008.5.1.4.1.1.2"
Rejected = Mapping[str, Mapping[str, Sequence[str]]]
"""Study → series → instances."""
SAMPLE: Rejected = {"1.2.3": {"1.2.3.1": ["1.2.3.1.1", "1.2.3.1.2"], "1.2.3.2": ["1.2.3.2.1"]}}


def make_note(
    title: str, rejected: Rejected = SAMPLE, *, uid: str = "2.25.42", scheme: str = "DCM", sop_class: str = KEY_OBJECT_SELECTION
) -> bytes:
    """Return a Key Object Selection as an encoded data set, explicit VR little endian.

    Args:
        title: code of the document title.
        rejected: what it rejects.
        uid: SOPInstanceUID of the note.
        scheme: of the title.
        sop_class: of the note.
    """
    buffer = DicomBytesIO()
    buffer.is_implicit_VR, buffer.is_little_endian = False, True
    with disable_value_validation():
        write_dataset(buffer, note_dataset(title, rejected, uid=uid, scheme=scheme, sop_class=sop_class))
    return bytes(buffer.getvalue())


def note_dataset(
    title: str, rejected: Rejected = SAMPLE, *, uid: str = "2.25.42", scheme: str = "DCM", sop_class: str = KEY_OBJECT_SELECTION
) -> Dataset:
    """Return the same as a data set."""
    concept = Dataset()
    concept.CodeValue, concept.CodingSchemeDesignator, concept.CodeMeaning = title, scheme, "Title"
    note = Dataset()
    note.file_meta = FileMetaDataset()
    note.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    note.SOPClassUID, note.SOPInstanceUID = sop_class, uid
    note.PatientName = "PAT-BANC^CAMILLE"
    note.StudyInstanceUID, note.SeriesInstanceUID = next(iter(rejected), "1.2.3"), "1.2.3.99"
    note.Modality = "KO"
    note.ConceptNameCodeSequence = [concept]
    note.CurrentRequestedProcedureEvidenceSequence = [_study(study, series) for study, series in rejected.items()]
    return note


def _study(uid: str, series: Mapping[str, Sequence[str]]) -> Dataset:
    study = Dataset()
    study.StudyInstanceUID = uid
    study.ReferencedSeriesSequence = [_series(number, instances) for number, instances in series.items()]
    return study


def _series(uid: str, instances: Sequence[str]) -> Dataset:
    series = Dataset()
    series.SeriesInstanceUID = uid
    series.ReferencedSOPSequence = [_instance(instance) for instance in instances]
    return series


def _instance(uid: str) -> Dataset:
    instance = Dataset()
    instance.ReferencedSOPClassUID, instance.ReferencedSOPInstanceUID = CT, uid
    return instance
