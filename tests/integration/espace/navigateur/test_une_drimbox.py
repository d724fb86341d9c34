# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A DRIMbox's whole way in, click by click in Chromium: real processes, knot, a mail server, an OpenID provider of others."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from espace.acteurs.actions.invitations import inviter
from espace.instruction.echeances import relancer
from tests.espace_dns import Knot, ask
from tests.espace_donnees import SIRET
from tests.espace_dossiers import agent as acteur
from tests.espace_dossiers import declarer, dn, integrer, operateur
from tests.espace_env import ZONE, Environment, write_secret
from tests.espace_isc import CLIENT, SCOPES, SECRET, isc_provider, pki_of_isc
from tests.espace_smtp import Boite, smtp_server
from tests.integration.espace.navigateur.personnes import BROWSER, Agent, Representant, compte_agent, until, up
from tests.integration.espace.zone.test_processus_zone import to_knot

pytestmark = [pytest.mark.peer("chromium"), pytest.mark.peer("knot"), pytest.mark.peer("oidc-provider")]
DB, MAIL, HOST = f"db1.1.{ZONE}", "claude@operateur.test", "passerelle.operateur.test"
SITE, SIREN = "SITE-CANARI", "999000201"


@pytest.fixture
def isc(espace: Environment, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A running OpenID provider at which one person is always logged in, as the settings of the Espace name it."""
    pki = pki_of_isc(tmp_path / "isc")
    write_secret(tmp_path / "secret", SECRET)
    with isc_provider(pki, f"{espace.url}/compte/oidc/isc/login/callback/") as base:
        known = {"client_id": CLIENT, "client_secret": str(tmp_path / "secret"), "scopes": SCOPES, "ca": str(pki.market_ca)}
        yield {"DRIMM_ISC": json.dumps({"server_url": base, **known})}


@pytest.fixture
def knot(tmp_path: Path) -> Iterator[Knot]:
    with Knot(tmp_path / "knot") as server:
        yield server


@pytest.fixture
def boite(espace: Environment) -> Iterator[Boite]:
    with smtp_server(port=espace.ports["courrier"]) as server:
        yield server


@pytest.fixture
def personnes(
    espace: Environment, isc: dict[str, str], knot: Knot, boite: Boite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Agent, Representant]]:
    """The Espace with all its processes, and two persons in front of it, neither logged in nor invited yet."""
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps a loop in this thread; the ORM is used between its calls
    relance = {"relance_seconds": 0.3, "resolveurs": ["127.0.0.1"], "resolveur_port": knot.port}
    variables = {**isc, **to_knot(knot), "DRIMM_INSTRUCTION": json.dumps(relance)}
    secret = compte_agent(espace, tmp_path)
    with espace.process("run", **variables), sync_playwright() as play:
        until(lambda: up(espace.url), "the pages do not answer")
        chromium = play.chromium.launch(executable_path="/usr/bin/chromium", args=list(BROWSER))
        contexts = [chromium.new_context(base_url=espace.url, ignore_https_errors=True, locale="fr-FR") for _ in range(2)]
        agent, representant = Agent(contexts[0].new_page()), Representant(contexts[1].new_page())
        agent.entre("agent", secret)
        try:
            yield agent, representant
        finally:
            chromium.close()


def public_list(espace: Environment) -> str:
    with urllib.request.urlopen(f"{espace.url}/liste-blanche.xml", timeout=10) as answer:
        return str(answer.read().decode())


def link_of(boite: Boite) -> str:
    """Return the link of the invitation, once its mail came."""

    def found() -> str:
        for message in boite.to(MAIL):
            body = message.get_body(("plain",))
            words = body.get_content().split() if body is not None else []
            links = [word for word in words if "/compte/invitation/" in word]
            if links:
                return str(links[0])
        return ""

    return str(until(found, "no invitation came"))


def mails(boite: Boite, words: str) -> list[Any]:
    return [one for one in boite.messages if words in (one.get_body(("plain",)) or one).get_content()]


def test_a_drimbox_enters_from_the_first_click_to_the_published_list_and_the_resolved_name(
    espace: Environment, personnes: tuple[Agent, Representant], knot: Knot, boite: Boite
) -> None:
    agent, person = personnes
    agent.inscrit("Opérateur d'Essai", SIRET, MAIL)
    person.entre(link_of(boite))

    refused = person.declare(HOST, SITE, SIREN)
    agent.decide(refused, "Refuser", motifs="documents", motif="Il manque la page 3.")
    text = person.ouvre(f"/portail/demandes/{refused}/")
    assert "refusée" in text
    assert "Il manque la page 3." in text
    until(lambda: mails(boite, "Il manque la page 3."), "the refusal is not written")

    asked = person.declare(HOST, SITE, SIREN)
    agent.decide(asked, "Demander un complément", motif="Le SIREN est-il le bon ?", jours="5")
    assert "Le SIREN est-il le bon ?" in person.ouvre(f"/portail/demandes/{asked}/")
    person.lien("Ouvrir le formulaire")
    person.page.fill("[name=commentaire]", "Oui, vérifié.")
    person.depose("Envoyer le complément")
    agent.decide(asked, "Accepter et attribuer les noms")

    person.attend(f"/portail/demandes/{asked}/", "attestation délivrée")
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="(PDF)").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    assert ask(knot.port, DB) == [f"{HOST}."]

    integration = person.integre(DB, dn(DB))
    agent.decide(integration, "Juger les conditions valides")
    agent.decide(integration, "Accepter l'entrée provisoire")
    person.attend(f"/portail/demandes/{integration}/", "intégration provisoire notifiée")
    assert DB in public_list(espace)
    until(lambda: boite.to(MAIL)[-1:] and mails(boite, integration), "the provisional entry is not written")

    va = person.fournit()
    agent.decide(va, "Accepter : intégration définitive")
    assert "intégration définitive" in person.ouvre(f"/portail/demandes/{va}/")
    assert espace.sql("SELECT statut FROM registre_drimbox") == [("active",)]
    assert DB in public_list(espace)
    public = [public_list(espace), agent.ouvre("/"), agent.ouvre("/liste/")]
    for text in (*public, *(one.as_string() for one in boite.messages)):
        assert SITE not in text
        assert SIREN not in text


def test_a_document_de_va_too_late_is_proposed_for_exclusion_and_the_list_loses_its_row_when_an_agent_decides(
    espace: Environment, personnes: tuple[Agent, Representant], knot: Knot, boite: Boite
) -> None:
    agent, person = personnes
    now = datetime.now(UTC)
    op = operateur(now=now)
    _row, link = inviter(op, MAIL, "representant_legal", par=acteur(), now=now)
    person.entre(f"/compte/invitation/{link}/")
    declaration = declarer(op, now=now)
    person.attend(f"/portail/demandes/{declaration.numero}/", "attestation délivrée")
    integration = integrer(op, declaration.commande, now=datetime.now(UTC))
    person.attend(f"/portail/demandes/{integration.numero}/", "intégration provisoire notifiée")

    with espace.role("ouvrier"):
        relancer(datetime.now(UTC) + timedelta(days=40))
    ((va,),) = espace.sql("SELECT numero FROM guichet_dossier WHERE parcours = 'va'")
    assert "exclusion proposée" in person.ouvre(f"/portail/demandes/{va}/")
    assert DB in public_list(espace), "the clock alone excludes nothing"
    agent.decide(va, "Exclure : document de VA en retard", motif="Document non reçu.", remediation_jours="30")
    until(lambda: DB not in public_list(espace), "the list still has the row")
    assert ask(knot.port, DB) == ["db1.operateur.test."], "the name stays in the zone"
    until(lambda: mails(boite, "Document non reçu."), "the exclusion is not written")
