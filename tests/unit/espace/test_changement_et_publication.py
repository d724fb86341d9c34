# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who must agree to what, when the list is signed again, and who signs: pure decisions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confiance.liste_blanche import Domaine, RemovalGuard
from tests.espace_env import django_ready

django_ready()

from espace.liste_blanche import calendrier  # noqa: E402 - Django must be set up first
from espace.liste_blanche.calendrier import Echeance  # noqa: E402 - as above
from espace.liste_blanche.changement import Accord, Decision, Regle, decide, lignes_sha256, without  # noqa: E402 - as above
from espace.liste_blanche.errors import (  # noqa: E402 - as above
    ApprobationPerimee,
    ApprobationRefusee,
    DemandeRejetee,
    RetraitMassifNonConfirme,
    SignataireIndisponible,
)
from espace.liste_blanche.rules import check_answer  # noqa: E402 - as above
from espace.liste_blanche.states import Avis, DeuxPersonnes, Origine  # noqa: E402 - as above

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
NEVER, REMOVALS, ALWAYS = (Regle(rule) for rule in DeuxPersonnes)
PERSONNE, EXCLUSION, QUOTIDIENNE = (Accord(origine) for origine in Origine)


def row(number: int, ou: str = "300000000300019") -> Domaine:
    db = f"db{number}.1.mesimagesmedicales.fr"
    return Domaine(str(number), db, db.replace("db", "vi", 1), "Opérateur", f"CN={db},OU={ou},O=A,C=FR", "a@b.test", NOW)


HELD = tuple(row(n) for n in range(1, 5))
FEWER, MORE, OTHER_DN = HELD[1:], (*HELD, row(9)), (row(1, "300000000100057"), *HELD[1:])


@pytest.mark.parametrize(
    ("wanted", "regle", "accord", "decision"),
    [
        (HELD, ALWAYS, PERSONNE, Decision.PUBLIER),
        (MORE, NEVER, PERSONNE, Decision.PUBLIER),
        (FEWER, NEVER, PERSONNE, Decision.PUBLIER),
        (MORE, REMOVALS, PERSONNE, Decision.PUBLIER),
        (FEWER, REMOVALS, PERSONNE, Decision.ATTENDRE),
        (OTHER_DN, REMOVALS, PERSONNE, Decision.ATTENDRE),
        (MORE, ALWAYS, PERSONNE, Decision.ATTENDRE),
        (MORE, ALWAYS, QUOTIDIENNE, Decision.REPRENDRE),
        (FEWER, REMOVALS, QUOTIDIENNE, Decision.REPRENDRE),
        (FEWER, ALWAYS, EXCLUSION, Decision.RETIRER),
        (FEWER, REMOVALS, EXCLUSION, Decision.RETIRER),
        (FEWER, replace(ALWAYS, urgence_seule=False), EXCLUSION, Decision.ATTENDRE),
    ],
)
def test_the_two_person_rule_judges_what_changes(wanted: tuple[Domaine, ...], regle: Regle, accord: Accord, decision: Decision) -> None:
    assert decide(HELD, wanted, regle, accord) is decision


def test_an_approval_is_worth_for_the_rows_that_were_shown_and_no_other() -> None:
    approved = Accord(Origine.PERSONNE, avis=Avis.APPROUVE, lignes_sha256=lignes_sha256(MORE))
    assert decide(HELD, MORE, ALWAYS, approved) is Decision.PUBLIER
    with pytest.raises(ApprobationPerimee):
        decide(HELD, (*MORE, row(10)), ALWAYS, approved)
    with pytest.raises(DemandeRejetee):
        decide(HELD, MORE, ALWAYS, replace(approved, avis=Avis.REJETE))


def test_a_mass_removal_needs_the_word_of_its_author_and_the_daily_signature_keeps_the_rows_in_force() -> None:
    regle = Regle(removal=RemovalGuard(0.2, 2))
    with pytest.raises(RetraitMassifNonConfirme):
        decide(HELD, HELD[3:], regle, PERSONNE)
    assert decide(HELD, HELD[3:], regle, QUOTIDIENNE) is Decision.REPRENDRE
    assert decide(HELD, HELD[3:], regle, replace(PERSONNE, retrait_massif=True)) is Decision.PUBLIER
    assert decide(HELD, HELD[2:], regle, PERSONNE) is Decision.PUBLIER


@given(st.sets(st.integers(1, 6)), st.sets(st.integers(1, 6)), st.sampled_from(DeuxPersonnes), st.booleans())
def test_one_person_never_adds_a_name_under_the_strictest_rule(held: set[int], wanted: set[int], rule: DeuxPersonnes, alone: bool) -> None:
    before, after = tuple(row(n) for n in sorted(held)), tuple(row(n) for n in sorted(wanted))
    regle = Regle(rule, alone, RemovalGuard(1, 99))
    for accord in (PERSONNE, EXCLUSION, QUOTIDIENNE):
        decision = decide(before, after, regle, accord)
        if rule is DeuxPersonnes.ALWAYS and wanted - held:
            assert decision is not Decision.PUBLIER
    kept = without(before, frozenset(one.db for one in before if one not in after))
    assert {one.db for one in kept} == {one.db for one in before} & {one.db for one in after}


