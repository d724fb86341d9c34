# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The PSC of the banc over TLS, asked by a plain HTTP client: its shape and its refusals."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from banc.pki import Pki
from banc.psc import ClientPsc, LoginFailedError, PscConfig, login, served
from drimbox.socle.tls import client_context
from tests.psc_world import Clock

PERSON = "899700000012"
RETURN, GOODBYE = "https://vi1.1.drimm.localhost/psc/retour", "https://vi1.1.drimm.localhost/"
CLIENTS = (ClientPsc("drimbox-a", "secret a", (RETURN,), (GOODBYE,)), ClientPsc("drimbox-b", "secret b", (RETURN,)))
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REQUEST = {
    "response_type": "code",
    "client_id": "drimbox-a",
    "redirect_uri": RETURN,
    "scope": "openid scope_all",
    "acr_values": "eidas1",
    "state": "etat",
    "nonce": "hasard",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@dataclass
class World:
    config: PscConfig
    http: aiohttp.ClientSession
    clock: Clock
    endpoints: dict[str, Any]

    async def send_to_login(self, **changes: str | None) -> dict[str, str]:
        """Open the login page and choose; return the query of the return address."""
        query = {name: value for name, value in {**REQUEST, **changes}.items() if value is not None}
        back = await login(self.http, f"{self.endpoints['authorization_endpoint']}?{urlencode(query)}", PERSON)
        assert back.startswith(RETURN + "?")
        return dict(parse_qsl(urlsplit(back).query))

    async def post(self, endpoint: str, client: str = "drimbox-a", secret: str = "secret a", **form: str) -> tuple[int, Any]:
        pair = base64.b64encode(f"{client}:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {pair}"}
        async with self.http.post(self.endpoints[endpoint], data=form, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.json()

    async def code(self) -> str:
        return (await self.send_to_login())["code"]

    async def exchange(self, code: str, **changes: str) -> tuple[int, Any]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": RETURN, "code_verifier": VERIFIER, **changes}
        return await self.post("token_endpoint", **form)

    async def tokens(self) -> dict[str, Any]:
        status, body = await self.exchange(await self.code())
        assert status == 200
        return body

    async def userinfo(self, token: str) -> tuple[int, Any]:
        async with self.http.get(self.endpoints["userinfo_endpoint"], headers={"Authorization": f"Bearer {token}"}) as answer:
            return answer.status, await answer.json()

    async def is_active(self, token: str) -> bool:
        status, body = await self.post("introspection_endpoint", token=token)
        assert status == 200
        return body["active"]


@pytest.fixture
async def world(pki: Pki) -> AsyncIterator[World]:
    clock = Clock()
    connector = aiohttp.TCPConnector(ssl=client_context(pki.market_ca))
    async with (
        served(lambda base: PscConfig(base, CLIENTS, now=clock), pki.market("psc.banc.test")) as config,
        aiohttp.ClientSession(connector=connector) as http,
        http.get(config.discovery_url) as answer,
    ):
        yield World(config, http, clock, await answer.json())


async def test_login_gives_tokens_of_pscs_lives_and_a_signed_id_token(world: World) -> None:
    body = await world.tokens()
    assert (body["expires_in"], body["refresh_expires_in"], body["token_type"]) == (120, 1800, "Bearer")
    async with world.http.get(world.endpoints["jwks_uri"]) as answer:
        keys = KeySet.import_key_set(await answer.json())
    claims = jwt.decode(body["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"], claims["acr"]) == (world.config.issuer, "drimbox-a", "hasard", "eidas1")


async def test_return_carries_issuer_and_state(world: World) -> None:
    back = await world.send_to_login()
    assert (back["iss"], back["state"]) == (world.config.issuer, "etat")


async def test_standard_discovery_document_has_another_authorization_endpoint(world: World) -> None:
    async with world.http.get(f"{world.config.issuer}/.well-known/openid-configuration") as answer:
        document = await answer.json()
    assert document["issuer"] == world.config.issuer
    assert document["authorization_endpoint"] != world.endpoints["authorization_endpoint"]
    async with world.http.get(document["authorization_endpoint"]) as answer:
        assert answer.status == 404


async def test_userinfo_has_the_claims_of_psc(world: World) -> None:
    status, claims = await world.userinfo((await world.tokens())["access_token"])
    assert status == 200
    assert claims["SubjectNameID"] == PERSON
    assert len(claims["SubjectRefPro"]["exercices"]) == 2


async def test_introspection_of_a_living_token_names_client_and_professional(world: World) -> None:
    token = (await world.tokens())["access_token"]
    _, body = await world.post("introspection_endpoint", client="drimbox-b", secret="secret b", token=token)
    assert (body["active"], body["azp"], body["SubjectNameID"], body["typ"]) == (True, "drimbox-a", PERSON, "Bearer")


@pytest.mark.parametrize(("client", "secret"), [("drimbox-a", "faux"), ("inconnu", "secret a"), ("", "")])
async def test_nobody_but_a_declared_client_may_introspect_or_ask_tokens(world: World, client: str, secret: str) -> None:
    token = (await world.tokens())["access_token"]
    assert (await world.post("introspection_endpoint", client, secret, token=token))[0] == 401
    assert (await world.post("token_endpoint", client, secret, grant_type="authorization_code"))[0] == 401


async def test_request_without_credentials_is_refused(world: World) -> None:
    for headers in ({}, {"Authorization": "Basic %%%"}, {"Authorization": "Bearer x"}):
        async with world.http.post(world.endpoints["introspection_endpoint"], data={"token": "x"}, headers=headers) as answer:
            assert answer.status == 401


async def test_credentials_in_the_body_are_accepted_but_not_twice(world: World) -> None:
    form = {"token": "x", "client_id": "drimbox-a", "client_secret": "secret a"}
    async with world.http.post(world.endpoints["introspection_endpoint"], data=form) as answer:
        assert (answer.status, await answer.json()) == (200, {"active": False})
    assert (await world.post("introspection_endpoint", **form))[0] == 401


async def test_access_token_ends_after_two_minutes(world: World) -> None:
    token = (await world.tokens())["access_token"]
    world.clock.advance(119)
    assert await world.is_active(token)
    world.clock.advance(1)
    assert not await world.is_active(token)
    assert (await world.userinfo(token))[0] == 401


async def test_refresh_gives_living_tokens_until_half_an_hour(world: World) -> None:
    body = await world.tokens()
    world.clock.advance(1799)
    status, renewed = await world.post("token_endpoint", grant_type="refresh_token", refresh_token=body["refresh_token"])
    assert status == 200
    assert await world.is_active(renewed["access_token"])
    world.clock.advance(1)
    status, answer = await world.post("token_endpoint", grant_type="refresh_token", refresh_token=body["refresh_token"])
    assert (status, answer) == (400, {"error": "invalid_grant"})


async def test_no_refresh_outlives_the_session_of_four_hours(world: World) -> None:
    body = await world.tokens()
    for _ in range(8):
        world.clock.advance(1790)
        _, body = await world.post("token_endpoint", grant_type="refresh_token", refresh_token=body["refresh_token"])
    world.clock.advance(90)
    status, _ = await world.post("token_endpoint", grant_type="refresh_token", refresh_token=body["refresh_token"])
    assert status == 400


async def test_refresh_token_is_neither_an_access_token_nor_of_another_client(world: World) -> None:
    refresh = (await world.tokens())["refresh_token"]
    _, body = await world.post("introspection_endpoint", token=refresh)
    assert body["typ"] == "Refresh"
    assert (await world.userinfo(refresh))[0] == 401
    form = {"grant_type": "refresh_token", "refresh_token": refresh}
    assert (await world.post("token_endpoint", "drimbox-b", "secret b", **form))[0] == 400


@pytest.mark.parametrize(
    "changes",
    [{"code_verifier": "w" * 43}, {"code_verifier": ""}, {"redirect_uri": GOODBYE}, {"client": "drimbox-b", "secret": "secret b"}],
)
async def test_code_is_refused_with_another_verifier_address_or_client(world: World, changes: dict[str, str]) -> None:
    status, body = await world.exchange(await world.code(), **changes)
    assert (status, body) == (400, {"error": "invalid_grant"})


async def test_code_ends_after_a_minute(world: World) -> None:
    code = await world.code()
    world.clock.advance(60)
    assert (await world.exchange(code))[0] == 400


async def test_code_used_twice_ends_the_tokens_of_its_first_use(world: World) -> None:
    code = await world.code()
    _, body = await world.exchange(code)
    assert await world.is_active(body["access_token"])
    assert (await world.exchange(code))[0] == 400
    assert not await world.is_active(body["access_token"])


async def test_unknown_grant_is_refused(world: World) -> None:
    status, body = await world.post("token_endpoint", grant_type="password", username="a", password="b")
    assert (status, body) == (400, {"error": "unsupported_grant_type"})


@pytest.mark.parametrize("changes", [{"client_id": "inconnu"}, {"client_id": None}, {"redirect_uri": RETURN + "/"}, {"redirect_uri": None}])
async def test_unknown_client_or_address_gets_a_page_and_no_redirection(world: World, changes: dict[str, str | None]) -> None:
    with pytest.raises(LoginFailedError) as caught:
        await world.send_to_login(**changes)
    assert caught.value.args == (400,)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": "scope_all"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"acr_values": "eidas3"}, "invalid_request"),
    ],
)
async def test_faulty_request_goes_back_with_an_error(world: World, changes: dict[str, str | None], error: str) -> None:
    back = await world.send_to_login(**changes)
    assert back == {"error": error, "state": "etat", "iss": world.config.issuer}


