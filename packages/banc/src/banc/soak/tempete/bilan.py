# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a storm left: the DMP compared with the exams that were sent. Every line is a fault; an empty list is what we want."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from pydicom import dcmread
from pydicom.dataset import Dataset

from banc.dmp.names import APPROVED
from banc.dmp.store import Entry, Store
from banc.soak.tempete.charge import Examen

STUDY_KIND: Final = "studyInstanceUID"
KOS_TYPE: Final = "application/dicom"
POINTEURS: Final = """
    SELECT kos.study_instance_uid, kos.sop_instance_uid, kos.version, kos.state, coalesce(message.control_id, '')
    FROM pointeur_kos AS kos
    LEFT JOIN LATERAL (SELECT message_id FROM depot_dmp_envoi WHERE kos_id = kos.id ORDER BY sequence DESC LIMIT 1) AS envoi ON true
    LEFT JOIN reception_message AS message ON message.id = envoi.message_id
"""


@dataclass(frozen=True, slots=True)
class Pointeur:
    """A KOS as the DRIMbox keeps it: study, UID, version, state, and the MSH-10 of the message that asked for its deposit."""

    study_uid: str
    sop_instance_uid: str
    version: int
    state: str
    control_id: str


def faults(exams: tuple[Examen, ...], store: Store, pointeurs: tuple[Pointeur, ...]) -> list[str]:
    """Compare what was sent, what the DMP holds and what the DRIMbox believes.

    Args:
        exams: what was sent.
        store: of the simulated DMP.
        pointeurs: every KOS of the DRIMbox, as POINTEURS gives them.
    """
    held: dict[str, list[Entry]] = defaultdict(list)
    for entry in store.entries.values():
        if entry.item.mime_type == KOS_TYPE:
            held[_study_of(entry)].append(entry)
    in_force = sum(entry.status == APPROVED for entries in held.values() for entry in entries)
    found = [] if in_force == len(exams) else [f"{in_force} pointeurs en vigueur au DMP pour {len(exams)} examens"]
    found += [fault for exam in exams for fault in _of_exam(exam, held.pop(exam.study_uid, []), pointeurs)]
    found += [f"étude {study} : déposée sans avoir été envoyée" for study in held]
    return [*found, *_order(store, pointeurs), *_chains(exams, store, pointeurs)]


def _of_exam(exam: Examen, entries: list[Entry], pointeurs: tuple[Pointeur, ...]) -> Iterator[str]:
    name = f"examen {exam.number}"
    active = [entry for entry in entries if entry.status == APPROVED]
    yield from (fault for entry in entries for fault in _mixed(name, exam, entry))
    if len(active) != 1:
        yield f"{name} : {len(active)} pointeurs en vigueur au DMP"
        return
    ours = [pointeur for pointeur in pointeurs if pointeur.study_uid == exam.study_uid]
    in_force = [pointeur for pointeur in ours if pointeur.state == "en_vigueur"]
    if [pointeur.sop_instance_uid for pointeur in in_force] != [active[0].unique_id]:
        yield f"{name} : le pointeur en vigueur de la DRIMbox n'est pas celui du DMP"
    elif in_force[0].version != max(pointeur.version for pointeur in ours):
        yield f"{name} : le pointeur en vigueur n'est pas le dernier"
    elif (asked_by := in_force[0].control_id) != (wanted := exam.control_id(exam.versions)):
        yield f"{name} : le pointeur en vigueur est celui du message {asked_by} ; le dernier était {wanted}"


def _mixed(name: str, exam: Examen, entry: Entry) -> Iterator[str]:
    """Nothing of another exam may be in a document of this one, in force or not."""
    kos = dcmread(BytesIO(entry.content))
    if entry.patient.partition("^")[0] != exam.ins or kos.PatientID != exam.ins:
        yield f"{name} : déposé dans le dossier d'un autre patient"
    if kos.StudyInstanceUID != exam.study_uid or set(_images(kos)) != {exam.image_uid}:
        yield f"{name} : le pointeur désigne d'autres images"
    if {request.AccessionNumber for request in kos.ReferencedRequestSequence} != {exam.accession}:
        yield f"{name} : le pointeur porte le numéro de demande d'un autre examen"


def _images(kos: Dataset) -> Iterator[str]:
    for study in kos.CurrentRequestedProcedureEvidenceSequence:
        for serie in study.ReferencedSeriesSequence:
            yield from (str(instance.ReferencedSOPInstanceUID) for instance in serie.ReferencedSOPSequence)


def _order(store: Store, pointeurs: tuple[Pointeur, ...]) -> Iterator[str]:
    """The DMP must have taken the versions of an exam in their order, each once."""
    versions = {pointeur.sop_instance_uid: pointeur for pointeur in pointeurs}
    last: dict[str, int] = {}
    for fait in store.faits:
        pointeur = versions.get(fait.unique_id)
        if pointeur is None:
            yield f"{fait.kind} d'un document que la DRIMbox ne connaît pas"
            continue
        if pointeur.version <= last.get(pointeur.study_uid, 0):
            yield f"étude {pointeur.study_uid} : version {pointeur.version} prise après la version {last[pointeur.study_uid]}"
        last[pointeur.study_uid] = pointeur.version


def _chains(exams: tuple[Examen, ...], store: Store, pointeurs: tuple[Pointeur, ...]) -> Iterator[str]:
    """Of one exam the DMP took one first deposit, then replacements of what it held last; never more of them than reports came."""
    study_of = {pointeur.sop_instance_uid: pointeur.study_uid for pointeur in pointeurs}
    taken: dict[str, list[tuple[str, str]]] = defaultdict(list)
    uids: dict[str, list[str]] = defaultdict(list)
    for fait in store.faits:
        study = study_of.get(fait.unique_id, "")
        taken[study].append((fait.kind, fait.former))
        uids[study].append(fait.unique_id)
    for exam in exams:
        formers = ["", *uids[exam.study_uid]]
        wanted = [("remplacement" if former else "depot", former) for former in formers[:-1]]
        if taken[exam.study_uid] != wanted or not 1 <= len(wanted) <= exam.versions:
            yield f"examen {exam.number} : le DMP a pris {', '.join(kind for kind, _ in taken[exam.study_uid]) or 'rien'}"


def _study_of(entry: Entry) -> str:
    references = entry.item.slots.get("urn:ihe:iti:xds:2013:referenceIdList", ())
    return next((value.partition("^")[0] for value in references if value.endswith(STUDY_KIND)), "")
