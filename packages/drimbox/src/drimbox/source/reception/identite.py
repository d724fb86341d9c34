# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The PID segment: who the message says the patient is."""

from __future__ import annotations

from drimbox.socle.personnes import OIDS_INS, Identifiant, Patient, TraitsPatient
from drimbox.source.reception.errors import PlusieursPatients
from drimbox.source.reception.segments import Message, Segment, repetitions, segments, value

_SEXES = frozenset({"M", "F", "O", "U"})


def read_patient(message: Message) -> Patient | None:
    """Return the patient of PID, or None when there is no PID (the public prototype sends none).

    PID-3 holds the INS under one of its OIDs and the local number (type PI) in any order; PID-5 may be repeated, the legal name first.

    Raises:
        PlusieursPatients: there is more than one PID.
    """
    found = list(segments(message, "PID"))
    if not found:
        return None
    if len(found) > 1:
        raise PlusieursPatients
    (pid,) = found
    numbers = [_number(pid, repetition) for repetition in range(1, repetitions(pid, 3) + 1)]
    return Patient(
        ins=next((number for number, kind in numbers if number and (number.oid in OIDS_INS)), None),
        ipp=next((number for number, kind in numbers if number and kind == "PI" and number.oid not in OIDS_INS), None),
        traits=_traits(pid),
    )


def _number(pid: Segment, repetition: int) -> tuple[Identifiant | None, str]:
    text = value(pid, 3, 1, repetition=repetition)
    oid = value(pid, 3, 4, 2, repetition=repetition)
    kind = value(pid, 3, 5, repetition=repetition)
    return (Identifiant(text, oid) if text else None), kind


def _traits(pid: Segment) -> TraitsPatient:
    legal = _legal_name(pid)
    sexe = value(pid, 8)
    return TraitsPatient(
        nom_naissance=value(pid, 5, 1, repetition=legal),
        premier_prenom=value(pid, 5, 2, repetition=legal),
        prenoms_naissance=value(pid, 5, 3, repetition=legal),
        date_naissance=value(pid, 7)[:8],
        sexe=sexe if sexe in _SEXES else "U",
        lieu_naissance=_birth_place(pid),
    )


def _legal_name(pid: Segment) -> int:
    count = repetitions(pid, 5)
    return next((repetition for repetition in range(1, count + 1) if value(pid, 5, 7, repetition=repetition) == "L"), 1)


def _birth_place(pid: Segment) -> str | None:
    # PID-11 type BDL: place of birth, its INSEE code in the ninth component (county)
    for repetition in range(1, repetitions(pid, 11) + 1):
        if value(pid, 11, 7, repetition=repetition) == "BDL":
            return value(pid, 11, 9, repetition=repetition) or None
    return None
