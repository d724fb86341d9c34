# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a storm left: the DMP compared with the exams that were sent. Every line is a fault; an empty list is what we want."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from pydicom import dcmread
from pydicom.dataset import Dataset

from banc.dmp.names import APPROVED
from banc.dmp.store import Entry, Store
from banc.soak.tempete import faits
from banc.soak.tempete.charge import Examen
from banc.soak.tempete.sorts import Sort

STUDY_KIND: Final = "studyInstanceUID"
KOS_TYPE: Final = "application/dicom"
POINTEURS: Final = """
    SELECT kos.study_instance_uid, kos.sop_instance_uid, kos.version, kos.state, coalesce(message.control_id, '')
    FROM pointeur_kos AS kos
    LEFT JOIN LATERAL (SELECT message_id FROM depot_dmp_envoi WHERE kos_id = kos.id ORDER BY sequence DESC LIMIT 1) AS envoi ON true
    LEFT JOIN reception_message AS message ON message.id = envoi.message_id
"""
ALIVE: Final = frozenset({"en_vigueur", "en_attente"})
ETATS: Final = "SELECT study_instance_uid, state FROM pointeur_examen"
REFUSES: Final = """
    SELECT DISTINCT examen.study_instance_uid
    FROM journal JOIN pointeur_examen AS examen ON examen.id::text = journal.fields ->> 'examen_id'
    WHERE journal.event = 'dmp:envoi:refused'
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
            held[study_of(entry)].append(entry)
    in_force, wanted = sum(entry.status == APPROVED for entries in held.values() for entry in entries), _published(exams)
    found = [] if in_force == wanted else [f"{in_force} pointeurs en vigueur au DMP pour {wanted} examens"]
    found += [fault for exam in exams for fault in _of_exam(exam, held.pop(exam.study_uid, []), pointeurs)]
    found += [f"étude {study} : déposée sans avoir été envoyée" for study in held]
    return [*found, *_order(store, pointeurs), *faits.faults(exams, store, {one.sop_instance_uid: one.study_uid for one in pointeurs})]


def states_faults(exams: tuple[Examen, ...], states: Mapping[str, str]) -> list[str]:
    """Compare where each exam stands in the DRIMbox with where its messages should have left it.

    Args:
        exams: what was sent.
        states: study → state, as ETATS gives them.
    """
    wanted = {exam: "retire" if exam.is_withdrawn else "depose" for exam in exams}
    return [
        f"examen {exam.number} ({exam.sort}) : « {states.get(exam.study_uid, 'inconnu')} » au lieu de « {state} »"
        for exam, state in wanted.items()
        if states.get(exam.study_uid) != state
    ]


def refused_faults(exams: tuple[Examen, ...], refused: Collection[str]) -> list[str]:
    """Compare the exams that the DMP refused once with those that it had to refuse.

    Args:
        exams: what was sent.
        refused: studies, as REFUSES gives them.
    """
    wanted = {exam.study_uid: exam.number for exam in exams if exam.sort is Sort.REFUSE}
    found = [f"examen {number} : le DMP devait le refuser une fois" for study, number in wanted.items() if study not in refused]
    return found + [f"étude {study} : refusée par le DMP sans raison" for study in refused if study not in wanted]


def _published(exams: tuple[Examen, ...]) -> int:
    return sum(not exam.is_withdrawn for exam in exams)


def _of_exam(exam: Examen, entries: list[Entry], pointeurs: tuple[Pointeur, ...]) -> Iterator[str]:
    name = f"examen {exam.number}"
    active = [entry for entry in entries if entry.status == APPROVED]
    ours = [pointeur for pointeur in pointeurs if pointeur.study_uid == exam.study_uid]
    yield from (fault for entry in entries for fault in _mixed(name, exam, entry))
    if exam.is_withdrawn:
        yield from _withdrawn(name, active, ours)
    elif len(active) != 1:
        yield f"{name} : {len(active)} pointeurs en vigueur au DMP"
    else:
        yield from _in_force(name, exam, active[0], ours)


def _withdrawn(name: str, active: list[Entry], ours: list[Pointeur]) -> Iterator[str]:
    if active:
        yield f"{name} : encore en vigueur au DMP, alors qu'il est retiré"
    if any(pointeur.state in ALIVE for pointeur in ours):
        yield f"{name} : retiré, ses images sont encore partagées"


def _in_force(name: str, exam: Examen, entry: Entry, ours: list[Pointeur]) -> Iterator[str]:
    in_force = [pointeur for pointeur in ours if pointeur.state in ALIVE]
    if set(entry.confidentialities) != exam.codes:
        yield f"{name} : visible selon {sorted(entry.confidentialities)} ; il fallait {sorted(exam.codes)}"
    if [pointeur.sop_instance_uid for pointeur in in_force] != [entry.unique_id]:
        yield f"{name} : le pointeur en vigueur de la DRIMbox n'est pas celui du DMP"
    elif in_force[0].version != max(pointeur.version for pointeur in ours):
        yield f"{name} : le pointeur en vigueur n'est pas le dernier"
    elif (asked_by := in_force[0].control_id) != exam.last_word:
        yield f"{name} : le pointeur en vigueur est celui du message {asked_by} ; le dernier était {exam.last_word}"


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
        if fait.kind not in faits.DEPOTS:
            continue
        pointeur = versions.get(fait.unique_id)
        if pointeur is None:
            yield f"{fait.kind} d'un document que la DRIMbox ne connaît pas"
            continue
        if pointeur.version <= last.get(pointeur.study_uid, 0):
            yield f"étude {pointeur.study_uid} : version {pointeur.version} prise après la version {last[pointeur.study_uid]}"
        last[pointeur.study_uid] = pointeur.version


def study_of(entry: Entry) -> str:
    """Return the study that the entry of a document names, or an empty text."""
    references = entry.item.slots.get("urn:ihe:iti:xds:2013:referenceIdList", ())
    return next((value.partition("^")[0] for value in references if value.endswith(STUDY_KIND)), "")
