# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Two declarations submitted together say nothing of one another: the second one is compared again when it is accepted."""

from __future__ import annotations

from typing import Any

import pytest

from espace.acteurs.models import Commande
from espace.guichet.models import Dossier, Verification
from espace.instruction import actions
from espace.instruction.errors import ControlesChanges, DejaDecide
from tests.espace_donnees import SIREN
from tests.espace_dossiers import AUTRE_SIRET, NOW, agent, deposer_declaration, operateur, together


def _accept(dossier: Any, who: str = "agent") -> Any:
    return actions.avancer(dossier.pk, "accept", agent(who), at=NOW, version=dossier.version)


def test_what_another_acceptance_gave_meanwhile_is_shown_before_anybody_decides(espace: Any) -> None:
    made = operateur()
    first, second = deposer_declaration(made), deposer_declaration(made)
    assert not Verification.objects.filter(code__in=["hote_connu", "siren_connu"]).exists()
    _accept(first)
    with pytest.raises(ControlesChanges, match=second.numero) as told:
        _accept(second)
    assert SIREN not in told.value.message
    assert Commande.objects.count() == 1
    shown = Dossier.objects.get(pk=second.pk)
    assert (shown.etat, shown.version) == ("deposee", second.version + 1)
    codes = set(Verification.objects.filter(dossier=second, tour=shown.version).values_list("code", flat=True))
    assert {"hote_connu", "siren_connu", "hote_resolu", "piece"} <= codes
    with pytest.raises(DejaDecide):  # a page that still shows the former checks decides nothing
        _accept(second)
    assert _accept(shown).etat == "acceptee"


def test_what_is_of_another_operateur_is_shown_to_agents_only(espace: Any) -> None:
    mine, theirs = operateur(), operateur(AUTRE_SIRET, "Autre Opérateur")
    first, second = deposer_declaration(mine), deposer_declaration(theirs)
    _accept(first)
    with pytest.raises(ControlesChanges):
        _accept(second)
    rows = Verification.objects.filter(dossier=second, code__in=["hote_etranger", "siren_ailleurs"])
    assert {(row.code, row.interne) for row in rows} == {("hote_etranger", True), ("siren_ailleurs", True)}


def test_of_two_agents_who_accept_at_once_one_reads_what_the_other_gave(espace: Any) -> None:
    made = operateur()
    dossiers = [deposer_declaration(made) for _ in range(2)]
    told = together(*[lambda one=one: _accept(one, one.numero) for one in dossiers])
    assert sorted(type(one).__name__ for one in told) == ["ControlesChanges", "Dossier"]
    assert Commande.objects.count() == 1


def test_what_did_not_change_is_accepted_at_once(espace: Any) -> None:
    made = operateur()
    first, second = deposer_declaration(made), deposer_declaration(made, prefix="autre", sirens=["356000000"])
    _accept(first)
    assert _accept(second).etat == "acceptee"
