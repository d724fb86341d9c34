# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pure rules of the Registre: what is looked for, what a row was, how long two certificates live together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espace.registre.certificats.rules import RECOUVREMENT, RECOUVREMENT_MAX, RecouvrementEnCours, RecouvrementRefuse, check_remplacement
from espace.registre.revisions.rules import (
    RESTAURABLES,
    MotifManquant,
    NomImmuable,
    RevisionNonRestaurable,
    check_motif,
    columns_of,
    ecarts,
    values_at,
)
from espace.registre.rules import words_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)
_A, _B = ("CN=db1.1.z.fr,OU=300000000300019,O=A,C=FR", "CN=db1.1.z.fr,OU=300000000300019,O=B,C=FR")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Éco  RADIO", ["eco", "radio"]),
        ("732 829 320", ["732829320"]),
        ("732 829 320 00074", ["73282932000074"]),
        ("12 34", ["12", "34"]),
        ("« l'Île »,", ["l'ile"]),
        ("' & | ! ( ) : *", []),
        ("\x00db1\x00", ["db1"]),
        ("a b c d e f g h i j", list("abcdefgh")),
    ],
)
def test_words_are_read_as_a_person_types_them(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text(max_size=300))
def test_any_text_gives_few_words_without_blank_nor_nul(text: str) -> None:
    words = words_of(text)
    assert len(words) <= 8
    assert all(word and "\x00" not in word and not word[0].isspace() for word in words)


def test_a_row_is_folded_from_its_changes_and_starts_again_after_a_suppression() -> None:
    changes = [("ajout", {"a": 1, "b": 2}), ("modification", {"b": 3}), ("suppression", {}), ("ajout", {"a": 9})]
    assert [values_at(changes[:rank]) for rank in range(5)] == [{}, {"a": 1, "b": 2}, {"a": 1, "b": 3}, {}, {"a": 9}]


def test_only_columns_that_differ_and_may_be_put_back_are_offered() -> None:
    then = {"libelle": "x", "hote_db": "a.test", "rang": 1}
    present = {"libelle": "y", "hote_db": "a.test", "hote_vi": "b.test", "rang": 2}
    assert [(one.champ, one.alors, one.maintenant) for one in ecarts("registre_pacs", then, present)] == [("libelle", "x", "y")]


def test_no_name_no_holder_and_no_state_is_among_what_is_put_back() -> None:
    columns = {column for some in RESTAURABLES.values() for column in some}
    assert not columns & {"db", "vi", "number", "id_registre", "pacs_id", "operateur_id", "siret", "siren", "statut", "motif"}
    for relation in ("registre_couplefqdn", "registre_nomattribue", "registre_idregistre"):
        with pytest.raises(NomImmuable):
            columns_of(relation)
    with pytest.raises(RevisionNonRestaurable):
        columns_of("auth_user")


def test_a_motif_is_one_line_and_never_empty() -> None:
    assert check_motif(" deux\nlignes ") == "deux lignes"
    for text in ("", " \n", "x" * 501):
        with pytest.raises(MotifManquant):
            check_motif(text)


def test_what_is_proposed_fits_what_readers_of_the_list_admit() -> None:
    assert timedelta() < RECOUVREMENT <= RECOUVREMENT_MAX == timedelta(days=90)


@given(days=st.integers(-400, 400), opened=st.none() | st.integers(-400, 400))
def test_two_windows_never_meet_and_none_lasts_longer_than_readers_admit(days: int, opened: int | None) -> None:
    fenetre = None if opened is None else NOW + timedelta(days=opened)
    window = timedelta(days=days)
    try:
        check_remplacement(statut="active", ancien=_A, nouveau=_B, recouvrement=window, fenetre=fenetre, now=NOW)
    except RecouvrementRefuse:
        assert not 0 <= days <= 90
    except RecouvrementEnCours:
        assert days > 0
        assert opened is not None
        assert opened > 0
    else:
        assert 0 <= days <= 90
        assert days == 0 or opened is None or opened <= 0
