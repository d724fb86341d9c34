# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

from banc.attaques.jugement import attaques, read, verdict
from banc.attaques.matrice import matrice
from banc.attaques.registre import Attaque
from banc.attaques.retouche import FAUX_NOM
from banc.attaques.terrain import Terrain
from confiance import refusals
from confiance.liste_blanche import ListeBlancheRefused

MATRICE = Path(__file__).resolve().parents[3] / "docs" / "liste-blanche-matrice.md"


@pytest.mark.parametrize("attaque", attaques(), ids=lambda attaque: attaque.nom)
def test_attack_is_refused_for_its_own_reason(attaque: Attaque, terrain: Terrain) -> None:
    variante = attaque.build(terrain)
    with pytest.raises(ListeBlancheRefused) as refusal:
        read(variante, terrain)
    assert type(refusal.value) is attaque.refus
    assert refusal.value.message
    assert refusal.value.remede
    assert FAUX_NOM not in str(refusal.value)


def test_every_kind_of_refusal_is_met_by_an_attack() -> None:
    kinds = {kind for kind in vars(refusals).values() if isinstance(kind, type) and issubclass(kind, ListeBlancheRefused)}
    met = {attaque.refus for attaque in attaques()}
    assert kinds - met == {ListeBlancheRefused}


def test_codes_are_distinct_and_stable() -> None:
    codes = {attaque.refus: attaque.refus.code for attaque in attaques()}
    assert len(set(codes.values())) == len(codes)
    assert all(code.startswith("liste_blanche.") for code in codes.values())


def test_the_published_matrix_is_what_the_reader_does(terrain: Terrain) -> None:
    assert MATRICE.read_text(encoding="utf-8") == matrice(terrain)


def test_the_honest_list_is_not_an_attack(terrain: Terrain) -> None:
    from banc.attaques.registre import Variante

    assert verdict(Variante(terrain.data), terrain) == "acceptee"
