# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banc.attaques.terrain import GENERATION, NOW, Terrain
from confiance.liste_blanche import Freshness, TrustedListeBlanche
from confiance.sante import MAX_BYTES, Sante, SanteIllisible, SanteListeBlanche, SantePacs, SanteTete, Statut, worst
from confiance.transparence.reperes import Contradiction, Repere, compare

LISTE = SanteListeBlanche("ab" * 32, GENERATION, Freshness.FRESH)
PACS = SantePacs("db1.349.mesimagesmedicales.fr", Statut.UP, NOW)
GOOD = Sante(NOW, Statut.UP, (PACS, SantePacs("db2.349.mesimagesmedicales.fr", Statut.UP)), LISTE, "0.1.0")


def _down(pacs: SantePacs) -> SantePacs:
    return replace(pacs, statut=Statut.DOWN)


def test_what_is_written_is_read_back() -> None:
    assert Sante.from_json(GOOD.to_json()) == GOOD
    assert json.loads(GOOD.to_json())["status"] == "UP"


def test_unknown_fields_and_later_minor_formats_are_read() -> None:
    value = json.loads(GOOD.to_json()) | {"format": "1.7", "meteo": {}}
    assert Sante.from_json(json.dumps(value).encode()) == GOOD


@pytest.mark.parametrize(
    ("sante", "expected"),
    [
        (GOOD, Statut.UP),
        (replace(GOOD, drimbox=Statut.DOWN), Statut.DOWN),
        (replace(GOOD, pacs=(PACS, _down(PACS))), Statut.DEGRADED),
        (replace(GOOD, pacs=(_down(PACS), _down(PACS))), Statut.DOWN),
        (replace(GOOD, pacs=()), Statut.UP),
        (replace(GOOD, liste_blanche=replace(LISTE, freshness=Freshness.STALE_WARN)), Statut.UP),
        (replace(GOOD, liste_blanche=replace(LISTE, freshness=Freshness.STALE_DEGRADED)), Statut.DEGRADED),
        (replace(GOOD, liste_blanche=replace(LISTE, freshness=Freshness.EXPIRED)), Statut.DOWN),
    ],
)
def test_the_status_is_that_of_the_worst_part(sante: Sante, expected: Statut) -> None:
    assert sante.statut is expected


def test_the_worst_of_nothing_is_up() -> None:
    assert worst() is Statut.UP


def test_the_state_of_a_reader_is_described(terrain: Terrain) -> None:
    reader = TrustedListeBlanche(terrain.policy)
    assert SanteListeBlanche.of(reader, NOW) == SanteListeBlanche(None, None, Freshness.EXPIRED)
    reader.update(terrain.data, at=NOW)
    told = SanteListeBlanche.of(reader, NOW + timedelta(hours=80))
    assert (told.sha256, told.freshness) == (reader.require().sha256, Freshness.STALE_DEGRADED)
    empty = replace(GOOD, liste_blanche=SanteListeBlanche(None, None, Freshness.EXPIRED))
    assert Sante.from_json(empty.to_json()) == empty


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "2.0"},
        {"instant": 3},
        {"drimbox": []},
        {"pacs": [{}]},
        {"pacs": 1},
        {"liste_blanche": None},
        {"liste_blanche": {"sha256": None, "date_generation": None, "freshness": "mûre"}},
    ],
)
def test_another_contract_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(SanteIllisible):
        Sante.from_json(json.dumps(json.loads(GOOD.to_json()) | changes).encode())


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b"null", b"[" * 100_000, b" " * (MAX_BYTES + 1)])
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(SanteIllisible):
        Sante.from_json(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(st.sampled_from(["format", "pacs", "drimbox", "status", "instant", "liste_blanche"]) | st.text(), x)
        ),
    )
)
def test_any_json_gives_a_state_or_a_refusal(value: object) -> None:
    try:
        sante = Sante.from_json(json.dumps(value).encode())
    except SanteIllisible:
        return
    assert sante.statut in Statut


REPERE = Repere(12, "cd" * 32, 7, 7, "ef" * 32, None, "ab" * 32, "01" * 32)
WITH_HEAD = replace(GOOD, liste_blanche=replace(LISTE, tete=SanteTete(REPERE, "confirmee")))


def test_the_head_is_read_back_and_two_gateways_can_compare_it() -> None:
    again = Sante.from_json(WITH_HEAD.to_json()).liste_blanche.tete
    assert again == SanteTete(REPERE, "confirmee")
    other = replace(REPERE, sha256="99" * 32)
    assert [one.contradiction for one in compare({"a": again.repere, "b": other})] == [Contradiction.NUMERO]


def test_a_gateway_that_follows_no_head_says_nothing_of_it() -> None:
    assert "tete" not in json.loads(GOOD.to_json())["liste_blanche"]


def test_the_four_fields_of_the_contract_are_enough() -> None:
    value = json.loads(WITH_HEAD.to_json())
    value["liste_blanche"]["tete"] = {"sha256": "cd" * 32, "numero": 12, "sequence": 7, "taille": 7, "etat": "confirmee", "autre": 1}
    tete = Sante.from_json(json.dumps(value).encode()).liste_blanche.tete
    assert tete is not None
    assert (tete.repere.numero, tete.repere.racine) == (12, None)


@pytest.mark.parametrize(
    "tete", [[], "x", {}, {"sha256": "cd", "numero": 1, "sequence": 1, "taille": 1}, {"sha256": "cd" * 32, "numero": "1"}]
)
def test_a_head_that_is_none_makes_the_answer_unreadable(tete: object) -> None:
    value = json.loads(WITH_HEAD.to_json())
    value["liste_blanche"]["tete"] = tete
    with pytest.raises(SanteIllisible):
        Sante.from_json(json.dumps(value).encode())
