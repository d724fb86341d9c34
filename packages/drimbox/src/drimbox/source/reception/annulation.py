# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading of OMI^O23: which imaging requests are cancelled."""

from __future__ import annotations

from dataclasses import dataclass

from drimbox.socle.pacs.uids import is_uid
from drimbox.socle.personnes import Identifiant, Patient
from drimbox.source.reception.errors import CaractereInterdit, ChampAbsent
from drimbox.source.reception.identite import read_patient
from drimbox.source.reception.segments import Message, Segment, value

CANCEL = "CA"


@dataclass(frozen=True, slots=True)
class DemandeAnnulee:
    """One cancelled request (one IPC segment under an ORC-1 CA).

    Attributes:
        study_uid: IPC-3, or an empty text.
        accession: IPC-1, its oid empty when the message gives none; or None.
        order: ORC-2 or OBR-2, as above; or None.
    """

    study_uid: str
    accession: Identifiant | None
    order: Identifiant | None


@dataclass(frozen=True, slots=True)
class Annulation:
    """An OMI^O23 message: what it cancels, which may be nothing (a new or changed request is acknowledged without effect).

    Attributes:
        patient: of PID, or None.
        demandes: cancelled requests, in the order of the message.
    """

    patient: Patient | None
    demandes: tuple[DemandeAnnulee, ...]


def read_annulation(message: Message) -> Annulation:
    """Read an OMI^O23 message.

    Raises:
        ChampAbsent: a cancelled request names no study and no accession number, or a study by what is no UID.
        CaractereInterdit: a number that is to be looked for holds what no number holds.
    """
    demandes: list[DemandeAnnulee] = []
    orc, obr, pending = None, None, False
    for segment in message.segments:
        name = segment.name
        if name == "ORC":
            _check(pending)
            orc, obr, pending = segment, None, value(segment, 1) == CANCEL
        elif name == "OBR":
            obr = segment
        elif name == "IPC" and value(orc, 1) == CANCEL:
            demandes.append(_demande(segment, orc, obr))
            pending = False
    _check(pending)
    return Annulation(read_patient(message), tuple(demandes))


def _check(pending: bool) -> None:
    if pending:
        raise ChampAbsent("Une annulation (ORC-1 = CA) ne désigne aucun examen (segment IPC absent).", segment="IPC")


def _demande(ipc: Segment, orc: Segment | None, obr: Segment | None) -> DemandeAnnulee:
    study_uid, accession = value(ipc, 3), _entity(ipc, 1)
    if study_uid and not is_uid(study_uid):
        raise ChampAbsent("L'examen annulé (IPC-3) n'est pas désigné par un Study Instance UID.", segment="IPC")
    if not study_uid and accession is None:
        raise ChampAbsent("L'examen annulé n'est désigné ni par IPC-1 ni par IPC-3.", segment="IPC")
    return DemandeAnnulee(study_uid, accession, _entity(orc, 2) or _entity(obr, 2))


def _entity(segment: Segment | None, field: int) -> Identifiant | None:
    # EI: identifier, namespace, universal id; only the last one is an OID
    text, oid = value(segment, field), value(segment, field, 3)
    if segment is not None and not f"{text}{oid}".isprintable():
        raise CaractereInterdit(segment=segment.name)
    return Identifiant(text, oid) if text else None
