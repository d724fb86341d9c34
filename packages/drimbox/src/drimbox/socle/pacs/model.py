# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a PACS answers, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InstancePacs:
    """One SOP instance known to the PACS (C-FIND, IMAGE level)."""

    sop_class_uid: str
    sop_instance_uid: str
    number: int | None = None
    frames: int | None = None


@dataclass(frozen=True, slots=True)
class SeriePacs:
    """One series, its instances sorted by InstanceNumber then UID."""

    series_instance_uid: str
    modality: str
    number: int | None
    description: str
    instances: tuple[InstancePacs, ...]


@dataclass(frozen=True, slots=True)
class EtudePacs:
    """One study as the PACS describes it, its series sorted by SeriesNumber then UID.

    Dates and times are DICOM DA and TM texts; an absent value is an empty text.
    """

    study_instance_uid: str
    accession_number: str
    patient_id: str
    issuer_of_patient_id: str
    patient_name: str
    patient_birth_date: str
    patient_sex: str
    study_date: str
    study_time: str
    study_id: str
    study_description: str
    referring_physician_name: str
    series: tuple[SeriePacs, ...]

    def __repr__(self) -> str:
        return f"EtudePacs({len(self.series)} series)"


@dataclass(frozen=True, slots=True)
class ObjetDicom:
    """One composite object as it came from the PACS: its data set is never decoded.

    Attributes:
        sop_class_uid: of the object.
        sop_instance_uid: of the object.
        transfer_syntax_uid: of ``dataset``, as negotiated with the PACS.
        dataset: encoded data set without preamble nor file meta information.
    """

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    dataset: bytes


def rank(number: int | None) -> int:
    """Return what sorts by SeriesNumber or InstanceNumber: objects without a number come last."""
    return number if number is not None else 2**31
