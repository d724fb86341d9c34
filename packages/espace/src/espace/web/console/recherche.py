# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What an agent asks of the couples, from the address of the page: the same for the list and for its export."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.http import HttpRequest
from django.utils import timezone

from espace.registre.recherche import Criteres
from espace.web.console.formulaires import Recherche


def criteres_of(request: HttpRequest) -> Criteres:
    """Return the criteria of the address; those that cannot be read ask nothing."""
    return criteres(Recherche(request.GET))


def criteres(form: Recherche) -> Criteres:
    """Return the criteria of a form. A day named as the last is in, whole."""
    form.is_valid()
    said = form.cleaned_data
    return Criteres(
        mots=said.get("q", ""),
        statut=said.get("statut", ""),
        operateur=said.get("operateur"),
        architecture=said.get("architecture", ""),
        attribue_du=_midnight(said.get("attribue_du")),
        attribue_avant=_midnight(said.get("attribue_au"), after=1),
        modifie_du=_midnight(said.get("modifie_du")),
        modifie_avant=_midnight(said.get("modifie_au"), after=1),
    )


def _midnight(day: date | None, *, after: int = 0) -> datetime | None:
    """Return when a day of France begins, or the day after it."""
    if day is None or day.year >= date.max.year:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=after), time()))
