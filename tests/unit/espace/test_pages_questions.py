# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a visitor may ask of the history, and how a difference is laid out."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confiance.liste_blanche import Brouillon, Domaine, diff
from espace.web.ecarts import ecarts_of
from espace.web.public.questions import (
    HeureDouble,
    InstantAbsent,
    InstantFutur,
    InstantIllisible,
    InstantSansFuseau,
    NomAbsent,
    NomIllisible,
    QuestionIllisible,
    read_instant,
    read_name,
)
from tests.espace_donnees import NOW, ZONE, dn

DB = f"db1.1.{ZONE}"


@pytest.mark.parametrize("text", [DB, DB.upper(), f" {DB}. ", f"{DB}."])
def test_a_name_is_read_in_any_case_with_or_without_its_dot(text: str) -> None:
    assert read_name(text, zone=ZONE) == DB


@pytest.mark.parametrize("text", ["", "   ", "."])
def test_no_name_is_said_to_be_missing(text: str) -> None:
    with pytest.raises(NomAbsent):
        read_name(text, zone=ZONE)


@pytest.mark.parametrize(
    "text", ["x", "db1.1", "db1.1.ailleurs.fr", f"vi1.1.{ZONE}", f"db0.1.{ZONE}", f"db1.é.{ZONE}", "db1." + "x" * 300, "db1\x00"]
)
def test_what_is_not_a_db_name_of_the_zone_is_refused(text: str) -> None:
    with pytest.raises(NomIllisible):
        read_name(text, zone=ZONE)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-22T09:30:15Z", datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)),
        ("2026-11-22T10:30:15+01:00", datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)),
        ("2026-11-22T10:30:15 01:00", datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)),  # a plus sign that was not escaped
        ("2026-11-22T09:30:15.2Z", datetime(2026, 11, 22, 9, 30, 15, 200_000, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("local", [True, False])
def test_an_instant_with_its_zone_is_read_by_all(text: str, utc: datetime, local: bool) -> None:
    assert read_instant(text, local=local, now=NOW) == utc


@pytest.mark.parametrize(
    ("text", "utc"),
    [("2026-07-14T10:00", datetime(2026, 7, 14, 8, 0, tzinfo=UTC)), ("2026-11-22 10:00:01", datetime(2026, 11, 22, 9, 0, 1, tzinfo=UTC))],
)
def test_a_person_writes_the_time_of_paris_and_a_program_must_say_the_zone(text: str, utc: datetime) -> None:
    assert read_instant(text, local=True, now=NOW) == utc
    with pytest.raises(InstantSansFuseau):
        read_instant(text, local=False, now=NOW)


def test_a_fraction_without_zone_is_not_taken_for_universal_time() -> None:
    for local in (True, False):
        with pytest.raises(InstantSansFuseau):
            read_instant("2026-11-22T09:30:15.5", local=local, now=NOW)


@pytest.mark.parametrize("text", ["2026-10-25T02:30:00", "2026-03-29T02:30:00"])
def test_a_time_that_came_twice_or_never_is_not_guessed(text: str) -> None:
    with pytest.raises(HeureDouble):
        read_instant(text, local=True, now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "hier",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00",
        "2026-11-22",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00",
        "٢٠٢٦-11-22T00:00:00Z",
    ],
)
def test_what_is_not_an_instant_is_refused(text: str) -> None:
    with pytest.raises(InstantIllisible):
        read_instant(text, local=True, now=NOW)


def test_no_instant_is_missing_and_one_to_come_is_refused() -> None:
    with pytest.raises(InstantAbsent):
        read_instant(" ", local=True, now=NOW)
    assert read_instant("2026-11-22T09:30:15Z", local=False, now=NOW) <= NOW
    with pytest.raises(InstantFutur):
        read_instant("2026-11-22T09:30:16Z", local=False, now=NOW)


@given(st.text(max_size=400), st.booleans())
def test_any_text_is_an_instant_in_utc_or_a_refusal(text: str, local: bool) -> None:
    with contextlib.suppress(QuestionIllisible):
        assert read_instant(text, local=local, now=NOW).utcoffset() == timedelta(0)


@given(st.text(max_size=400))
def test_any_text_is_a_name_or_a_refusal(text: str) -> None:
    with contextlib.suppress(QuestionIllisible):
        assert read_name(text, zone=ZONE).endswith(ZONE)


def row(number: int, **changes: str) -> Domaine:
    db = f"db{number}.1.{ZONE}"
    values = {"identifiant": str(number), "db": db, "vi": f"vi{number}.1.{ZONE}", "denomination": "A", "support_contact": "a@b.test"}
    return Domaine(**{**values, "dn_certificat_operateur": dn(db), **changes}, date_maj=NOW)


def test_a_difference_shows_what_leaves_then_what_changes_then_what_comes() -> None:
    moved = row(2, dn_certificat_operateur="CN=autre,O=B,C=FR", denomination="B")
    found = ecarts_of(diff(Brouillon((row(1), row(2)), NOW), Brouillon((moved, row(3)), NOW)))
    assert [(ecart.genre, ecart.db.split(".")[0]) for ecart in found] == [("retrait", "db1"), ("modification", "db2"), ("ajout", "db3")]
    gone, changed, come = found
    assert [(value.champ, value.avant, value.apres) for value in changed.valeurs] == [
        ("dn_certificat_operateur", dn(f"db2.1.{ZONE}"), "CN=autre,O=B,C=FR"),
        ("denomination", "A", "B"),
    ]
    assert all(value.apres is None for value in gone.valeurs)
    assert all(value.avant is None for value in come.valeurs)