async def test_person_may_refuse(world: World) -> None:
    url = f"{world.endpoints['authorization_endpoint']}?{urlencode(REQUEST)}"
    back = await login(world.http, url, PERSON, action="refuser")
    assert dict(parse_qsl(urlsplit(back).query))["error"] == "access_denied"


async def test_unknown_person_does_not_enter(world: World) -> None:
    url = f"{world.endpoints['authorization_endpoint']}?{urlencode(REQUEST)}"
    with pytest.raises(LoginFailedError):
        await login(world.http, url, "899700009999")


async def test_login_form_serves_once_and_only_when_it_was_shown(world: World) -> None:
    form = {"demande": "inventee", "professionnel": PERSON, "action": "connecter"}
    async with world.http.post(f"{world.config.base_url}/auth/choix", data=form, allow_redirects=False) as answer:
        assert answer.status == 400
        assert "Recommencez" in await answer.text()


async def test_page_is_french_labelled_and_runs_no_script(world: World) -> None:
    async with world.http.get(world.endpoints["authorization_endpoint"], params={**REQUEST, "state": "<script>"}) as answer:
        page, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert '<html lang="fr">' in page
    assert "<legend>Professionnel de test</legend>" in page
    assert "<script" not in page
    assert "default-src 'none'" in policy
    assert "form-action 'self' https://vi1.1.drimm.localhost" in policy


