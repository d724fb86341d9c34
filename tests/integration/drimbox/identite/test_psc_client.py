# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The client of PSC against the PSC of the banc over TLS: login and introspection."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
from aiohttp import web
from joserfc.jwk import RSAKey

from banc.pki import Pki
from banc.psc import PscConfig, served
from banc.psc.config import REALM
from drimbox.socle.identite import (
    ClientRefuse,
    ConnexionRefusee,
    JetonRefuse,
    Limites,
    PscClient,
    PscReponseInvalide,
    Retour,
    RetourInattendu,
    SessionTerminee,
    TropDEssais,
)
from tests.psc_world import (
    CLIENTS,
    DISCOVERY,
    GOODBYE,
    PERSON,
    RETURN,
    SECRET,
    Clock,
    Handler,
    came_back,
    document,
    logged_in,
    serving,
    settings_of,
)

# --- login -------------------------------------------------------------------------------------------------------------------------


async def test_login_gives_a_session_with_its_situations(psc: PscClient, browser: aiohttp.ClientSession, clock: Clock) -> None:
    session = await logged_in(psc, browser)
    assert session.professionnel.subject_name_id == PERSON
    assert len(session.professionnel.situations) == 3
    assert session.access_expires_at == clock.now + timedelta(minutes=2)
    assert session.refresh_expires_at == clock.now + timedelta(minutes=30)


async def test_authorization_request_asks_what_psc_wants_and_shows_no_verifier(psc: PscClient) -> None:
    url, demande = await psc.authorization_request(RETURN)
    query = dict(parse_qsl(urlsplit(url).query))
    assert (query["scope"], query["acr_values"], query["response_type"]) == ("openid scope_all", "eidas1", "code")
    assert query["code_challenge_method"] == "S256"
    assert demande.verifier not in url


async def test_two_requests_share_nothing(psc: PscClient) -> None:
    (_, one), (_, two) = await psc.authorization_request(RETURN), await psc.authorization_request(RETURN)
    assert len({one.state, two.state, one.nonce, two.nonce, one.verifier, two.verifier}) == 6


async def test_return_of_another_browser_is_refused_before_psc_is_asked(psc: PscClient, browser: aiohttp.ClientSession) -> None:
    query, _ = await came_back(psc, browser)
    _, other = await psc.authorization_request(RETURN)
    with pytest.raises(RetourInattendu):
        await psc.exchange(query["code"], query["state"], other, iss=query["iss"])


@pytest.mark.parametrize("iss", [None, "https://autre.test"])
async def test_return_without_the_issuer_is_refused(psc: PscClient, browser: aiohttp.ClientSession, iss: str | None) -> None:
    query, demande = await came_back(psc, browser)
    with pytest.raises(RetourInattendu):
        await psc.exchange(query["code"], query["state"], demande, iss=iss)


async def test_return_after_ten_minutes_is_refused(psc: PscClient, browser: aiohttp.ClientSession, clock: Clock) -> None:
    query, demande = await came_back(psc, browser)
    clock.advance(601)
    with pytest.raises(RetourInattendu):
        await psc.exchange(query["code"], query["state"], demande, iss=query["iss"])


async def test_code_is_refused_with_another_verifier(psc: PscClient, browser: aiohttp.ClientSession) -> None:
    query, demande = await came_back(psc, browser)
    with pytest.raises(ConnexionRefusee):
        await psc.exchange(query["code"], query["state"], replace(demande, verifier="w" * 43), iss=query["iss"])


async def test_wrong_nonce_is_refused(psc: PscClient, browser: aiohttp.ClientSession) -> None:
    query, demande = await came_back(psc, browser)
    with pytest.raises(PscReponseInvalide, match="nonce"):
        await psc.exchange(query["code"], query["state"], replace(demande, nonce="autre"), iss=query["iss"])


async def test_person_who_refuses_is_not_logged_in(psc: PscClient, browser: aiohttp.ClientSession) -> None:
    query, _ = await came_back(psc, browser, action="refuser")
    with pytest.raises(ConnexionRefusee):
        Retour.from_query(query)


