# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Jours ouvrés against a naive count day by day, and against the holidays of the law written here by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espace.calendrier.rules import (
    HorsCalendrier,
    Region,
    add_jours_ouvres,
    echeance,
    fin_du_jour,
    is_ouvre,
    jour_de_paris,
    jours_feries,
)

PARIS = ZoneInfo("Europe/Paris")
DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))
COUNTS = st.integers(1, 60)


def easter(year: int) -> date:
    """Meeus, Jones and Butcher: another way than the one of the library."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    j = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * j) // 451
    month, day = divmod(h + j - 7 * m + 114, 31)
    return date(year, month, day + 1)


def by_hand(year: int, region: Region = Region.METROPOLE) -> set[date]:
    """Code du travail L3133-1, and the local law of Alsace-Moselle (L3134-13)."""
    fixed = {date(year, m, d) for m, d in ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))}
    moving = {easter(year) + timedelta(days=days) for days in (1, 39, 50)}
    more = {date(year, 12, 26), easter(year) - timedelta(days=2)} if region in {Region.ALSACE, Region.MOSELLE} else set()
    return fixed | moving | more


@pytest.mark.parametrize("region", [Region.METROPOLE, Region.ALSACE, Region.MOSELLE])
@pytest.mark.parametrize("year", range(2024, 2045))
def test_the_holidays_are_those_of_the_law(year: int, region: Region) -> None:
    assert jours_feries(year, region) == by_hand(year, region)


@pytest.mark.parametrize("region", list(Region))
def test_every_region_has_the_holidays_of_the_metropole_or_its_own(region: Region) -> None:
    assert date(2027, 7, 14) in jours_feries(2027, region)
    assert len(jours_feries(2027, region)) >= 11


def test_overseas_the_abolition_of_slavery_is_a_holiday() -> None:
    assert not is_ouvre(date(2027, 5, 27), Region.GUADELOUPE)
    assert is_ouvre(date(2027, 5, 27))


@given(DAYS, COUNTS)
def test_ten_jours_ouvres_are_what_a_person_counts_on_a_calendar(day: date, count: int) -> None:
    naive, left = day, count
    while left:
        naive += timedelta(days=1)
        if naive.isoweekday() <= 5 and naive not in by_hand(naive.year):
            left -= 1
    assert add_jours_ouvres(day, count) == naive


@given(DAYS, COUNTS)
def test_going_back_undoes_going_forth(day: date, count: int) -> None:
    there = add_jours_ouvres(day, count)
    assert is_ouvre(there)
    assert add_jours_ouvres(add_jours_ouvres(there, -count), count) == there


@given(DAYS, COUNTS, st.times())
def test_the_delay_ends_with_the_last_second_of_its_day_whatever_the_hour_of_the_act(day: date, count: int, time: object) -> None:
    at = datetime.combine(day, time, PARIS)  # type: ignore[arg-type]  # hypothesis gives a time
    end = echeance(at, count)
    local = end.astimezone(PARIS)
    assert (local.hour, local.minute, local.second) == (23, 59, 59)
    assert end.tzinfo is UTC
    days = (jour_de_paris(at) + timedelta(days=rank) for rank in range(1, (local.date() - jour_de_paris(at)).days + 1))
    assert sum(map(is_ouvre, days)) == count


@pytest.mark.parametrize(
    ("at", "end"),
    [
        # the night of March: 2027-03-28 has 23 hours; the act of Friday 26 at 23:30 counts from that Friday
        (datetime(2027, 3, 26, 22, 30, tzinfo=UTC), datetime(2027, 3, 30, 21, 59, 59, tzinfo=UTC)),
        # the night of October: 2027-10-31 has 25 hours
        (datetime(2027, 10, 29, 21, 30, tzinfo=UTC), datetime(2027, 11, 2, 22, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_change_of_hour_neither_gives_nor_takes_a_day(at: datetime, end: datetime) -> None:
    # Easter Monday is 2027-03-29 and All Saints' Day 2027-11-01: one jour ouvré leads to the Tuesday in both
    assert echeance(at, 1) == end


def test_just_before_midnight_in_paris_the_act_belongs_to_that_day() -> None:
    late, after = datetime(2027, 6, 7, 21, 59, 59, tzinfo=UTC), datetime(2027, 6, 7, 22, 0, tzinfo=UTC)
    assert (jour_de_paris(late), jour_de_paris(after)) == (date(2027, 6, 7), date(2027, 6, 8))
    assert echeance(after, 1) - echeance(late, 1) == timedelta(days=1)


def test_the_end_of_a_day_is_seen_from_both_offsets() -> None:
    assert fin_du_jour(date(2027, 1, 15)) == datetime(2027, 1, 15, 22, 59, 59, tzinfo=UTC)
    assert fin_du_jour(date(2027, 7, 15)) == datetime(2027, 7, 15, 21, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("count", [0, 1001, -1001])
def test_a_number_of_days_out_of_bounds_is_refused(count: int) -> None:
    with pytest.raises(HorsCalendrier):
        add_jours_ouvres(date(2027, 1, 1), count)


def test_a_year_whose_rules_nobody_knows_is_refused() -> None:
    with pytest.raises(HorsCalendrier):
        add_jours_ouvres(date(2100, 12, 30), 5)
