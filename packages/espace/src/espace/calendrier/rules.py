# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Jours ouvrés: Monday to Friday, public holidays of a region off, each day being the one of the clocks of Paris. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from confiance.errors import OwnError

PARIS = ZoneInfo("Europe/Paris")
MAX_JOURS = 1000  # a due date farther than four years is a mistake
_END = time(23, 59, 59)
FIRST_YEAR, LAST_YEAR = 1990, 2100  # the rules of public holidays that the library knows, and no farther


class Region(StrEnum):
    """Whose public holidays are followed: a Site overseas or in Alsace-Moselle has more of them."""

    METROPOLE = "metropole"
    ALSACE = "alsace"
    MOSELLE = "moselle"
    GUADELOUPE = "guadeloupe"
    MARTINIQUE = "martinique"
    GUYANE = "guyane"
    REUNION = "reunion"
    MAYOTTE = "mayotte"
    SAINT_BARTHELEMY = "saint_barthelemy"
    SAINT_MARTIN = "saint_martin"
    SAINT_PIERRE_ET_MIQUELON = "saint_pierre_et_miquelon"
    NOUVELLE_CALEDONIE = "nouvelle_caledonie"
    POLYNESIE = "polynesie"
    WALLIS_ET_FUTUNA = "wallis_et_futuna"


_SUBDIVISIONS = {
    Region.ALSACE: "6AE",
    Region.MOSELLE: "57",
    Region.GUADELOUPE: "971",
    Region.MARTINIQUE: "972",
    Region.GUYANE: "973",
    Region.REUNION: "974",
    Region.MAYOTTE: "976",
    Region.SAINT_BARTHELEMY: "BL",
    Region.SAINT_MARTIN: "MF",
    Region.SAINT_PIERRE_ET_MIQUELON: "PM",
    Region.NOUVELLE_CALEDONIE: "NC",
    Region.POLYNESIE: "PF",
    Region.WALLIS_ET_FUTUNA: "WF",
}


class HorsCalendrier(OwnError):
    """A number of days or a year that no due date has."""

    code = "calendrier.hors_bornes"
    message = "Cette échéance est hors du calendrier."
    remede = "Donnez un délai de 1 à 1000 jours ouvrés, entre 1990 et 2100."


@cache
def jours_feries(year: int, region: Region = Region.METROPOLE) -> frozenset[date]:
    """Return the public holidays of one year.

    Raises:
        HorsCalendrier: a year whose rules are unknown.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise HorsCalendrier
    import holidays  # noqa: PLC0415 - slow to load, and the settings of every process read this module for its regions

    return frozenset(holidays.country_holidays("FR", subdiv=_SUBDIVISIONS.get(region), years=year))


def is_ouvre(day: date, region: Region = Region.METROPOLE) -> bool:
    """Tell whether a day is a jour ouvré."""
    return day.weekday() < 5 and day not in jours_feries(day.year, region)


def jour_de_paris(at: datetime) -> date:
    """Return the day that the clocks of Paris show at an aware instant."""
    return at.astimezone(PARIS).date()


def fin_du_jour(day: date) -> datetime:
    """Return the last second of a day in Paris, in UTC: a change of hour happens at night, never then."""
    return datetime.combine(day, _END, PARIS).astimezone(UTC)


def add_jours_ouvres(day: date, count: int, region: Region = Region.METROPOLE) -> date:
    """Return the jour ouvré that comes that many after a day, which does not count itself.

    Args:
        day: any day.
        count: from 1 to 1000; a negative number goes back.
        region: whose public holidays.

    Raises:
        HorsCalendrier: out of these bounds, or of the years whose rules are known.
    """
    if not 1 <= abs(count) <= MAX_JOURS:
        raise HorsCalendrier
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= is_ouvre(day, region)
    return day


def echeance(at: datetime, count: int, region: Region = Region.METROPOLE) -> datetime:
    """Return the last instant of the delay of that many jours ouvrés which begins with an act.

    « 10 jours ouvrés » end with the tenth jour ouvré after the day of the act, at its last second.

    Args:
        at: aware instant of the act.
        count: jours ouvrés, at least 1.
        region: whose public holidays.

    Raises:
        HorsCalendrier: as :func:`add_jours_ouvres`.
    """
    return fin_du_jour(add_jours_ouvres(jour_de_paris(at), count, region))
