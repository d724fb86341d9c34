# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a DRIMbox takes from a KOS, whoever made it."""

from __future__ import annotations

from dataclasses import dataclass

from drimbox.socle.personnes import Identifiant


@dataclass(frozen=True, slots=True)
class InstanceKos:
    """One object named by the KOS."""

    sop_class_uid: str
    sop_instance_uid: str
    number: int | None = None
    frames: int | None = None


@dataclass(frozen=True, slots=True)
class SerieKos:
    """One series of the evidence.

    Attributes:
        series_instance_uid: of the series.
        modality: DICOM modality read from the description text; empty when the KOS does not say.
        description: series description, same origin.
        number: SeriesNumber, when given.
        retrieve_url: RetrieveURL (0008,1190), as written; None when absent. It is not to be trusted.
        instances: sorted by InstanceNumber then in the order of the KOS.
    """

    series_instance_uid: str
    modality: str
    description: str
    number: int | None
    retrieve_url: str | None
    instances: tuple[InstanceKos, ...]


@dataclass(frozen=True, slots=True)
class KosLu:
    """One KOS read. Its repr shows nothing of the patient.

    Attributes:
        sop_instance_uid: of the KOS itself.
        study_instance_uid: the study it points to.
        patient_ins: PatientID with the OID of its issuer, or None when there is none.
        patient_name: PatientName, DICOM PN text.
        patient_birth_date: DICOM DA text.
        patient_sex: DICOM CS text.
        accession: of the first requested procedure, or None (the OID may be empty).
        order: placer order number of the first requested procedure, or None (the OID may be empty).
        title: code value of the document title: 113030 for a manifest, 113001… for a rejection note.
        instance_number: 1 for a first KOS, raised at each replacement.
        study_date: DICOM DA text.
        study_time: DICOM TM text.
        study_description: text.
        acte: label of the act, read from the description text; empty when the KOS does not say.
        institution_name: text.
        series: sorted by SeriesNumber then in the order of the KOS.
    """

    sop_instance_uid: str
    study_instance_uid: str
    patient_ins: Identifiant | None
    patient_name: str
    patient_birth_date: str
    patient_sex: str
    accession: Identifiant | None
    order: Identifiant | None
    title: str
    instance_number: int
    study_date: str
    study_time: str
    study_description: str
    acte: str
    institution_name: str
    series: tuple[SerieKos, ...]

    @property
    def instances_count(self) -> int:
        """Number of objects pointed to."""
        return sum(len(serie.instances) for serie in self.series)

    def __repr__(self) -> str:
        return f"KosLu({self.sop_instance_uid}, {len(self.series)} series)"
