# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Which conditions lack on which day, and who acts: rules alone, no database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espace.acteurs.acteur import Acteur, Qui
from espace.conditions.errors import ConditionRefusee
from espace.conditions.rules import TEXTES, Acquis, CodePrerequis, Preuve, check_dates, missing

TODAY = date(2026, 11, 23)
DATES = st.dates(date(2026, 1, 1), date(2027, 12, 31))
REQUIRED = {code for code, texte in TEXTES.items() if texte.requise}


@given(st.dictionaries(st.sampled_from(CodePrerequis), st.none() | DATES), DATES)
def test_what_lacks_is_what_is_required_and_has_no_proof_worth_something_that_day(held: dict[CodePrerequis, date | None], on: date) -> None:
    acquis = tuple(Acquis(code, until) for code, until in held.items())
    good = {code for code, until in held.items() if until is None or until >= on}
    assert {one.code for one in missing(acquis, on)} == {code.value for code in REQUIRED - good}


@given(st.permutations(list(CodePrerequis)))
def test_the_order_in_which_proofs_came_changes_nothing(order: list[CodePrerequis]) -> None:
    held = tuple(Acquis(code, TODAY - timedelta(days=1)) for code in order)
    assert [one.code for one in missing(held, TODAY)] == [code.value for code in CodePrerequis if code in REQUIRED]


def test_mandataires_are_not_required_and_every_other_condition_is() -> None:
    assert set(CodePrerequis) - REQUIRED == {CodePrerequis.MANDATAIRES}


@given(st.sampled_from(CodePrerequis), st.sampled_from(Preuve), DATES, st.none() | DATES)
def test_dates_that_pass_make_a_condition_that_is_met(code: CodePrerequis, nature: Preuve, done: date, until: date | None) -> None:
    try:
        check_dates(code, nature, done, until, TODAY)
    except ConditionRefusee:
        assert (
            code is CodePrerequis.CONTENEUR_ZED
            or nature is Preuve.AUTRE_DOCUMENT
            or until is None
            or done > TODAY
            or until < max(done, TODAY)
        )
    else:
        assert code.value not in {one.code for one in missing((Acquis(code, until),), TODAY)}
        assert done <= TODAY
        assert code is not CodePrerequis.CONTENEUR_ZED


@pytest.mark.parametrize(("qui", "operateur_id"), [(Qui.AGENT, 1), (Qui.SYSTEME, 1), (Qui.OPERATEUR, None)])
def test_an_actor_has_an_operateur_if_and_only_if_it_is_one_of_its_persons(qui: Qui, operateur_id: int | None) -> None:
    with pytest.raises(ValueError, match="operateur_id"):
        Acteur("essai", qui, operateur_id)
