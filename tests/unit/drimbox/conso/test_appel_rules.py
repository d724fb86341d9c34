# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who may look at a call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from drimbox.conso.appel.rules import may_take, must_refresh, opens, print_of
from drimbox.conso.rapatriement.states import TRANSITIONS, UNDER_WAY, EtatRapatriement, outcome

NOW = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def test_the_key_of_a_call_opens_it_once() -> None:
    assert opens("key", print_of("key"), None, LATER, NOW)
    assert not opens("key", print_of("key"), NOW, LATER, NOW)


def test_a_wrong_or_late_key_opens_nothing() -> None:
    assert not opens("other", print_of("key"), None, LATER, NOW)
    assert not opens("key", print_of("key"), None, NOW, NOW)


@pytest.mark.parametrize(("taken_by", "allowed"), [("", True), ("A", True), ("B", False)])
def test_the_first_professional_keeps_a_call(taken_by: str, allowed: bool) -> None:
    assert may_take(taken_by, "A", LATER, NOW) is allowed
    assert not may_take(taken_by, "A", NOW, NOW)


@pytest.mark.parametrize(("seconds", "refresh"), [(120, False), (31, False), (30, True), (0, True), (-5, True)])
def test_a_token_is_renewed_before_it_dies_on_the_way(seconds: int, refresh: bool) -> None:
    assert must_refresh(NOW + timedelta(seconds=seconds), NOW) is refresh


@pytest.mark.parametrize(("expected", "stored", "state"), [(3, 3, "complet"), (3, 2, "incomplet"), (3, 0, "echoue")])
def test_only_what_the_pacs_keeps_counts(expected: int, stored: int, state: str) -> None:
    assert outcome(expected, stored).value == state


def test_every_state_is_in_the_table_and_can_be_reached() -> None:
    assert set(TRANSITIONS) == set(EtatRapatriement)
    assert {state for targets in TRANSITIONS.values() for state in targets} == set(EtatRapatriement)
    assert all(TRANSITIONS[state] for state in UNDER_WAY)
