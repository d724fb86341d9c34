# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How an installation is built: said in the Déclaration, kept on its Commande, shown to both sides, and looked for."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from espace.acteurs.models import Commande
from espace.acteurs.rules import DeclarationRefusee
from espace.guichet.models import Verification
from espace.instruction import actions
from espace.registre.declaration import DeclarationIllisible, parse_declaration
from espace.registre.models import CoupleFqdn, Revision
from espace.registre.recherche import Criteres, search_commandes, search_couples
from tests.espace_comptes import agent as compte_agent
from tests.espace_comptes import browser_of, membre
from tests.espace_donnees import ZONE, document
from tests.espace_dossiers import agent, deposer_declaration, operateur
from tests.espace_env import Environment

CASES = {"simple": (1, 1), "mutualisee": (2, 3), "native": (2, 1)}
"""Architecture → RIS and PACS, as the Introduction à l'Espace de Confiance draws them."""


def declare(op: Any, architecture: str, *, prefix: str = "") -> Commande:
    ris, pacs = CASES[architecture]
    now = datetime.now(UTC)
    dossier = deposer_declaration(op, pacs, now=now, prefix=prefix, architecture=architecture, nombre_ris=str(ris), sirens=["732829320"])
    done = actions.avancer(dossier.pk, "accept", agent(), at=now)
    return Commande.objects.get(pk=done.commande.pk)


@pytest.mark.parametrize("architecture", CASES)
def test_the_commande_keeps_what_the_declaration_said_and_gives_one_couple_per_pacs(espace: Any, architecture: str) -> None:
    ris, pacs = CASES[architecture]
    kept = declare(operateur(now=datetime.now(UTC)), architecture)
    assert (kept.architecture, kept.nombre_ris, kept.nombre_pacs) == (architecture, ris, pacs)
    names = [name for couple in CoupleFqdn.objects.order_by("number") for name in (couple.db, couple.vi)]
    assert names == [f"{service}{number}.1.{ZONE}" for number in range(1, pacs + 1) for service in ("db", "vi")]
    written = Revision.objects.get(relation="acteurs_commande", nature="ajout").apres
    assert (written["architecture"], written["nombre_ris"]) == (architecture, ris)


@pytest.mark.parametrize(
    ("ris", "pacs", "verdict"), [("1", 1, "conforme"), ("2", 1, "a_verifier"), ("1", 3, "a_verifier")]
)  # fmt: skip
def test_a_simple_case_of_several_ris_or_pacs_is_shown_to_the_agent(espace: Any, ris: str, pacs: int, verdict: str) -> None:
    deposer_declaration(operateur(), pacs, architecture="simple", nombre_ris=ris)
    assert Verification.objects.get(code="architecture").verdict == verdict


def test_agents_find_commandes_and_couples_by_architecture_and_see_it(espace: Environment) -> None:
    op = operateur(now=datetime.now(UTC))
    made = {name: declare(op, name, prefix=f"{name}-") for name in CASES}
    console = browser_of(compte_agent(espace))
    for name, commande in made.items():
        page = console.get("/console/commandes/", {"architecture": name}).content.decode()
        assert re.findall(r"/console/commandes/(\d+)/", page) == [str(commande.pk)]
        couples = console.get("/console/couples/", {"architecture": name}).content.decode()
        assert len(set(re.findall(r"/console/couples/(db[^/\"]+)/", couples))) == CASES[name][1]
        shown = console.get(f"/console/commandes/{commande.pk}/").content.decode()
        assert str(commande.get_architecture_display()).capitalize() in shown  # type: ignore[attr-defined]  # Django's own method
        assert f"{CASES[name][0]} RIS, {CASES[name][1]} PACS" in shown
    every = console.get("/console/commandes/").content.decode()
    assert set(re.findall(r"/console/commandes/(\d+)/", every)) == {str(one.pk) for one in made.values()}
    assert "Aucune Commande ne répond" in console.get("/console/commandes/", {"q": "introuvable"}).content.decode()
    assert search_couples(criteres=Criteres(architecture="inconnue")).count() == 5, "an unknown choice asks nothing"
    assert [one.pk for one in search_commandes("db3")] == [made["mutualisee"].pk]


def test_an_operateur_sees_the_architecture_of_its_installations_and_of_no_other(espace: Environment) -> None:
    now = datetime.now(UTC)
    declare(operateur(now=now), "native", prefix="a-")
    other = operateur("35600000000048", "Autre", now=now)
    declare(other, "mutualisee", prefix="b-")
    page = browser_of(membre(other)).get("/portail/drimbox/").content.decode()
    assert page.count("Cas complexe ou mutualisé") == 3
    assert "Cas natif" not in page


def test_a_declaration_in_a_file_may_say_it_and_a_commande_that_does_not_is_said_so(espace: Environment) -> None:
    from espace.registre import actions as registre

    said = {**document(3), "architecture": "mutualisee", "nombre_ris": 2}
    for content in (said, document()):
        registre.declare(*parse_declaration(json.dumps(content).encode(), zone=ZONE), auteur="essai", now=datetime.now(UTC))
    assert list(Commande.objects.order_by("pk").values_list("architecture", "nombre_ris")) == [("mutualisee", 2), ("", None)]
    console = browser_of(compte_agent(espace))
    assert "Non précisée" in console.get(f"/console/commandes/{Commande.objects.latest('pk').pk}/").content.decode()


@pytest.mark.parametrize("wrong", [{"architecture": "autre"}, {"architecture": ["simple"]}, {"nombre_ris": "2"}, {"nombre_ris": True}])
def test_an_architecture_that_is_none_is_refused_in_a_file(wrong: dict[str, Any]) -> None:
    with pytest.raises(DeclarationIllisible):
        parse_declaration(json.dumps({**document(), **wrong}).encode(), zone=ZONE)


@pytest.mark.parametrize("count", [0, -1, 51])
def test_a_number_of_ris_out_of_bounds_is_refused_in_a_file(count: int) -> None:
    with pytest.raises(DeclarationRefusee):
        parse_declaration(json.dumps({**document(), "nombre_ris": count}).encode(), zone=ZONE)
