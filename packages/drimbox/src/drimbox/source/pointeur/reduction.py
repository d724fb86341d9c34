# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is left of a KOS once the time of the patient's traits is over: what serving its images needs, and nothing else.

A pointer is served for as long as it is in the DMP, which may be decades. That takes the study, the series and objects that it opens, and
the INS that is written into each image that leaves. The names, the date of birth, the sex, the request and the physicians are dropped.
"""

from __future__ import annotations

from io import BytesIO

from pydicom import dcmread
from pydicom.dataset import Dataset

from drimbox.source.pointeur.errors import KosImpossible

KEPT = frozenset({
    "SpecificCharacterSet", "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "Modality", "InstanceNumber",
    "StudyDate", "StudyTime", "StudyDescription", "ConceptNameCodeSequence", "ValueType", "ContentSequence",
    "CurrentRequestedProcedureEvidenceSequence",
    # the INS and its authority: without them no image could leave with the identity that the receiver expects
    "PatientID", "IssuerOfPatientID", "IssuerOfPatientIDQualifiersSequence",
})  # fmt: skip


def reduce(contenu: bytes) -> bytes:
    """Return a KOS without the traits of its patient.

    Args:
        contenu: a Part 10 file made by this program, or by another DRIMbox.

    Raises:
        KosImpossible: it cannot be read.
    """
    try:
        document: Dataset = dcmread(BytesIO(contenu))
        for element in list(document):
            if element.keyword not in KEPT:
                del document[element.tag]
        buffer = BytesIO()
        document.save_as(buffer, enforce_file_format=True)
    except Exception:  # noqa: BLE001 - pydicom raises whatever its input leads it to
        raise KosImpossible("Un pointeur gardé ne peut plus être lu.") from None
    return buffer.getvalue()
