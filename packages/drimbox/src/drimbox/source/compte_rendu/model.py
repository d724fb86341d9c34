# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a DRIMbox takes from a validated imaging report (CDA-R2, volet IMG-CR-IMG or level 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from drimbox.socle.personnes import Code, Identifiant, Patient, Professionnel, Structure


@dataclass(frozen=True, slots=True)
class ExamenDecrit:
    """One study named by the report: one id of one documentationOf/serviceEvent.

    Attributes:
        study_instance_uid: serviceEvent/id/@root.
        accession: ps3-20:accessionNumber of the matching order (value = extension, oid = root), or None.
        order: placer order number (value = extension, oid = root), or None.
        acte: serviceEvent/code.
        modalites: DICOM modality codes among the translations (RM already mapped to MR).
        regions: body region codes among the translations.
        debut: serviceEvent/effectiveTime/low, aware; None when absent.
        fin: serviceEvent/effectiveTime/high, aware; None when absent.
    """

    study_instance_uid: str
    accession: Identifiant | None
    order: Identifiant | None
    acte: Code | None
    modalites: tuple[Code, ...]
    regions: tuple[Code, ...]
    debut: datetime | None
    fin: datetime | None


@dataclass(frozen=True, slots=True)
class CompteRendu:
    """A validated imaging report, reduced to what the pointer and its deposit need.

    Attributes:
        identifiant: ClinicalDocument/id, "root" or "root^extension".
        set_id: ClinicalDocument/setId, same form, or None. Not a key: several reports may share it.
        version: versionNumber, or None.
        remplace: ids of the documents named by relatedDocument typeCode=RPLC.
        etabli_le: effectiveTime, aware.
        patient: INS, IPP and traits.
        auteur: first author (a professional), or None for a device.
        structure: organisation that answers for the report: the first identified one of author, legalAuthenticator, performer, custodian.
        authentificateur: legalAuthenticator, or None.
        examens: every study named, in document order, without repetition.
        confidentialite: confidentialityCode (N, R, V).
        cadre_exercice: practiceSettingCode (standardIndustryClassCode), or None.
        secteur_activite: healthcareFacilityTypeCode (SAnn), or None.
        demandes: every (placer order, accession) pair of the report, in document order, whatever the study.
        jumeau: id of the same report in another level of CDA, when its message carried both, or None.
    """

    identifiant: str
    set_id: str | None
    version: str | None
    remplace: tuple[str, ...]
    etabli_le: datetime
    patient: Patient
    auteur: Professionnel | None
    structure: Structure | None
    authentificateur: Professionnel | None
    examens: tuple[ExamenDecrit, ...]
    confidentialite: Code
    cadre_exercice: Code | None
    secteur_activite: Code | None
    demandes: tuple[tuple[Identifiant | None, Identifiant | None], ...] = ()
    jumeau: str | None = None

    def __repr__(self) -> str:
        return f"CompteRendu({self.identifiant}, {len(self.examens)} examens)"
