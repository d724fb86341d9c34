# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banc.attaques.publication import Publication, liste_at
from banc.attaques.terrain import NOW
from confiance.transparence import Feuille, PreuveConsistance, PreuveInclusion
from confiance.transparence.merkle import root
from confiance.transparence.preuves import consistency_name, inclusion_name, leaf_name, read_leaf, rotation_name
from confiance.transparence.refusals import ConsistanceFausse, InclusionFausse, PreuveIllisible


@pytest.fixture
def log(publication: Publication) -> Publication:
    """A log of five lists."""
    for minutes in range(1, 5):
        publication.publish(liste_at(minutes), at=NOW)
    return publication


def test_an_inclusion_proof_goes_through_its_file(log: Publication) -> None:
    for sequence in range(1, 6):
        proof = PreuveInclusion.from_json(log.inclusion(sequence))
        assert proof.to_json() == log.inclusion(sequence)
        proof.check(root(log.noeuds, 5), sha256=log.feuilles[sequence - 1].sha256)
        with pytest.raises(InclusionFausse):
            proof.check(root(log.noeuds, 4))
        with pytest.raises(InclusionFausse, match="autre liste"):
            proof.check(root(log.noeuds, 5), sha256="ab" * 32)


def test_a_consistency_proof_goes_through_its_file(log: Publication) -> None:
    for de in range(1, 6):
        proof = PreuveConsistance.from_json(log.consistency(de))
        assert proof.to_json() == log.consistency(de)
        proof.check(root(log.noeuds, de), root(log.noeuds, 5))
        with pytest.raises(ConsistanceFausse):
            proof.check(root(log.noeuds, de), bytes(32))


def test_the_leaf_of_a_list_holds_its_digest_and_times_and_nothing_else(log: Publication) -> None:
    leaf = log.feuilles[0]
    assert read_leaf(leaf.to_bytes()) == leaf
    assert json.loads(leaf.to_bytes()) == {
        "format": "1.0",
        "sequence": 1,
        "sha256": leaf.sha256,
        "date_generation": "2026-11-01T09:00:00Z",
        "signing_time": "2026-11-01T10:00:00Z",
    }
    for more in ({"autre": 1}, {"format": "1.1"}, {"sequence": 0}, {"signing_time": "2026-11-01T10:00:00.0Z"}):
        with pytest.raises(PreuveIllisible):
            read_leaf(json.dumps(json.loads(leaf.to_bytes()) | more).encode())


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "2.0"},
        {"format": None},
        {"chemin": ["ab"]},
        {"chemin": None},
        {"chemin": ["ab" * 32] * 65},
        {"de": -1},
        {"de": True},
        {"vers": "5"},
    ],
)
def test_a_consistency_proof_of_another_form_is_unreadable(log: Publication, changes: dict[str, Any]) -> None:
    with pytest.raises(PreuveIllisible):
        PreuveConsistance.from_json(json.dumps(json.loads(log.consistency(2)) | changes).encode())


@pytest.mark.parametrize(
    "changes", [{"format": "2.0"}, {"feuille": {}}, {"feuille": None}, {"sequence": 2}, {"sequence": None}, {"index": -1}, {"taille": 0}]
)
def test_an_inclusion_proof_of_another_form_is_unreadable(log: Publication, changes: dict[str, Any]) -> None:
    with pytest.raises(PreuveIllisible):
        PreuveInclusion.from_json(json.dumps(json.loads(log.inclusion(1)) | changes).encode())


def test_members_we_do_not_know_are_left_aside(log: Publication) -> None:
    value = json.loads(log.consistency(2)) | {"format": "1.9", "autre": 1}
    assert PreuveConsistance.from_json(json.dumps(value).encode()).de == 2


@settings(max_examples=200)
@given(data=st.binary(max_size=200) | st.just(b" " * (65 << 10)) | st.just(b"[" * 50_000))
def test_any_bytes_are_unreadable(data: bytes) -> None:
    for door in (PreuveConsistance.from_json, PreuveInclusion.from_json, read_leaf):
        with pytest.raises(PreuveIllisible):
            door(data)


def test_each_file_has_its_place_beside_the_head(log: Publication) -> None:
    assert consistency_name(3, 7) == "journal/consistance/3-7.json"
    assert inclusion_name(3, 7) == "journal/inclusion/3-7.json"
    assert leaf_name(3) == "journal/feuilles/3.json"
    assert rotation_name(log.trousseau.empreinte) == f"journal/cles/{log.trousseau.empreinte}.json"


def test_times_are_cut_to_the_second_in_a_leaf(log: Publication) -> None:
    from banc.attaques.terrain import make_terrain
    from confiance.liste_blanche import verify

    liste = verify(liste_at(0), make_terrain().policy, at=NOW)
    assert Feuille.of(liste, 1) == log.feuilles[0]