async def test_logout_form_ends_the_session_and_carries_no_token_in_its_address(psc: PscClient, browser: aiohttp.ClientSession) -> None:
    session = await logged_in(psc, browser)
    form = await psc.logout_form(session, GOODBYE)
    assert form is not None
    assert session.id_token not in form.url
    assert session.id_token not in repr(form)
    async with browser.post(form.url, data=dict(form.fields), allow_redirects=False) as answer:
        assert answer.headers["Location"] == f"{GOODBYE}?state={form.state}"
    with pytest.raises(SessionTerminee):
        await psc.refresh(session)


async def test_refresh_until_the_refresh_token_ends(psc: PscClient, browser: aiohttp.ClientSession, clock: Clock) -> None:
    session = await logged_in(psc, browser)
    clock.advance(1700)
    renewed = await psc.refresh(session)
    assert renewed.professionnel == session.professionnel
    assert (await psc.introspect(renewed.access_token)).subject_name_id == PERSON
    clock.advance(1800)
    with pytest.raises(SessionTerminee):
        await psc.refresh(renewed)


async def test_keys_changed_at_psc_are_read_again(pki: Pki, clock: Clock, tmp_path: Path, browser: aiohttp.ClientSession) -> None:
    old, new = (RSAKey.generate_key(2048, parameters={"use": "sig"}, auto_kid=True) for _ in range(2))
    async with served(lambda base: PscConfig(base, CLIENTS, key=old, now=clock), pki.market("psc.banc.test")) as first:
        port = urlsplit(first.base_url).port
        client = PscClient(settings_of(first.base_url, pki, tmp_path), now=clock)
        await logged_in(client, browser)
    assert port is not None
    async with served(lambda base: PscConfig(base, CLIENTS, key=new, now=clock), pki.market("psc.banc.test"), port=port):
        with pytest.raises(PscReponseInvalide):  # keys were read a moment ago: nobody may make us ask again and again
            await logged_in(client, browser)
        clock.advance(61)
        assert (await logged_in(client, browser)).professionnel.subject_name_id == PERSON
        await client.close()


# --- introspection -----------------------------------------------------------------------------------------------------------------


async def test_token_of_our_psc_is_active_and_another_is_not(
    psc: PscClient, browser: aiohttp.ClientSession, pki: Pki, clock: Clock, tmp_path: Path
) -> None:
    ours = await logged_in(psc, browser)
    assert (await psc.introspect(ours.access_token)).client == "drimbox-a"
    async with served(lambda base: PscConfig(base, CLIENTS, now=clock), pki.market("psc.banc.test")) as foreign:
        async with PscClient(settings_of(foreign.base_url, pki, tmp_path), now=clock) as other:
            theirs = await logged_in(other, browser)
        with pytest.raises(JetonRefuse) as caught:
            await psc.introspect(theirs.access_token)
    assert caught.value.code == "identite.jeton_inactif"


async def test_refresh_and_id_tokens_are_not_access_tokens(psc: PscClient, browser: aiohttp.ClientSession) -> None:
    session = await logged_in(psc, browser)
    for token in (session.refresh_token, session.id_token, "inconnu", "x" * 9000):
        with pytest.raises(JetonRefuse):
            await psc.introspect(token)


async def test_ended_token_is_refused_even_when_it_was_remembered(psc: PscClient, browser: aiohttp.ClientSession, clock: Clock) -> None:
    session = await logged_in(psc, browser)
    clock.advance(100)
    await psc.introspect(session.access_token)
    clock.advance(20)
    with pytest.raises(JetonRefuse):
        await psc.introspect(session.access_token)


class Counter:
    """An introspection endpoint that counts questions and answers them when told."""

    def __init__(self, clock: Clock) -> None:
        self.asked = 0
        self.reached = asyncio.Event()
        self.open = asyncio.Event()
        self._clock = clock

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        self.reached.set()
        await self.open.wait()
        exp, iss = self._clock.now.timestamp() + 100, str(request.url.origin()) + REALM
        return web.json_response({"active": True, "exp": exp, "iss": iss, "sub": "s", "typ": "Bearer", "SubjectNameID": PERSON})


