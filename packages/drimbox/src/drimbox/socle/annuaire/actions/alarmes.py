# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The alarms: opened by what was seen, closed by what is seen now, or by a person where no success could settle the matter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from drimbox.socle.annuaire.actions.bilan import Lecture
from drimbox.socle.annuaire.models import Alarme
from drimbox.socle.annuaire.queries import situation
from drimbox.socle.annuaire.rules import alarmes
from drimbox.socle.annuaire.states import KEPT, CodeAlarme
from drimbox.socle.journal.actions import new_trace, record


@transaction.atomic
def review(now: datetime, lectures: Iterable[Lecture] | None = None) -> None:
    """Open and close alarms as things stand.

    Args:
        now: aware time.
        lectures: what the addresses gave, when they were just asked; None when only time went by.
    """
    errors = None if lectures is None else tuple(lecture.error for lecture in lectures if lecture.error is not None)
    wanted = alarmes(situation(now), errors, now)
    opened = {CodeAlarme(alarme.code): alarme for alarme in Alarme.objects.select_for_update()}
    for code, detail in wanted.items():
        raise_alarm(code, detail, now, opened.get(code))
    for code, alarme in opened.items():
        if code not in wanted and code not in KEPT and (errors is not None or code not in _SEEN_BY_A_PULL):
            close_alarm(alarme)


_SEEN_BY_A_PULL = frozenset({CodeAlarme.RETRAIT_MASSIF, CodeAlarme.HORLOGE})
"""Alarms that only the next pull can close."""


def raise_alarm(code: CodeAlarme, detail: str, now: datetime, opened: Alarme | None) -> None:
    """Open an alarm, or bring its detail up to date; the journal hears of the opening alone."""
    if opened is not None:
        Alarme.objects.filter(pk=code).exclude(detail=detail).update(detail=detail)
        return
    trace = new_trace()
    Alarme.objects.create(code=code, since=now, detail=detail, trace=trace)
    record("annuaire:alarme:opened", trace=trace, code=f"annuaire.alarme_{code}")


def close_alarm(alarme: Alarme) -> None:
    """Close an alarm."""
    alarme.delete()
    record("annuaire:alarme:closed", trace=alarme.trace, reason=alarme.code)
