# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The health of this Drimbox, as the contract of confiance.sante says it."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.metadata import version

from django.conf import settings
from django.db import Error

from confiance.errors import DrimmError
from confiance.liste_blanche import Freshness
from confiance.sante import Sante, SanteListeBlanche, SantePacs, SanteTete, Statut
from drimbox.config import DrimboxSettings
from drimbox.socle.annuaire import queries as annuaire
from drimbox.socle.sante.models import EchoPacs

MISSED_ECHOES = 5
"""An answer older than this many turns says nothing any more: the worker that asks may be dead."""


def sante(now: datetime) -> Sante:
    """Return the health of this Drimbox; a database that does not answer makes it DOWN, never an error."""
    reglages: DrimboxSettings = settings.DRIMBOX
    try:
        echoes = {echo.pacs: echo for echo in EchoPacs.objects.all()}
        liste = _liste(now)
        drimbox = Statut.UP
    except Error:
        echoes, drimbox = {}, Statut.DOWN
        liste = SanteListeBlanche(None, None, Freshness.EXPIRED)
    oldest = now - timedelta(seconds=MISSED_ECHOES * reglages.sante.echo_seconds)
    pacs = tuple(_pacs(couple.db, echoes.get(couple.pacs), oldest) for couple in reglages.couples)
    return Sante(now, drimbox, pacs, liste, version("drimm-drimbox"))


def _pacs(db: str, echo: EchoPacs | None, oldest: datetime) -> SantePacs:
    if echo is None:
        return SantePacs(db, Statut.DOWN)
    alive = echo.answers and echo.checked_at >= oldest
    return SantePacs(db, Statut.UP if alive else Statut.DOWN, echo.checked_at)


def _liste(now: datetime) -> SanteListeBlanche:
    try:
        liste = annuaire.current(now)
        return SanteListeBlanche(liste.sha256, liste.date_generation, annuaire.freshness(now), _tete(now))
    except DrimmError:
        return SanteListeBlanche(None, None, Freshness.EXPIRED, _tete(now))


def _tete(now: datetime) -> SanteTete | None:
    """Return the head that is trusted, whatever became of the list: two gateways compare what they say here."""
    try:
        return annuaire.tete(now)
    except DrimmError:
        return None
