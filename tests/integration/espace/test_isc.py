# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Login by iSC, against an OpenID provider that nobody here wrote (npm oidc-provider, certified)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, override_settings

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.actions import invitations
from espace.acteurs.models import Membre
from espace.web.comptes.reglages import Isc, providers
from tests.espace_comptes import HOST, membre
from tests.espace_dossiers import operateur
from tests.espace_env import Environment, write_secret
from tests.espace_isc import CLIENT, SCOPES, SECRET, isc_provider, pki_of_isc

pytestmark = pytest.mark.peer("oidc-provider")
AGENT = Acteur("agent", Qui.AGENT)
CALLBACK = "http://127.0.0.1/compte/oidc/isc/login/callback/"
START, MAIL = "/compte/oidc/isc/login/", "claude@operateur.test"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("isc")


@pytest.fixture(scope="module")
def pki(folder: Path) -> Any:
    return pki_of_isc(folder / "pki")


@pytest.fixture(scope="module")
def base(pki: Any) -> Iterator[str]:
    """Base address of a running provider, at which one person is always logged in."""
    with isc_provider(pki, CALLBACK) as address:
        yield address


@pytest.fixture
def isc(espace: Environment, base: str, pki: Any, folder: Path) -> Iterator[Isc]:
    """The Espace as its settings make it when they name iSC."""
    secret = folder / "secret"
    if not secret.exists():
        write_secret(secret, SECRET)
    isc = Isc(server_url=base, client_id=CLIENT, client_secret=secret, scopes=SCOPES, ca=pki.market_ca)
    known = settings.ESPACE.model_copy(update={"isc": isc})
    with override_settings(ESPACE=known, SOCIALACCOUNT_PROVIDERS=providers(isc)):
        yield isc


def browse(url: str, isc: Isc) -> str:
    """Follow the provider, cookies included, until it sends back to the Espace; returns the address of the return."""
    with requests.Session() as person:
        person.trust_env = False
        for _step in range(6):
            answer = person.get(url, verify=str(isc.ca), allow_redirects=False, timeout=30)
            assert answer.status_code in (302, 303), answer.text
            url = requests.compat.urljoin(url, answer.headers["Location"])
            if url.startswith(CALLBACK):
                return url
    raise AssertionError("never sent back")


def come_back(browser: Client, isc: Isc, *, following: str = "") -> Any:
    """Log in by iSC from the page of the login; returns the answer to the return."""
    started = browser.get(START, {"next": following} if following else {})
    assert started.status_code == 302
    back = urlsplit(browse(started["Location"], isc))
    return browser.get(f"{back.path}?{back.query}")


def test_the_demand_carries_a_state_a_proof_key_and_no_secret(isc: Isc) -> None:
    asked = parse_qs(urlsplit(Client(headers=HOST).get(START)["Location"]).query)
    assert (asked["response_type"], asked["code_challenge_method"], asked["redirect_uri"]) == (["code"], ["S256"], [CALLBACK])
    assert len(asked["state"][0]) >= 16
    assert "un secret" not in str(asked)


def test_the_page_of_the_login_offers_isc_only_when_the_settings_name_it(espace: Environment, isc: Isc) -> None:
    assert START in Client(headers=HOST).get("/portail/connexion/").content.decode()
    with override_settings(ESPACE=settings.ESPACE.model_copy(update={"isc": None}), SOCIALACCOUNT_PROVIDERS={}):
        assert START not in Client(headers=HOST).get("/portail/connexion/").content.decode()
        assert Client(headers=HOST).get(START).status_code == 404


def test_an_unknown_isc_account_opens_nothing_and_makes_no_account(isc: Isc) -> None:
    browser = Client(headers=HOST)
    answer = come_back(browser, isc)
    assert (answer.status_code, "rattaché à aucun compte" in answer.content.decode()) == (403, True)
    assert "_auth_user_id" not in browser.session
    assert not User.objects.exists()


