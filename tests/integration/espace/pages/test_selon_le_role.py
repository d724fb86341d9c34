# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a page offers to each person, and what it says of who must act."""

from __future__ import annotations

from django.utils import timezone

from tests.espace_comptes import browser_of, membre
from tests.espace_dossiers import deposer_declaration, operateur
from tests.espace_env import Environment


def test_an_administrateur_technique_is_offered_no_request_that_would_be_refused(espace: Environment) -> None:
    op = operateur(now=timezone.now())
    technique = browser_of(membre(op, "technique@operateur.test", "administrateur_technique"))
    head = browser_of(membre(op))
    for address in ("/portail/", "/portail/demandes/"):
        assert "/nouvelle/declaration/" not in technique.get(address).content.decode()
        assert "/nouvelle/declaration/" in head.get(address).content.decode()


def test_the_requests_say_who_must_act_and_mark_those_of_the_operateur_only(espace: Environment) -> None:
    op = operateur(now=timezone.now())
    deposer_declaration(op, now=timezone.now())
    page = browser_of(membre(op)).get("/portail/demandes/").content.decode()
    assert "l'administrateur" in page.replace("&#x27;", "'")
    assert "etat-attente" not in page
    browser_of(membre(op, "autre@operateur.test")).post("/portail/demandes/nouvelle/declaration/", {"jeton": "0" * 31 + "1"})
    page = browser_of(membre(op, "tiers@operateur.test")).get("/portail/demandes/").content.decode()
    assert page.count("etat-attente") == 1
    assert "<strong>vous</strong>" in page
