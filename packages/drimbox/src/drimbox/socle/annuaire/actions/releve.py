# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One pull: the CRLs, then every address of the list with its head, then what it comes to.

Every address is asked, each under its own tag: one that is late or frozen is seen beside the others, and cannot hide a newer list.
They are asked one after the other, so that one list at most is in memory, and each has a bounded time.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction

from confiance.errors import DrimmError
from drimbox.socle.annuaire.actions.alarmes import review
from drimbox.socle.annuaire.actions.bilan import Bilan, Lecture, conclude
from drimbox.socle.annuaire.actions.crl import pull_crls
from drimbox.socle.annuaire.actions.liste import apply_list
from drimbox.socle.annuaire.actions.miroirs import keep_bad, keep_good, keep_late, known, shielded
from drimbox.socle.annuaire.actions.passage import Passage
from drimbox.socle.annuaire.actions.tete import pull_tete
from drimbox.socle.annuaire.delai import Delai
from drimbox.socle.annuaire.fetch import Demande, Reponse, fetch
from drimbox.socle.annuaire.models import Miroir
from drimbox.socle.annuaire.states import ResultatMiroir, UsageMiroir
from drimbox.socle.journal.actions import new_trace


def refresh(now: datetime, *, confirm_removal: str | None = None) -> Bilan:
    """Pull now, verify, put in force what may be, and write down how it ended.

    Args:
        now: aware time of the pull.
        confirm_removal: hex SHA-256 of a list whose mass removal a person confirmed.
    """
    passage = Passage(new_trace(), now, confirm_removal)
    pull_crls(passage)
    lectures = [_ask(row, passage) for row in known(UsageMiroir.LISTE, settings.DRIMBOX.liste_blanche.urls)]
    bilan = conclude(lectures, passage)
    review(now, lectures)
    return bilan


def _ask(row: Miroir, passage: Passage) -> Lecture:
    found = shielded(row, partial(_ask_both, row, passage))
    return found if isinstance(found, Lecture) else _bad(row, found, None, passage)


def _ask_both(row: Miroir, passage: Passage) -> Lecture:
    """Ask one address for the head, then for the list: the publisher writes them in the other order.

    The list waits for the head a bounded time, and is read whatever became of the head.
    """
    liste = settings.DRIMBOX.liste_blanche
    tete = pull_tete(liste, row.url, Delai(min(liste.timeout, liste.idle_seconds)), passage)
    return _read(row, row.etag, tete, passage) or _read(row, "", tete, passage) or Lecture(ResultatMiroir.REFUSE, tete=tete)


def _read(row: Miroir, etag: str, tete: DrimmError | None, passage: Passage) -> Lecture | None:
    """Fetch the list under a tag and put it in force if it may be; None when it must be asked without tag."""
    liste = settings.DRIMBOX.liste_blanche
    try:
        answer = fetch(liste, Demande(row.url, liste.max_bytes, etag))
    except DrimmError as error:
        return _bad(row, error, tete, passage)
    return _keep(row, answer, tete, passage)


@transaction.atomic
def _keep(row: Miroir, answer: Reponse, tete: DrimmError | None, passage: Passage) -> Lecture | None:
    """Put what an address gave in force, and remember the address, in one transaction."""
    try:
        with transaction.atomic():
            lecture = apply_list(answer, row.sha256, passage)
    except DrimmError as error:
        return _bad(row, error, tete, passage)
    if lecture is None:
        return None
    if lecture.error is not None:
        keep_late(row, lecture.error.code, passage, tete=tete)
    else:
        keep_good(row, lecture.result, passage, etag=answer.etag, sha256=lecture.sha256, tete=tete)
    return lecture


@transaction.atomic
def _bad(row: Miroir, error: DrimmError, tete: DrimmError | None, passage: Passage) -> Lecture:
    return Lecture(keep_bad(row, error, passage, tete=tete), error, tete=tete)