@pytest.fixture
def counter(clock: Clock) -> Counter:
    return Counter(clock)


async def test_answers_are_remembered_for_their_seconds(pki: Pki, clock: Clock, tmp_path: Path, counter: Counter) -> None:
    counter.open.set()
    async with (
        serving(pki, {DISCOVERY: document(), "/introspection_endpoint": counter.answer}) as base,
        PscClient(settings_of(base, pki, tmp_path), now=clock, limits=Limites(introspection_seconds=30)) as client,
    ):
        for _ in range(3):
            await client.introspect("jeton")
        assert counter.asked == 1
        clock.advance(30)
        await client.introspect("jeton")
        await client.introspect("autre")
        assert counter.asked == 3


async def test_same_token_at_the_same_time_asks_once_and_survives_a_caller_that_leaves(
    pki: Pki, clock: Clock, tmp_path: Path, counter: Counter
) -> None:
    async with (
        serving(pki, {DISCOVERY: document(), "/introspection_endpoint": counter.answer}) as base,
        PscClient(settings_of(base, pki, tmp_path), now=clock) as client,
    ):
        first, second = (asyncio.create_task(client.introspect("jeton")) for _ in range(2))
        await counter.reached.wait()
        first.cancel()
        counter.open.set()
        assert (await second).subject == "s"
        with pytest.raises(asyncio.CancelledError):
            await first
    assert counter.asked == 1


async def test_one_presenter_of_a_hundred_invented_tokens_costs_a_bounded_number_of_questions_and_another_is_answered(
    pki: Pki, clock: Clock, tmp_path: Path, counter: Counter
) -> None:
    async def refuse(request: web.Request) -> web.Response:
        answer = await counter.answer(request)
        return web.json_response({"active": False}) if (await request.post())["token"] != "bon" else answer

    counter.open.set()
    async with (
        serving(pki, {DISCOVERY: document(), "/introspection_endpoint": refuse}) as base,
        PscClient(
            settings_of(base, pki, tmp_path), now=clock, limits=Limites(questions_per_presenter=8, refusals_per_presenter=8)
        ) as client,
    ):
        questions = (client.introspect(f"jeton{number}", presenter="CN=a") for number in range(100))
        errors = [type(error) for error in await asyncio.gather(*questions, return_exceptions=True)]
        assert (errors.count(JetonRefuse), errors.count(TropDEssais), counter.asked) == (8, 92, 8)
        with pytest.raises(TropDEssais):
            await client.introspect("bon", presenter="CN=a")
        assert (await client.introspect("bon", presenter="CN=b")).subject == "s"
        assert (await client.introspect("bon", presenter="CN=a")).subject == "s"  # remembered: it costs no question
        with pytest.raises(JetonRefuse):
            await client.introspect("jeton0", presenter="CN=b")  # refused a moment ago
        assert counter.asked == 9


async def test_wrong_secret_is_our_fault(config: PscConfig, pki: Pki, tmp_path: Path) -> None:
    settings = settings_of(config.base_url, pki, tmp_path)
    settings.client_secret.write_text("faux")
    async with PscClient(settings) as client:
        with pytest.raises(ClientRefuse):
            await client.introspect("jeton")


async def test_secret_goes_in_the_body_when_psc_offers_only_that(pki: Pki, clock: Clock, tmp_path: Path) -> None:
    seen: dict[str, Any] = {}

    async def introspection(request: web.Request) -> web.Response:
        seen.update(await request.post(), header=request.headers.get("Authorization"))
        return web.json_response({"active": False})

    routes: dict[str, Handler] = {
        DISCOVERY: document(token_endpoint_auth_methods_supported=["client_secret_post"]),
        "/introspection_endpoint": introspection,
    }
    async with serving(pki, routes) as base, PscClient(settings_of(base, pki, tmp_path), now=clock) as client:
        with pytest.raises(JetonRefuse):
            await client.introspect("jeton")
    assert (seen["client_secret"], seen["header"]) == (SECRET, None)
