# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The large Registre of the banc: always the same, right keys, one number each, and an Operateur whose pages are long."""

from __future__ import annotations

from collections import Counter

from stdnum.fr import siren, siret

from banc.jeux.registre import big_registre


def test_the_same_sizes_give_the_same_registre_and_others_another():
    assert big_registre(couples=60, operateurs=20) == big_registre(couples=60, operateurs=20)
    assert big_registre(couples=60, operateurs=20) != big_registre(couples=61, operateurs=20)


def test_numbers_follow_one_another_have_right_keys_and_hosts_are_nobody_s():
    operateurs, commandes = big_registre(couples=500, operateurs=100)
    couples = [couple for commande in commandes for couple in commande.couples]
    assert [couple.numero for couple in couples] == list(range(1, 501))
    assert [commande.numero for commande in commandes] == list(range(1, len(commandes) + 1))
    assert len({one.siret for one in operateurs}) == 100
    assert all(siret.is_valid(one.siret) for one in operateurs)
    assert all(siren.is_valid(number) for commande in commandes for number in commande.sirens)
    assert all(couple.hote_db.endswith(".test") and couple.hote_vi.endswith(".test") for couple in couples)
    assert {couple.statut for couple in couples} == {"active", "provisoire", "declaree", "a_basculer", "exclue", "retiree"}


def test_the_largest_operateur_fills_a_page_even_in_a_small_registre():
    _operateurs, commandes = big_registre(couples=200, operateurs=50)
    held = Counter(commande.operateur.numero for commande in commandes for _ in commande.couples)
    assert held[1] > 50
