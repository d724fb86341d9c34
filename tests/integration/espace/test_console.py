# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The console and the public pages, by the doors a person has: addresses and forms, under the role of the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from espace.config import current
from espace.instruction.models import Exclusion
from espace.journal.models import Evenement
from espace.liste_blanche import actions, queries
from espace.liste_blanche.publication import Publisher
from espace.registre import queries as registre
from espace.web.console import attente
from tests.espace_comptes import PASSWORD, agent, browser_of
from tests.espace_donnees import CLIENT_CANARY, SIREN, SITE_CANARY, ZONE, declare, dn, document, integrate
from tests.espace_env import Environment

DB = f"db1.1.{ZONE}"
_ADDRESSES = [
    "/console/",
    "/console/dossiers/",
    "/console/couples/",
    f"/console/couples/{DB}/",
    f"/console/couples/{DB}/exclusion/",
    "/console/commandes/",
    "/console/commandes/1/",
    "/console/liste-blanche/",
    "/console/liste-blanche/1/",
]


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attente, "LIMIT_SECONDS", 0.0)


@pytest.fixture
def browser(espace: Environment) -> Client:
    """A browser whose user is logged in; forms are protected as they are for everyone."""
    return browser_of(agent(espace))


@pytest.fixture
def visitor(espace: Environment) -> Iterator[Client]:
    return Client(headers={"host": "127.0.0.1"})


def now() -> datetime:
    return datetime.now(UTC)


def publish(espace: Environment) -> None:
    actions.demander_publication(auteur="essai", now=now())
    with espace.role("signataire"):
        Publisher(current().liste_blanche, zone=ZONE).publish_waiting()


def test_every_page_of_the_console_asks_for_a_login(visitor: Client) -> None:
    integrate(now=now())
    for address in _ADDRESSES:
        answer = visitor.get(address)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/console/connexion/"), address
    forms = ("publier/", "1/reponse/", "alarmes/1/fermer/")
    changing = [f"/console/liste-blanche/{form}" for form in forms]
    for address in (*changing, f"/console/couples/{DB}/exclusion/"):
        assert visitor.post(address, {"motif": "cyber"}).status_code == 302
    assert registre.couple(DB).drimbox.statut == "provisoire"  # type: ignore[union-attr]
    assert queries.oldest_waiting() is None


def test_no_address_of_the_console_answers_a_visitor_whatever_is_added_to_it(visitor: Client) -> None:
    console = next(found for found in get_resolver().url_patterns if str(found.pattern) == "console/")
    samples = {"IntConverter": 1, "UUIDConverter": UUID(int=1), "SlugConverter": "accept"}
    patterns = [pattern for pattern in console.url_patterns if pattern.name != "connexion"]
    assert len(patterns) > 15
    for pattern in patterns:
        values = {name: samples.get(type(kind).__name__, DB) for name, kind in pattern.pattern.converters.items()}
        address = reverse(f"console:{pattern.name}", kwargs=values)
        for answer in (visitor.get(address), visitor.post(address, {})):
            assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/console/connexion/"), address


def test_every_page_shows_itself_with_landmarks_and_nothing_missing(espace: Environment, browser: Client) -> None:
    integrate(now=now())
    publish(espace)
    for address in _ADDRESSES:
        answer = browser.get(address)
        text = answer.content.decode()
        assert answer.status_code == 200, address
        for piece in ('<html lang="fr">', '<main id="contenu"', 'href="#contenu"', "<h1>", "<nav ", "<title>"):
            assert piece in text, (address, piece)
        assert not re.search(r"\{[{%]|None\b", re.sub(r"<[^>]*>", "", text)), address
        assert len(re.findall("<h1", text)) == 1
        for identifier in re.findall(r'<label for="([^"]+)"', text):
            assert f'id="{identifier}"' in text, (address, identifier)


def test_headers_keep_the_browser_safe(visitor: Client) -> None:
    answer = visitor.get("/")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "script" not in answer["Content-Security-Policy"]
    assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("DENY", "nosniff")


def test_no_page_of_the_console_stays_in_the_browser(browser: Client) -> None:
    for address in ("/console/", "/console/couples/", "/console/dossiers/"):
        assert "no-store" in browser.get(address)["Cache-Control"]


def test_the_shortcuts_into_the_register_are_gone(browser: Client) -> None:
    declare()
    for address in ("commandes/nouvelle/", "commandes/1/attribution/", f"couples/{DB}/integration/"):
        assert browser.post(f"/console/{address}", {"dn": dn(DB)}).status_code == 404
    assert registre.couple(DB).drimbox.statut == "declaree"  # type: ignore[union-attr]


def test_an_exclusion_asks_for_its_motif_then_a_confirmation(espace: Environment, browser: Client) -> None:
    integrate(now=now())
    publish(espace)
    assert b"Exclure" in browser.get(f"/console/couples/{DB}/").content
    assert browser.post(f"/console/couples/{DB}/exclusion/", {}).status_code == 400
    said = {"motif": "cyber", "expose": "Intrusion constatée le 12.", "remediation_jours": "30"}
    for absent in ({"motif": "humeur"}, {"expose": " "}, {"remediation_jours": "0"}):
        assert browser.post(f"/console/couples/{DB}/exclusion/", said | absent).status_code == 400
    assert browser.post(f"/console/couples/{DB}/exclusion/", said).status_code == 302
    pronounced = Exclusion.objects.get()
    assert (pronounced.expose, pronounced.remediation_le is not None, pronounced.auteur) == (said["expose"], True, "agent")
    page = browser.get(f"/console/couples/{DB}/").content.decode()
    assert "incident de cybersécurité" in page
    assert f"/console/couples/{DB}/exclusion/" not in page
    again = browser.post(f"/console/couples/{DB}/exclusion/", said | {"motif": "sanction"}, follow=True)
    assert "ne peut pas recevoir cette décision" in again.content.decode()
    assert Evenement.objects.filter(event="registre:drimbox:excluded", auteur="agent").count() == 1


