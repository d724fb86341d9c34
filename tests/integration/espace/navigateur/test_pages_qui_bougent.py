# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pages that move by themselves, in a real browser: a search while it is typed, a publication followed to its end, a session lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

from espace.config import current
from espace.liste_blanche import actions as liste
from espace.liste_blanche.publication import Publisher
from tests.espace_donnees import declare, integrate
from tests.espace_dossiers import together
from tests.espace_env import ZONE, Environment
from tests.integration.espace.navigateur.personnes import BROWSER, LIMIT, Agent, compte_agent, until, up

pytestmark = pytest.mark.peer("chromium")
ROWS = "#resultats tbody th"
expect.set_options(timeout=LIMIT * 1000)


@pytest.fixture
def agent(espace: Environment, tmp_path: Path) -> Iterator[Agent]:
    """An agent in front of the console of an Espace that runs its pages alone; what the browser complains of is a failure."""
    secret = compte_agent(espace, tmp_path)
    complaints: list[str] = []
    with espace.process("process", "pages"), sync_playwright() as play:
        until(lambda: up(espace.url), "the pages do not answer")
        chromium = play.chromium.launch(executable_path="/usr/bin/chromium", args=list(BROWSER))
        page = chromium.new_context(base_url=espace.url, ignore_https_errors=True, locale="fr-FR").new_page()
        page.set_default_timeout(LIMIT * 1000)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        one = Agent(page)
        one.entre("agent", secret)
        try:
            yield one
        finally:
            chromium.close()
    assert not complaints


def aside(work: Callable[[], Any]) -> None:
    """Do what needs the database in a thread of its own: playwright keeps a loop in this one."""
    together(work)


def sign(espace: Environment) -> None:
    """Do what the process signataire does."""
    with espace.role("signataire"):
        Publisher(current().liste_blanche, zone=ZONE).publish_waiting()


def test_the_registre_is_searched_while_a_name_is_typed_and_the_address_says_what_is_seen(agent: Agent) -> None:
    aside(lambda: [declare() for _ in range(12)])
    agent.ouvre("/console/couples/")
    expect(agent.page.locator(ROWS)).to_have_count(12)
    agent.page.evaluate("document.documentElement.dataset.meme = 'oui'")
    agent.page.locator("#id_q").press_sequentially(f"db1.7.{ZONE}")
    expect(agent.page.locator(ROWS)).to_have_count(1)
    expect(agent.page.locator(ROWS)).to_have_text([f"db1.7.{ZONE}"])
    assert re.search(r"[?&]q=db1\.7\.", agent.page.url)
    assert f"q=db1.7.{ZONE}" in agent.page.get_attribute("a[download]", "href")
    agent.page.select_option("#id_statut", "exclue")
    expect(agent.page.locator(ROWS)).to_have_count(0)
    assert agent.page.evaluate("document.documentElement.dataset.meme") == "oui", "the page was loaded again"
    kept = agent.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "<" not in kept, "what was shown stays in the browser"
    agent.page.go_back()
    expect(agent.page.locator(ROWS)).to_have_count(1)


def test_a_part_asked_again_after_the_session_is_lost_leads_to_the_login_and_shows_nothing(agent: Agent) -> None:
    aside(declare)
    agent.ouvre("/console/couples/")
    agent.page.context.clear_cookies()
    agent.page.locator("#id_q").press_sequentially("db1")
    agent.page.wait_for_url("**/connexion/**")
    assert ZONE not in agent.texte


def test_a_publication_is_followed_to_its_end_without_a_click(espace: Environment, agent: Agent) -> None:
    aside(integrate)
    aside(lambda: liste.demander_publication(auteur="essai", now=datetime.now(UTC)))
    agent.ouvre("/console/liste-blanche/1/")
    assert "Le signataire n'a pas encore terminé" in agent.texte
    aside(lambda: sign(espace))
    expect(agent.page.locator("#suivi")).to_contain_text("SHA-256")
    assert "n'a pas encore terminé" not in agent.texte
    assert agent.page.get_attribute("#suivi", "hx-trigger") is None, "it is asked for ever"