async def test_logout_ends_every_token_and_goes_back_to_a_declared_address(world: World) -> None:
    body = await world.tokens()
    form = {"id_token_hint": body["id_token"], "post_logout_redirect_uri": GOODBYE, "state": "fin"}
    async with world.http.post(world.endpoints["end_session_endpoint"], data=form, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, GOODBYE + "?state=fin")
    assert not await world.is_active(body["access_token"])
    assert (await world.post("token_endpoint", grant_type="refresh_token", refresh_token=body["refresh_token"]))[0] == 400


@pytest.mark.parametrize(
    "form", [{}, {"id_token_hint": "faux"}, {"id_token_hint": "own", "post_logout_redirect_uri": "https://ailleurs.test/"}]
)
async def test_logout_sends_nobody_to_an_undeclared_address(world: World, form: dict[str, str]) -> None:
    given = {**form, "id_token_hint": (await world.tokens())["id_token"]} if form.get("id_token_hint") == "own" else form
    async with world.http.post(world.endpoints["end_session_endpoint"], data=given, allow_redirects=False) as answer:
        assert answer.status == 400


async def test_another_psc_does_not_know_the_token(world: World, pki: Pki) -> None:
    key = ECKey.generate_key("P-256", parameters={"use": "sig"}, auto_kid=True)

    def make(base: str) -> PscConfig:
        return PscConfig(base, CLIENTS, key=key, name="PSC étranger", now=world.clock)

    async with served(make, pki.market("psc.banc.test")) as foreign:
        async with world.http.get(foreign.discovery_url) as answer:
            other = World(foreign, world.http, world.clock, await answer.json())
        body = await other.tokens()
        assert await other.is_active(body["access_token"])
        assert not await world.is_active(body["access_token"])
        assert (await world.userinfo(body["access_token"]))[0] == 401
        assert foreign.issuer != world.config.issuer
