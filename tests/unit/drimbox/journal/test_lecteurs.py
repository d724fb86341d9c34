# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A professional in the journal: found again by who holds the identifier and the key, named by nobody else."""

from __future__ import annotations

from confiance.exploitation.coffre.cles import Trousseau
from drimbox.socle.journal.lecteurs import print_of, prints_of

PERSON = "899700000012"
OLD = Trousseau({"2025": b"a" * 32})
BOTH = Trousseau({"2026": b"b" * 32, "2025": b"a" * 32})


def test_the_print_of_a_person_is_always_the_same_and_holds_no_identifier() -> None:
    assert print_of(PERSON, OLD) == print_of(PERSON, OLD) != print_of("899700000013", OLD)
    assert PERSON not in print_of(PERSON, OLD)


def test_another_key_gives_another_print() -> None:
    other = Trousseau({"2025": b"c" * 32})
    assert print_of(PERSON, OLD) != print_of(PERSON, other)


def test_a_new_key_hides_nothing_as_long_as_the_old_one_is_in_the_ring() -> None:
    assert print_of(PERSON, OLD) in prints_of(PERSON, BOTH)
    assert print_of(PERSON, BOTH) in prints_of(PERSON, BOTH)
    assert len(prints_of(PERSON, BOTH)) == 2


def test_a_key_that_was_destroyed_cuts_its_prints_from_their_persons() -> None:
    assert print_of(PERSON, OLD) not in prints_of(PERSON, Trousseau({"2026": b"b" * 32}))