def test_an_invitation_ties_an_isc_account_which_then_opens_the_portail_alone(isc: Isc) -> None:
    _row, link = invitations.inviter(operateur(), MAIL, "mandataire", par=AGENT, now=datetime.now(UTC))
    browser = Client(headers=HOST)
    assert browser.post(f"/compte/invitation/{link}/", {"isc": "1"})["Location"] == START
    assert come_back(browser, isc)["Location"] == "/portail/"
    page = browser.get("/portail/")
    assert (page.status_code, MAIL in page.content.decode()) == (200, True), "iSC asks for its own second factor"
    assert not User.objects.get(username=MAIL).has_usable_password()
    fresh = Client(headers=HOST)
    assert come_back(fresh, isc, following="/portail/conditions/")["Location"] == "/portail/conditions/"
    assert fresh.get("/portail/conditions/").status_code == 200
    assert fresh.get("/console/").status_code == 403
    with pytest.raises(invitations.LienPerime):
        invitations.pending(link, datetime.now(UTC))


def test_the_isc_account_of_a_withdrawn_membre_opens_nothing(isc: Isc) -> None:
    _row, link = invitations.inviter(operateur(), MAIL, "mandataire", par=AGENT, now=datetime.now(UTC))
    first = Client(headers=HOST)
    first.post(f"/compte/invitation/{link}/", {"isc": "1"})
    come_back(first, isc)
    Membre.objects.update(actif=False)
    browser = Client(headers=HOST)
    assert come_back(browser, isc).status_code == 403
    assert "_auth_user_id" not in browser.session


def test_a_withdrawn_person_invited_again_comes_back_by_the_same_isc_account(isc: Isc) -> None:
    own = operateur()
    for _time in range(2):
        _row, link = invitations.inviter(own, MAIL, "mandataire", par=AGENT, now=datetime.now(UTC))
        browser = Client(headers=HOST)
        browser.post(f"/compte/invitation/{link}/", {"isc": "1"})
        assert come_back(browser, isc)["Location"] == "/portail/"
        assert browser.get("/portail/").status_code == 200
        with pytest.raises(invitations.LienPerime):
            invitations.pending(link, datetime.now(UTC))
        Membre.objects.update(actif=False)


def test_an_old_link_left_in_the_session_closes_no_known_account(isc: Isc) -> None:
    _row, link = invitations.inviter(operateur(), MAIL, "mandataire", par=AGENT, now=datetime.now(UTC))
    browser = Client(headers=HOST)
    browser.post(f"/compte/invitation/{link}/", {"isc": "1"})
    come_back(browser, isc)
    fresh = Client(headers=HOST)
    session = fresh.session
    session["invitation"] = link
    session.save()
    assert come_back(fresh, isc)["Location"] == "/portail/"


def test_the_address_that_isc_says_opens_no_account_of_that_address(isc: Isc) -> None:
    """Whoever may write an address at the provider does not become the person who has it here."""
    membre(operateur(), "une-autre-adresse@isc.test")
    browser = Client(headers=HOST)
    come_back(browser, isc)
    assert "_auth_user_id" not in browser.session


def test_a_return_with_the_state_of_another_session_is_refused(isc: Isc) -> None:
    back = urlsplit(browse(Client(headers=HOST).get(START)["Location"], isc))
    victim = Client(headers=HOST)
    answer = victim.get(f"{back.path}?{back.query}")
    assert "_auth_user_id" not in victim.session
    assert (answer.status_code, "a pas confirmé" in answer.content.decode()) == (403, True)


def test_a_provider_that_is_down_is_told_in_french(isc: Isc) -> None:
    down = isc.model_copy(update={"server_url": "https://127.0.0.1:9/"})
    known = settings.ESPACE.model_copy(update={"isc": down})
    with override_settings(ESPACE=known, SOCIALACCOUNT_PROVIDERS=providers(down)):
        answer = Client(headers=HOST).get(START)
    assert (answer.status_code, "iSC ne répond pas" in answer.content.decode()) == (503, True)
