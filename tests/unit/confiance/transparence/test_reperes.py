# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banc.attaques.publication import Publication, liste_at
from banc.attaques.terrain import NOW
from confiance.transparence import Contradiction, Repere, compare, verify_tete
from confiance.transparence.reperes import contradiction

BASE = Repere(5, "05" * 32, 3, 3, "aa" * 32, "04" * 32, "13" * 32, "23" * 32)
LATER = Repere(6, "06" * 32, 4, 4, "aa" * 32, "05" * 32, "14" * 32, "24" * 32)


def _at(publication: Publication) -> Repere:
    return Repere.of(verify_tete(publication.tete(NOW), publication.policy, at=NOW))


@given(steps=st.lists(st.booleans(), min_size=1, max_size=12), data=st.data())
def test_an_honest_publisher_never_contradicts_itself(steps: list[bool], data: st.DataObject) -> None:
    publication, seen = Publication(), []
    publication.publish(LISTS[0], at=NOW)
    for rank, new in enumerate(steps):
        if new:
            publication.publish(LISTS[rank], at=NOW)
        seen.append(_at(publication))
    one, other = data.draw(st.sampled_from(seen)), data.draw(st.sampled_from(seen))
    assert contradiction(one, other) is None
    assert compare({str(rank): repere for rank, repere in enumerate(seen)}) == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"journal": "bb" * 32}, Contradiction.JOURNAL),
        ({"numero": 5}, Contradiction.NUMERO),
        ({"previous": "99" * 32}, Contradiction.SUITE),
        ({"numero": 7, "previous": "99" * 32}, None),
        ({"sequence": 3, "taille": 3}, Contradiction.LISTE),
        ({"sequence": 3, "taille": 3, "liste": BASE.liste}, Contradiction.RACINE),
        ({"sequence": 3, "taille": 3, "liste": BASE.liste, "racine": BASE.racine}, None),
        ({"sequence": 2}, Contradiction.ORDRE),
        ({"taille": 2}, Contradiction.ORDRE),
        ({"sequence": 3, "liste": BASE.liste}, Contradiction.ORDRE),
        ({"taille": 3, "racine": BASE.racine}, Contradiction.ORDRE),
    ],
)
def test_each_lie_has_its_name_in_both_directions(changes: dict[str, Any], expected: Contradiction | None) -> None:
    other = replace(LATER, **changes)
    assert contradiction(BASE, other) is expected
    assert contradiction(other, BASE) is expected


def test_what_was_not_said_is_not_compared() -> None:
    bare = Repere(6, "06" * 32, 3, 3)
    assert contradiction(BASE, bare) is None
    assert contradiction(BASE, replace(bare, numero=5)) is Contradiction.NUMERO


def test_gateways_that_say_the_same_are_told_together() -> None:
    other = replace(BASE, sha256="ff" * 32)
    found = compare({"c": other, "a": BASE, "b": BASE, "d": LATER})
    assert [(one.contradiction, one.premiers, one.seconds) for one in found] == [
        (Contradiction.NUMERO, ("a", "b"), ("c",)),
        (Contradiction.SUITE, ("c",), ("d",)),
    ]
    assert all(one.contradiction.label for one in found)


def test_it_is_read_back_as_it_was_written() -> None:
    assert Repere.read(BASE.as_json() | {"etat": "confirmee"}) == BASE
    bare = {"numero": 6, "sha256": "06" * 32, "sequence": 3, "taille": 3}
    assert Repere.read(bare) == Repere(6, "06" * 32, 3, 3)


@pytest.mark.parametrize("value", [None, [], {}, {"numero": 0}, BASE.as_json() | {"sha256": "x"}, BASE.as_json() | {"racine": 1}])
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # what the readers of health answers expect
        Repere.read(value)


LISTS = [liste_at(rank) for rank in range(12)]