def test_a_refused_publication_is_explained(espace: Environment, browser: Client) -> None:
    integrate(now=now())
    publish(espace)
    espace.sql("UPDATE registre_drimbox SET dn_serv_ssl = 'CN=autre,OU=300000000300019,O=A,C=FR'")
    publish(espace)
    page = browser.get("/console/liste-blanche/2/").content.decode()
    assert "publication.lint" in page
    assert "Corrigez la ligne du Registre" in page
    assert "Voir pourquoi" in browser.get("/console/").content.decode()


def test_couples_are_searched_and_paged(browser: Client) -> None:
    for _ in range(30):
        declare()
    page = browser.get("/console/couples/")
    assert b"30 couples" in page.content
    first = browser.get("/console/couples/?q=essai").content.decode()
    following = re.search(r'href="(\?q=essai&amp;apres=[^"]+)" rel="next"', first)
    assert following
    second = browser.get(f"/console/couples/{following[1].replace('&amp;', '&')}").content.decode()
    assert (first.count('scope="row"'), second.count('scope="row"')) == (25, 5)
    assert 'rel="prev"' in second
    for absurd in (
        "?apres=abc",
        "?avant=-4",
        "?apres=W10",
        "?apres=WyJcdWQ4MDAiLDFd",
        "?q=" + "x" * 300,
        "?statut=intrus",
        "?q=%00",
        "?q='; DROP TABLE journal;--",
    ):
        assert browser.get(f"/console/couples/{absurd}").status_code == 200


@pytest.mark.parametrize("address", ["/console/couples/inconnu/", "/console/commandes/404/", "/console/liste-blanche/404/", "/nulle-part"])
def test_an_unknown_address_is_a_french_page(browser: Client, address: str) -> None:
    answer = browser.get(address)
    assert (answer.status_code, "Page introuvable" in answer.content.decode()) == (404, True)


def test_a_form_from_elsewhere_is_refused_in_french(espace: Environment, browser: Client) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1"})
    strict.cookies = browser.cookies
    answer = strict.post("/console/liste-blanche/publier/")
    assert (answer.status_code, "Formulaire refusé" in answer.content.decode()) == (403, True)
    assert queries.oldest_waiting() is None


def test_five_wrong_passwords_lock_the_account_and_the_journal_says_it(espace: Environment, browser: Client) -> None:
    thief = Client(headers={"host": "127.0.0.1"})
    answers = [thief.post("/console/connexion/", {"username": "agent", "password": f"faux {n}"}).status_code for n in range(6)]
    assert answers[0] == 200
    assert answers[-1] == 429
    right = thief.post("/console/connexion/", {"username": "agent", "password": PASSWORD})
    assert (right.status_code, "verrouillé" in right.content.decode()) == (429, True)
    assert Evenement.objects.filter(event="web:session:locked").exists()


def test_another_host_name_is_refused(espace: Environment) -> None:
    assert Client(headers={"host": "ailleurs.test"}).get("/").status_code == 400


def test_before_the_first_list_the_public_address_is_absent_and_the_page_says_so(visitor: Client) -> None:
    assert visitor.get("/liste-blanche.xml").status_code == 404
    assert "Aucune liste" in visitor.get("/").content.decode()
    assert visitor.get("/sante").json()["liste_blanche"] is None


def test_the_public_list_has_a_strong_etag_and_answers_304(espace: Environment, visitor: Client) -> None:
    integrate(now=now())
    publish(espace)
    first = visitor.get("/liste-blanche.xml")
    liste = queries.current()
    assert liste is not None
    assert (first["ETag"], first["Content-Type"]) == (f'"{liste.sha256}"', "application/xml")
    assert "max-age=60" in first["Cache-Control"]
    assert visitor.get("/liste-blanche.xml", headers={"if-none-match": first["ETag"]}).status_code == 304
    assert visitor.get("/liste-blanche.xml", headers={"if-modified-since": first["Last-Modified"]}).status_code == 304
    assert visitor.head("/liste-blanche.xml")["ETag"] == first["ETag"]
    assert visitor.post("/liste-blanche.xml").status_code == 405
    assert "Set-Cookie" not in first


def test_nothing_of_a_client_is_on_a_public_page(espace: Environment, visitor: Client) -> None:
    integrate(now=now())
    publish(espace)
    for address in ("/", "/liste-blanche.xml", "/sante"):
        text = visitor.get(address).content.decode()
        for word in (CLIENT_CANARY, SITE_CANARY, SIREN, "passerelle1", document()["clients"][0]["siren"]):
            assert word not in text, address


def test_health_says_the_list_and_falls_when_nobody_signs(espace: Environment, visitor: Client) -> None:
    publish(espace)
    well = visitor.get("/sante")
    assert (well.status_code, well.json()["etat"], well.json()["liste_blanche"]["sequence"]) == (200, "ok", 1)
    espace.sql("INSERT INTO liste_blanche_demande (demandee_le, auteur) VALUES (now() - interval '2 minutes', 'essai')")
    ill = visitor.get("/sante")
    assert (ill.status_code, ill.json()["causes"]) == (503, ["signataire_muet"])


def test_health_falls_when_the_database_is_away(espace: Environment, visitor: Client) -> None:
    from django.db import connections

    connections.close_all()
    espace.close_to_all()
    answer = visitor.get("/sante")
    espace.open_again()
    assert (answer.status_code, answer.json()["causes"]) == (503, ["base_injoignable"])
