# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the DMP was made to do for each exam, in order: nothing twice, and nothing that no message asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from banc.dmp.store import Fait, Store
from banc.soak.tempete.charge import Examen
from banc.soak.tempete.sorts import Sort

DEPOT, REMPLACEMENT, RETRAIT, VISIBILITE = "depot", "remplacement", "suppression", "visibilite"
DEPOTS: Final = frozenset({DEPOT, REMPLACEMENT})


def faults(exams: tuple[Examen, ...], store: Store, study_of: Mapping[str, str]) -> Iterator[str]:
    """Yield the exams for which the DMP took something else than what their messages asked.

    Args:
        exams: what was sent.
        store: of the simulated DMP.
        study_of: SOPInstanceUID of a KOS → its study.
    """
    taken: dict[str, list[Fait]] = defaultdict(list)
    for fait in store.faits:
        taken[study_of.get(fait.unique_id, "")].append(fait)
    for exam in exams:
        if not _is_as_asked(exam, taken[exam.study_uid]):
            yield f"examen {exam.number} : le DMP a pris {', '.join(fait.kind for fait in taken[exam.study_uid]) or 'rien'}"


def _is_as_asked(exam: Examen, taken: list[Fait]) -> bool:
    """Tell whether it took one first deposit, then replacements of what it held last, and at most one update, last."""
    deposits, updates = [fait for fait in taken if fait.kind in DEPOTS], [fait for fait in taken if fait.kind not in DEPOTS]
    formers = ["", *(fait.unique_id for fait in deposits)]
    chain = [(REMPLACEMENT if former else DEPOT, former) for former in formers[:-1]]
    if [(fait.kind, fait.former) for fait in deposits] != chain or taken != deposits + updates or len(deposits) > exam.versions:
        return False
    about_the_last = all(fait.unique_id == formers[-1] for fait in updates)
    return about_the_last and [fait.kind for fait in updates] in _updates(exam, deposited=bool(deposits))


def _updates(exam: Examen, *, deposited: bool) -> list[list[str]]:
    """Return what may have been asked of the DMP once it held the last version; what was withdrawn in time may never have been there."""
    if exam.is_withdrawn:
        return [[RETRAIT]] if deposited else [[]]
    if not deposited:
        return []
    return [[], [VISIBILITE]] if exam.sort is Sort.VISIBILITE else [[]]
