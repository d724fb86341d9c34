# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The references of a KOS made by highdicom from the headers of all objects: slow, and what our bytes must equal."""

from __future__ import annotations

from io import BytesIO

from highdicom.ko import KeyObjectSelection, KeyObjectSelectionDocument
from highdicom.sr import CodedConcept
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from drimbox.socle.pacs.model import EtudePacs
from drimbox.source.pointeur.rules import is_image
from tests.unit.drimbox.pointeur.examples import DB


def rewritten(kos: bytes, study: EtudePacs) -> bytes:
    """Return a KOS whose references were replaced by those of highdicom, encoded by pydicom."""
    document, reference = dcmread(BytesIO(kos)), _document(study)
    document.CurrentRequestedProcedureEvidenceSequence = reference.CurrentRequestedProcedureEvidenceSequence
    _complete(document.CurrentRequestedProcedureEvidenceSequence[0], study)
    document.ContentSequence = [document.ContentSequence[0], *reference.ContentSequence]
    for item in document.ContentSequence[1:]:
        del item.ConceptNameCodeSequence
    buffer = BytesIO()
    document.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _document(study: EtudePacs) -> Dataset:
    headers = [
        _header(study, serie.series_instance_uid, i.sop_class_uid, i.sop_instance_uid) for serie in study.series for i in serie.instances
    ]
    for keyword in ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate", "StudyTime"):
        setattr(headers[0], keyword, "")
    return KeyObjectSelectionDocument(
        evidence=headers,
        content=KeyObjectSelection(CodedConcept("113030", "DCM", "MANIFEST"), headers),
        series_instance_uid="2.25.2",
        series_number=59,
        sop_instance_uid="2.25.1",
        instance_number=1,
        transfer_syntax_uid=ExplicitVRLittleEndian,
    )


def _header(study: EtudePacs, series_uid: str, class_uid: str, uid: str) -> Dataset:
    header = Dataset()
    header.SOPClassUID, header.SOPInstanceUID = class_uid, uid
    header.StudyInstanceUID, header.SeriesInstanceUID = study.study_instance_uid, series_uid
    if is_image(class_uid):
        header.Rows = header.Columns = 1  # how highdicom tells an IMAGE from a COMPOSITE
    return header


def _complete(evidence: Dataset, study: EtudePacs) -> None:
    instances = {i.sop_instance_uid: i for serie in reversed(study.series) for i in reversed(serie.instances)}
    series = {serie.series_instance_uid: serie for serie in study.series}
    for item in evidence.ReferencedSeriesSequence:
        uid = str(item.SeriesInstanceUID)
        item.RetrieveURL = f"https://{DB}/dicom-web-rs/studies/{study.study_instance_uid}/series/{uid}"
        if (number := series[uid].number) is not None:
            item.SeriesNumber = number
        for reference in item.ReferencedSOPSequence:
            instance = instances[str(reference.ReferencedSOPInstanceUID)]
            if instance.number is not None:
                reference.InstanceNumber = instance.number
            if instance.frames is not None and instance.frames > 1:
                reference.NumberOfFrames = instance.frames
