# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""When the list is pulled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confiance.errors import DrimmError
from confiance.liste_blanche import ClockFault, Freshness
from confiance.refusals import MemeDateAutreCorps
from confiance.transparence.liste_et_tete import EtatTete
from drimbox.socle.annuaire.errors import RetraitAConfirmer
from drimbox.socle.annuaire.rules import LONGEST, SPREAD, EtatCrl, EtatMiroir, Situation, alarmes, is_due
from drimbox.socle.annuaire.states import CodeAlarme

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
HOUR = 3600.0


def test_a_drimbox_that_never_pulled_pulls_at_once() -> None:
    assert is_due(None, NOW, HOUR, draw=0.5)


@pytest.mark.parametrize(("minutes", "due"), [(10, False), (47, False), (61, True)])
def test_a_successful_pull_is_followed_by_another_after_the_delay(minutes: int, due: bool) -> None:
    assert is_due((NOW - timedelta(minutes=minutes), True), NOW, HOUR, draw=0.0) is due


def test_the_draw_spreads_drimboxes_over_a_share_of_the_delay() -> None:
    last = (NOW - timedelta(minutes=50), True)
    assert is_due(last, NOW, HOUR, draw=1.0)
    assert not is_due(last, NOW, HOUR, draw=0.0)


def test_a_failed_pull_is_tried_again_within_minutes() -> None:
    assert is_due((NOW - timedelta(minutes=5), False), NOW, 24 * HOUR, draw=0.0)


def test_a_clock_that_went_back_does_not_stop_the_pulls() -> None:
    assert is_due((NOW + timedelta(days=2), True), NOW, HOUR, draw=0.0)


@given(st.floats(0, 1), st.floats(1, LONGEST.total_seconds()))
def test_the_delay_stays_within_its_spread(draw: float, poll: float) -> None:
    just_before = NOW - timedelta(seconds=poll * (1 - SPREAD)) + timedelta(seconds=1)
    assert not is_due((just_before, True), NOW, poll, draw=draw) or poll < 2
    assert is_due((NOW - timedelta(seconds=poll), True), NOW, poll, draw=draw)


@given(st.floats(0, 1), st.floats(0.1, 10**9))
def test_a_pull_is_made_every_day_whatever_the_settings_say(draw: float, poll: float) -> None:
    assert is_due((NOW - timedelta(days=1), True), NOW, poll, draw=draw)
    assert is_due((NOW - timedelta(hours=1), False), NOW, poll, draw=draw)


CALM = Situation(Freshness.FRESH, None, EtatTete.CONFIRMEE)


def codes(situation: Situation, *errors: DrimmError) -> set[CodeAlarme]:
    return set(alarmes(situation, errors, NOW))


def test_nothing_rings_when_all_is_well() -> None:
    good = EtatMiroir("liste.test", "inchange", NOW)
    assert codes(replace(CALM, miroirs=(good,), crls=(EtatCrl("CN=AC", NOW, NOW + timedelta(hours=1)),))) == set()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"freshness": Freshness.STALE_WARN}, CodeAlarme.LISTE_ANCIENNE),
        ({"signer_warning": timedelta(days=7)}, CodeAlarme.SIGNATAIRE),
        ({"tete": EtatTete.EQUIVOQUE}, CodeAlarme.TETE_EQUIVOQUE),
        ({"tete": EtatTete.EN_RETARD}, CodeAlarme.TETE_EN_RETARD),
        ({"tete": EtatTete.ABSENTE}, CodeAlarme.TETE_ABSENTE),
        ({"tete": EtatTete.NON_CONFIRMEE}, CodeAlarme.TETE_SANS_LISTE),
        ({"tete": EtatTete.LISTE_RETENUE}, CodeAlarme.TETE_SANS_LISTE),
        ({"miroirs": (EtatMiroir("a.test", "inchange", NOW, "tete.illisible"),)}, CodeAlarme.TETE_ABSENTE),
        ({"miroirs": (EtatMiroir("a.test", "refuse", None),)}, CodeAlarme.MIROIR),
        ({"miroirs": (EtatMiroir("a.test", "injoignable", NOW - timedelta(hours=25)),)}, CodeAlarme.MIROIR),
        ({"crls": (EtatCrl("CN=AC", NOW - timedelta(days=2), NOW - timedelta(days=1)),)}, CodeAlarme.CRL),
        ({"crls": (EtatCrl("CN=AC", None, None),)}, CodeAlarme.CRL),
    ],
)
def test_each_fault_rings_under_its_own_name(change: dict[str, Any], code: CodeAlarme) -> None:
    assert codes(replace(CALM, **change)) == {code}


@pytest.mark.parametrize("tete", [EtatTete.IGNOREE, EtatTete.EN_ATTENTE, EtatTete.LISTE_ATTENDUE])
def test_a_head_that_is_ignored_or_only_a_moment_late_rings_nothing(tete: EtatTete) -> None:
    assert codes(replace(CALM, tete=tete)) == set()


def test_an_address_that_fails_for_an_hour_rings_nothing() -> None:
    assert codes(replace(CALM, miroirs=(EtatMiroir("a.test", "injoignable", NOW - timedelta(hours=1)),))) == set()


def test_one_address_with_a_good_head_is_enough() -> None:
    good, bad = EtatMiroir("a.test", "inchange", NOW), EtatMiroir("b.test", "inchange", NOW, "tete.illisible")
    assert codes(replace(CALM, miroirs=(good, bad))) == set()


def test_what_a_pull_saw_rings_with_what_a_person_must_know() -> None:
    found = alarmes(CALM, (RetraitAConfirmer("ab" * 32, ["db1", "db2"]), ClockFault(), MemeDateAutreCorps()), NOW)
    assert set(found) == {CodeAlarme.RETRAIT_MASSIF, CodeAlarme.HORLOGE, CodeAlarme.LISTE_DOUBLE}
    assert found[CodeAlarme.RETRAIT_MASSIF].splitlines() == ["ab" * 32, "db1", "db2"]
