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

from banc.dmp.names import APPROVED
from banc.dmp.store import Entry, Store
from banc.soak.tempete.charge import Examen

STUDY_KIND: Final = "studyInstanceUID"


@dataclass(frozen=True, slots=True)
class Pointeur:
    """A KOS as the DRIMbox keeps it: study, UID, version and state."""

    study_uid: str
    sop_instance_uid: str
    version: int
    state: str


def faults(exams: tuple[Examen, ...], store: Store, pointeurs: tuple[Pointeur, ...]) -> list[str]:
    """Compare what was sent, what the DMP holds and what the DRIMbox believes.

    Args:
        exams: what was sent.
        store: of the simulated DMP.
        pointeurs: every KOS of the DRIMbox.
    """
    active: dict[str, list[Entry]] = defaultdict(list)
    for entry in store.entries.values():
        if entry.item.mime_type == "application/dicom" and entry.status == APPROVED:
            active[_study_of(entry)].append(entry)
    found = [fault for exam in exams for fault in _of_exam(exam, active.pop(exam.study_uid, []), pointeurs)]
    found += [f"étude {study} : déposée sans avoir été envoyée" for study in active]
    return [*found, *_order(store, pointeurs)]


def _of_exam(exam: Examen, entries: list[Entry], pointeurs: tuple[Pointeur, ...]) -> Iterator[str]:
    name = f"examen {exam.number}"
    if len(entries) != 1:
        yield f"{name} : {len(entries)} pointeurs en vigueur au DMP"
        return
    (entry,) = entries
    if entry.patient.partition("^")[0] != exam.ins or _patient_of(entry) != exam.ins:
        yield f"{name} : déposé dans le dossier d'un autre patient"
    ours = [pointeur for pointeur in pointeurs if pointeur.study_uid == exam.study_uid]
    in_force = [pointeur for pointeur in ours if pointeur.state == "en_vigueur"]
    if [pointeur.sop_instance_uid for pointeur in in_force] != [entry.unique_id]:
        yield f"{name} : le pointeur en vigueur de la DRIMbox n'est pas celui du DMP"
    elif in_force[0].version != max(pointeur.version for pointeur in ours):
        yield f"{name} : le pointeur en vigueur n'est pas le dernier"


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


def _study_of(entry: Entry) -> str:
    references = entry.item.slots.get("urn:ihe:iti:xds:2013:referenceIdList", ())
    return next((value.partition("^")[0] for value in references if value.endswith(STUDY_KIND)), "")


def _patient_of(entry: Entry) -> str:
    return str(dcmread(BytesIO(entry.content)).PatientID)
