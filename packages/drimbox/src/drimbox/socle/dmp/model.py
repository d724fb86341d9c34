# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is deposited at the DMP, what is asked of it, what it answers: values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from drimbox.socle.personnes import Code, Identifiant, Patient, Professionnel, Structure

NORMAL = Code("N", "2.16.840.1.113883.5.25", "Normal")
"""The confidentiality of an ordinary report."""


class ModeVihf(Enum):
    """How the professional was authenticated (VIHF 3.0, Authentification_Mode).

    INDIRECTE: a machine of the structure feeds the DMP in the name of the professional.
    INDIRECTE_RENFORCEE: the professional logged in by Pro Santé Connect, and the structure vouches for it (AIR).
    """

    INDIRECTE = "INDIRECTE"
    INDIRECTE_RENFORCEE = "INDIRECTE_RENFORCEE"


@dataclass(frozen=True, slots=True)
class ContexteVihf:
    """Who asks, for which patient, from where.

    Attributes:
        mode: see :class:`ModeVihf`.
        professionnel: the professional; ``identifiant`` is the national identifier (PSC SubjectNameID).
        structure: where that person works (Identifiant_Structure).
        secteur_activite: activity sector (``SA08``, scheme 1.2.250.1.71.4.2.4).
        patient_ins: INS of the patient whose record is opened.
    """

    mode: ModeVihf
    professionnel: Professionnel
    structure: Structure
    secteur_activite: Code
    patient_ins: Identifiant

    def __repr__(self) -> str:
        return f"ContexteVihf({self.mode.value})"


@dataclass(frozen=True, slots=True)
class KosADeposer:
    """One KOS and everything its DMP entry says about it.

    Attributes:
        contenu: the KOS, a DICOM Part 10 file.
        sop_instance_uid: of the KOS; becomes the uniqueId of the document.
        study_instance_uid: of the study that the KOS references.
        created_at: when the KOS was made, aware.
        patient: must hold an INS.
        auteur: author of the report, or None when the report names a device.
        structure: structure of the author.
        authentificateur: legal authenticator of the report, or None.
        acte: what was done (serviceEvent/code), or None.
        modalites: DICOM modalities of the study, any scheme.
        regions: body regions, any scheme.
        accession: accession number and its authority, or None.
        order: placer order number and its authority, or None.
        debut: start of the act, aware, or None.
        fin: end of the act, aware, or None.
        confidentialite: N, R or V.
        flags: visibility flags that are set, HL7 names (``MASQUE_PS``, ``INVISIBLE_PATIENT``, ``INVISIBLE_REP_LEGAUX``…).
        cadre_exercice: practiceSettingCode, mandatory at the DMP.
        secteur_activite: healthcareFacilityTypeCode, mandatory at the DMP.
    """

    contenu: bytes
    sop_instance_uid: str
    study_instance_uid: str
    created_at: datetime
    patient: Patient
    structure: Structure | None
    auteur: Professionnel | None
    authentificateur: Professionnel | None
    cadre_exercice: Code | None
    secteur_activite: Code | None
    acte: Code | None = None
    modalites: tuple[Code, ...] = ()
    regions: tuple[Code, ...] = ()
    accession: Identifiant | None = None
    order: Identifiant | None = None
    debut: datetime | None = None
    fin: datetime | None = None
    confidentialite: Code = NORMAL
    flags: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"KosADeposer({self.sop_instance_uid})"


@dataclass(frozen=True, slots=True)
class RequeteDepot:
    """A request that writes (ITI-41, ITI-57), ready to leave: store these three values, and send them as they are.

    Attributes:
        content_type: value of the HTTP header.
        action: WS-Addressing action.
        body: exact HTTP body.
    """

    content_type: str
    action: str
    body: bytes

    def __repr__(self) -> str:
        return f"RequeteDepot({len(self.body)} bytes)"


