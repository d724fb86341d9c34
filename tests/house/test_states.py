# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Every table of states can be walked: each state is reached, labelled in French, and drawn in docs/etats.md."""

from __future__ import annotations

import pytest

from tests.house.states import Machine, machines

NAMES = [f"{machine.room}.{machine.name}" for machine in machines()]


def test_the_rooms_have_tables() -> None:
    assert {"espace.registre.Statut", "espace.liste_blanche.Etat"} <= set(NAMES)


@pytest.mark.parametrize("machine", machines(), ids=NAMES)
def test_every_state_is_reached_from_the_first(machine: Machine) -> None:
    assert {value for value, _ in machine.states} - machine.reachable() == set()


@pytest.mark.parametrize("machine", machines(), ids=NAMES)
def test_every_state_has_a_label_for_people(machine: Machine) -> None:
    assert [value for value, label in machine.states if not label or "_" in label] == []


def test_a_state_that_nothing_reaches_would_be_found() -> None:
    lost = Machine("room", "Etat", (("a", "A"), ("b", "B"), ("c", "C")), (("a", "b", ""), ("c", "b", "")))
    assert lost.reachable() == {"a", "b"}
