# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the outside asks of one exam, whatever the channel it came by.

Pure values: who finds the exam and writes is ``pointeur.actions.appliquer``.

=============================  ==============================================================================================
Event                          Comes from
=============================  ==============================================================================================
:class:`Publier`               ORU^R01, MDM^T02: one event per study that the report names
:class:`Remplacer`             MDM^T10, ORC-1 RO, OBX-11 C, or a report whose relatedDocument is RPLC (an ORU says it nowhere else)
:class:`Depublier`             OBX-11 D, MDM^T04, ORC-1 CA beside a report
:class:`Annuler`               OMI^O23 with ORC-1 CA: the imaging service request is cancelled
:class:`Rejeter`               an IOCM rejection note of the PACS: some or all instances of a study are rejected
=============================  ==============================================================================================

Applying an event twice has one effect. ``appliquer`` raises when the exam is not found and a person must say which one was meant; an
:class:`Annuler` of an unknown exam is no such case (a request is often cancelled before anything was reported): it has no effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from drimbox.socle.personnes import Identifiant, Patient
from drimbox.source.compte_rendu.model import ExamenDecrit
from drimbox.source.pointeur.rapport import Rapport


class Motif(StrEnum):
    """Why a pointer, or a part of it, must go. The value is written in the journal."""

    DEPUBLICATION = "depublication"
    ANNULATION = "annulation"
    QUALITE = "iocm.113001"
    SECURITE_PATIENT = "iocm.113037"
    LISTE_DE_TRAVAIL = "iocm.113038"
    FIN_DE_CONSERVATION = "iocm.113039"


@dataclass(frozen=True, slots=True)
class Reperes:
    """What may find the exam that an event speaks of, the surest first. Every part may be absent.

    Attributes:
        study_uid: StudyInstanceUID, or an empty text.
        documents: ids of the earlier report, as kept in ``Examen.compte_rendu`` (``root`` or ``root^extension``).
        accession: accession number; its oid is empty when the channel gives none (OMI).
        order: placer order number, as above.
        set_id: setId of the report. Never enough alone: reports that have nothing in common share one (homologation).
    """

    study_uid: str = ""
    documents: tuple[str, ...] = ()
    accession: Identifiant | None = None
    order: Identifiant | None = None
    set_id: str | None = None

    def __repr__(self) -> str:
        return f"Reperes(study={bool(self.study_uid)}, documents={len(self.documents)})"


@dataclass(frozen=True, slots=True)
class Publier:
    """Make the pointer of one study of a report.

    Attributes:
        message_id: the kept message.
        rapport: the message (flags, DESTDMP) and its report.
        examen: the study.
        reperes: of this study.
    """

    message_id: UUID
    rapport: Rapport
    examen: ExamenDecrit
    reperes: Reperes


@dataclass(frozen=True, slots=True)
class Remplacer:
    """Replace the pointer of one study: another report, other flags (MODIF_CONF_CODE), or both.

    Attributes:
        message_id: the kept message.
        rapport: the new message and its report.
        examen: the study.
        reperes: ``documents`` are the replaced reports (relatedDocument, TXA-13).
        explicite: the message itself says so (T10, RO, C). When only the report does, an exam without an earlier pointer is published.
    """

    message_id: UUID
    rapport: Rapport
    examen: ExamenDecrit
    reperes: Reperes
    explicite: bool


@dataclass(frozen=True, slots=True)
class Depublier:
    """Withdraw the pointer of one study from the DMP.

    Attributes:
        message_id: the kept message.
        reperes: ``documents`` is the report to withdraw (TXA-12, else the id of the report).
        motif: always DEPUBLICATION.
    """

    message_id: UUID
    reperes: Reperes
    motif: Motif = Motif.DEPUBLICATION


@dataclass(frozen=True, slots=True)
class Annuler:
    """Withdraw what was published for a cancelled request.

    Attributes:
        message_id: the kept message.
        reperes: StudyInstanceUID (IPC-3) and accession number (IPC-1); both must be the exam's when both are given.
        motif: always ANNULATION.
        patient: of PID, or None; it may not contradict the report of the exam.
    """

    message_id: UUID
    reperes: Reperes
    motif: Motif = Motif.ANNULATION
    patient: Patient | None = None


@dataclass(frozen=True, slots=True)
class Rejeter:
    """Take rejected instances out of a pointer; all of them rejected: withdraw it.

    Attributes:
        pacs: name of the PACS that sent the note.
        note_uid: SOPInstanceUID of the rejection note: the same note again has no second effect.
        study_uid: StudyInstanceUID.
        instances: rejected SOPInstanceUIDs.
        motif: from the title of the note (113001, 113037, 113038, 113039).
    """

    pacs: str
    note_uid: str
    study_uid: str
    instances: frozenset[str]
    motif: Motif


Evenement = Publier | Remplacer | Depublier | Annuler | Rejeter