@dataclass(frozen=True, slots=True)
class Depot:
    """A request that the DMP confirmed.

    Attributes:
        requete: what was really sent (its VIHF may have been renewed).
        deja_present: the DMP had already done it: an earlier answer had been lost.
    """

    requete: RequeteDepot
    deja_present: bool = False


@dataclass(frozen=True, slots=True)
class Criteres:
    """Filters of a search; empty means no filter.

    Attributes:
        accession: accession number with its authority: switches to FindDocumentsByReferenceId.
        study_instance_uid: study: switches to FindDocumentsByReferenceId.
        modalites: DICOM modality codes, any of them.
        regions: region codes, any of them.
        depuis: KOS made from this instant, aware.
        jusqu_a: KOS made before this instant, aware.
    """

    accession: Identifiant | None = None
    study_instance_uid: str | None = None
    modalites: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    depuis: datetime | None = None
    jusqu_a: datetime | None = None

    def __repr__(self) -> str:
        return "Criteres(…)"


@dataclass(frozen=True, slots=True)
class FicheDocument:
    """A document as the registry of the DMP describes it (XDS DocumentEntry).

    Attributes:
        entry_uuid: identifier of the entry in the registry.
        unique_id: of the document; for a KOS, its SOPInstanceUID.
        repository_unique_id: where it is kept.
        patient_ins: patient of the record.
        mime_type: ``application/dicom`` for a KOS.
        type_code: ``IMG-KOS`` for a KOS.
        titre: title for people.
        status: ``Approved`` or ``Deprecated``, short form.
        creation: creationTime, UTC.
        debut: serviceStartTime, UTC, or None.
        fin: serviceStopTime, UTC, or None.
        hash: SHA-1, lower case hexadecimal, or None.
        size: bytes, or None.
        actes: event codes that are neither modality nor region.
        modalites: event codes of the value set of modalities.
        regions: event codes of the value set of regions.
        confidentialites: confidentiality codes.
        accession: from referenceIdList, or None.
        order: from referenceIdList, or None.
        study_instance_uid: from referenceIdList, or None.
        institution: name of the author's institution, or an empty text.
        logical_id: what all the versions of the entry share (lid); the entryUUID of the first.
        version: number of this version of the entry.
    """

    entry_uuid: str
    unique_id: str
    repository_unique_id: str
    patient_ins: Identifiant
    mime_type: str
    type_code: str
    titre: str
    status: str
    creation: datetime | None
    debut: datetime | None
    fin: datetime | None
    hash: str | None
    size: int | None
    actes: tuple[Code, ...]
    modalites: tuple[Code, ...]
    regions: tuple[Code, ...]
    confidentialites: tuple[str, ...]
    accession: Identifiant | None
    order: Identifiant | None
    study_instance_uid: str | None
    institution: str
    logical_id: str = ""
    version: str = "1"

    @property
    def is_kos(self) -> bool:
        """Whether this entry is the KOS of an imaging study."""
        return self.mime_type == "application/dicom" and self.type_code == "IMG-KOS"

    def __repr__(self) -> str:
        return f"FicheDocument({self.unique_id})"


@dataclass(frozen=True, slots=True)
class LimitesDmp:
    """Bounds of the exchanges with the DMP.

    Attributes:
        response_bytes: largest answer accepted.
        xml_bytes: largest SOAP envelope accepted.
        parts: parts of a multipart answer.
        part_header_bytes: headers of one part.
        entries: entries of one search.
        connect_seconds: time given to reach the DMP.
        total_seconds: longest exchange, whatever the pace.
        vihf_validity: life of an assertion.
        clock_skew: how far the DMP's clock may be from ours.
    """

    response_bytes: int = 64 * 1024 * 1024
    xml_bytes: int = 16 * 1024 * 1024
    parts: int = 16
    part_header_bytes: int = 8 * 1024
    entries: int = 5000
    connect_seconds: float = 10.0
    total_seconds: float = 300.0
    vihf_validity: timedelta = timedelta(minutes=10)
    clock_skew: timedelta = timedelta(minutes=2)
