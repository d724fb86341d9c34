# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The tables of parcours hold together: every step has its mail, its words and its actor."""

from __future__ import annotations

import pytest

from espace.acteurs.acteur import Qui
from espace.config import Instruction
from espace.courrier.table import COURRIERS
from espace.guichet.formulaires import CHAMPS
from espace.guichet.queries import DRAFT, WRITABLE
from espace.instruction.effets import EFFETS
from espace.instruction.parcours import EVENEMENTS, PARCOURS, Parcours, Transition
from espace.instruction.rules import PRECISIONS

TABLES = list(PARCOURS.values())
ARROWS = [(table, arrow) for table in TABLES for arrow in table.transitions]


def test_every_step_has_its_mail_and_no_mail_of_a_parcours_is_for_nothing() -> None:
    known = {event for event in COURRIERS if event.partition(":")[0] in {*PARCOURS, "registre"}}
    assert EVENEMENTS - known == set()
    assert known - EVENEMENTS == set()


@pytest.mark.parametrize(("table", "arrow"), ARROWS, ids=[f"{table.nom}-{arrow.verb}" for table, arrow in ARROWS])
def test_a_step_names_its_mail_and_comes_from_states_of_its_table(table: Parcours, arrow: Transition) -> None:
    assert arrow.courrier == f"{table.nom}:{arrow.verb}"
    assert {type(etat) for etat in {*arrow.sources, arrow.target}} == {table.etats}
    assert str(arrow.libelle)


@pytest.mark.parametrize("table", TABLES, ids=PARCOURS)
def test_a_verb_leaves_a_state_once(table: Parcours) -> None:
    pairs = [(arrow.verb, etat) for arrow in table.transitions for etat in arrow.sources]
    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("table", TABLES, ids=PARCOURS)
def test_who_is_awaited_may_do_something_and_nobody_is_awaited_at_the_end(table: Parcours) -> None:
    for etat in table.etats:
        who = table.attendu(etat)
        leaving = {arrow.qui for arrow in table.transitions if etat in arrow.sources}
        assert (who in leaving) if who else not leaving


@pytest.mark.parametrize("table", TABLES, ids=PARCOURS)
def test_what_an_operateur_may_write_in_is_what_waits_for_it(table: Parcours) -> None:
    hands = {str(etat) for etat in table.etats if table.possible(etat, Qui.OPERATEUR) and table.find("withdraw", etat) is None}
    asked = {str(etat) for etat, who in table.attend.items() if who is Qui.OPERATEUR}
    assert asked <= WRITABLE
    assert hands - {"en_retard"} <= asked
    assert {etat for etat in WRITABLE if etat in table.etats.values} == asked | ({"en_retard"} if table.nom == "va" else set())


def test_a_draft_is_where_a_person_begins() -> None:
    assert {table.nom for table in TABLES if table.premier == DRAFT} == {"declaration", "integration"}
    assert set(CHAMPS) == set(PARCOURS)


def test_every_effect_and_precision_belongs_to_a_step() -> None:
    assert set(EFFETS) <= {(table.nom, arrow.verb) for table, arrow in ARROWS}
    assert set(PRECISIONS) <= {arrow.verb for _, arrow in ARROWS}


def test_every_refusal_and_every_question_is_in_writing() -> None:
    silent = {f"{table.nom}:{arrow.verb}" for table, arrow in ARROWS if not arrow.motif_requis}
    assert not {event for event in silent if event.partition(":")[2] in {"refuse", "ask_more", "ask_correction", "exclude", "extend"}}


def test_every_delay_is_a_setting() -> None:
    delays = {arrow.echeance.reglage for _, arrow in ARROWS if arrow.echeance}
    assert delays <= set(Instruction.model_fields)


def test_nothing_is_excluded_by_the_clock_alone() -> None:
    assert {arrow.qui for _, arrow in ARROWS if arrow.verb in {"exclude", "refuse", "accept"}} == {Qui.AGENT}
