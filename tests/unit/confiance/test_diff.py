# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from banc.attaques.terrain import GENERATION, domaine, make_brouillon
from confiance.liste_blanche import Brouillon, Domaine, diff


def _draft(*rows: Domaine) -> Brouillon:
    return Brouillon(rows, GENERATION)


def test_equal_lists_do_not_differ() -> None:
    found = diff(make_brouillon(5), make_brouillon(5))
    assert not found
    assert (found.before, found.after) == (GENERATION, GENERATION)


def test_rows_come_and_go() -> None:
    found = diff(_draft(domaine(1), domaine(2)), _draft(domaine(2), domaine(3)))
    assert found
    assert (found.removed, found.added, found.changed) == ((domaine(1),), (domaine(3),), ())


def test_changed_fields_are_named() -> None:
    after = replace(domaine(1), support_contact="autre", vi="")
    (change,) = diff(_draft(domaine(1)), _draft(after)).changed
    assert (change.before, change.after, change.fields) == (domaine(1), after, ("vi", "support_contact"))


def test_a_renewed_certificate_is_a_change_not_a_removal() -> None:
    renewed = replace(domaine(1), dn_certificat_operateur="CN=db1.1.mesimagesmedicales.fr,O=NOUVEAU,C=FR")
    found = diff(_draft(domaine(1)), _draft(renewed))
    assert found.changed[0].fields == ("dn_certificat_operateur",)
    assert not found.removed


def test_a_second_certificate_is_an_addition_and_the_first_is_recognised() -> None:
    second = replace(domaine(1), dn_certificat_operateur="CN=db1.1.mesimagesmedicales.fr,O=NOUVEAU,C=FR")
    found = diff(_draft(domaine(1)), _draft(second, domaine(1)))
    assert (found.added, found.removed, found.changed) == ((second,), (), ())
    back = diff(_draft(second, domaine(1)), _draft(domaine(1)))
    assert (back.added, back.removed) == ((), (second,))


def test_a_malformed_certificate_is_compared_as_text() -> None:
    broken = replace(domaine(1), dn_certificat_operateur="x")
    assert not diff(_draft(broken), _draft(broken))


RANKS = st.lists(st.integers(1, 6), max_size=8)


@given(RANKS, RANKS)
def test_what_is_removed_one_way_is_added_the_other(left: list[int], right: list[int]) -> None:
    first, second = _draft(*map(domaine, left)), _draft(*map(domaine, right))
    there, back = diff(first, second), diff(second, first)
    assert sorted(d.db for d in there.added) == sorted(d.db for d in back.removed)
    assert len(second.domaines) == len(first.domaines) + len(there.added) - len(there.removed)


def test_a_row_that_stands_twice_and_then_once_is_seen() -> None:
    found = diff(_draft(domaine(1), domaine(1), domaine(2)), _draft(domaine(1), domaine(2)))
    assert (found.removed, found.added, found.changed) == ((domaine(1),), (), ())