def test_rows_are_told_apart_whatever_the_date_of_the_list() -> None:
    assert lignes_sha256(HELD) == lignes_sha256(list(HELD))
    assert len({lignes_sha256(rows) for rows in (HELD, FEWER, MORE, OTHER_DN, HELD[::-1])}) == 5


@pytest.mark.parametrize(
    ("auteur", "shown", "waiting"),
    [
        ("Agent ", "a", "a"),
        ("AGENT", "a", "a"),
        ("cli:agent", "a", "a"),
        ("autre", "a", "b"),
        ("autre", "", ""),
        ("autre", "", "a"),
    ],
)
def test_the_same_person_or_other_rows_are_refused(auteur: str, shown: str, waiting: str) -> None:
    with pytest.raises(ApprobationRefusee):
        check_answer(demandeur="agent", auteur=auteur, shown=shown, waiting=waiting)


AT = time(4, 10)
RETRY = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("now", "published", "asked", "due"),
    [
        ("2026-11-22T03:09+00:00", "2026-11-21T03:11+00:00", None, False),
        ("2026-11-22T03:10+00:00", "2026-11-21T03:11+00:00", None, True),
        ("2026-11-22T03:10+00:00", "2026-11-22T03:10+00:00", None, False),
        ("2026-11-22T03:20+00:00", "2026-11-21T03:11+00:00", "2026-11-22T03:10+00:00", False),
        ("2026-11-22T03:25+00:00", "2026-11-21T03:11+00:00", "2026-11-22T03:10+00:00", True),
        ("2026-11-22T03:11+00:00", "2026-11-18T03:11+00:00", "2026-11-21T03:10+00:00", True),
        ("2026-07-22T02:10+00:00", "2026-07-21T02:11+00:00", None, True),
        ("2026-07-22T02:09+00:00", "2026-07-21T02:11+00:00", None, False),
        ("2026-11-22T03:11+00:00", "2026-11-21T03:11+00:00", "2026-11-23T03:10+00:00", True),
        ("2026-11-22T03:11+00:00", None, None, False),
    ],
)
def test_the_daily_signature_is_due_at_its_minute_of_paris(now: str, published: str | None, asked: str | None, due: bool) -> None:
    def read(text: str | None) -> datetime | None:
        return datetime.fromisoformat(text) if text else None

    assert calendrier.daily_is_due(datetime.fromisoformat(now), AT, published=read(published), asked=read(asked), retry=RETRY) is due


@given(st.integers(1_600_000_000, 2_200_000_000), st.times())
def test_the_next_signature_is_within_a_day_and_an_hour_whatever_the_change_of_hour(seconds: int, at: time) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    last, following = calendrier.last_occurrence(now, at), calendrier.next_occurrence(now, at)
    assert last - timedelta(hours=1) <= now < following + timedelta(hours=1)
    assert timedelta(hours=22) <= following.astimezone(UTC) - last.astimezone(UTC) <= timedelta(hours=26)


@dataclass(frozen=True)
class Periode:
    name: str
    since: datetime | None = None
    until: datetime | None = None


def test_the_signer_in_service_is_the_one_that_began_last() -> None:
    old, new = Periode("ancien", until=NOW + timedelta(days=9)), Periode("nouveau", since=NOW + timedelta(days=1))
    secours = Periode("secours", since=NOW + timedelta(days=2), until=NOW + timedelta(days=3))
    signers = [old, new, secours]
    days = {0: "ancien", 1: "nouveau", 2: "secours", 3: "nouveau", 30: "nouveau"}
    assert {day: calendrier.active(signers, NOW + timedelta(days=day)).name for day in days} == days
    with pytest.raises(SignataireIndisponible):
        calendrier.active([old], NOW + timedelta(days=9))


def _echeance(end: int, begin: int = -100, announced: int | None = -90) -> Echeance:
    fin = NOW + timedelta(days=end)
    at = None if announced is None else NOW + timedelta(days=announced)
    return Echeance(f"CN={end}", f"{end % 1000:064d}", NOW + timedelta(days=begin), fin, fin, at)


@pytest.mark.parametrize(("days", "warning"), [(91, None), (90, 90), (31, 90), (30, 30), (14, 14), (8, 14), (7, 7), (0, 7)])
def test_the_end_of_a_signer_is_told_at_ninety_thirty_fourteen_and_seven_days(days: int, warning: int | None) -> None:
    found = _echeance(days).warning(NOW)
    assert (found and found.days) == warning


def test_what_must_be_told_of_the_signers() -> None:
    def codes(*echeances: Echeance) -> set[str]:
        found = calendrier.troubles(echeances, NOW, announce=timedelta(days=30), heads=True)
        return {error.code for error, _ in found}

    assert codes(_echeance(400)) == set()
    assert codes(_echeance(20)) == {"signataire.fin_proche", "signataire.sans_successeur"}
    assert codes(_echeance(20), _echeance(400, begin=10, announced=-25)) == {"signataire.fin_proche"}
    assert codes(_echeance(200), _echeance(400, begin=10, announced=None)) == {"signataire.annonce_tardive"}
    assert codes(_echeance(200), _echeance(400, begin=40, announced=None)) == set()
