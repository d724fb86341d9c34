# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The client of PSC against providers whose answers were altered, or that misbehave."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from banc.pki import Pki
from banc.psc import PscConfig, create_app
from banc.psc.config import REALM
from drimbox.socle.identite import (
    ClientRefuse,
    JetonRefuse,
    JetonSansPersonne,
    Limites,
    PscClient,
    PscIndisponible,
    PscMalConfigure,
    PscReponseInvalide,
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
    document,
    fixed,
    logged_in,
    serving,
    settings_of,
)

# --- a PSC whose answers were altered ---------------------------------------------------------------------------------------

Alter = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]


@asynccontextmanager
async def altered(pki: Pki, clock: Clock, folder: Path, changes: dict[str, Alter]) -> AsyncIterator[PscClient]:
    """A client of the PSC of the banc, some of whose JSON answers are changed on their way; changes are looked up by end of path."""

    @web.middleware
    async def change(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        alter = changes.get(request.path.rsplit("/", 1)[-1])
        if alter is None or not isinstance(response, web.Response) or response.text is None:
            return response
        status, body = alter(json.loads(response.text))
        return web.json_response(body, status=status)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    identity = pki.market("psc.banc.test")
    context.load_cert_chain(identity.certificate, identity.key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"https://localhost:{listener.getsockname()[1]}"
        app = create_app(PscConfig(base, CLIENTS, now=clock))
        app.middlewares.append(change)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.SockSite(runner, listener, ssl_context=context).start()
            async with PscClient(settings_of(base, pki, folder), now=clock) as client:
                yield client
        finally:
            await runner.cleanup()


def without(name: str) -> Alter:
    return lambda body: (200, {key: value for key, value in body.items() if key != name})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"userinfo": lambda body: (200, {**body, "sub": "autre"})}, "une autre personne"),
        ({"userinfo": lambda body: (403, body)}, "403"),
        ({"userinfo": without("SubjectNameID")}, "identifiant national"),
        ({"token": without("id_token")}, "id_token"),
        ({"token": without("access_token")}, "access_token"),
        ({"token": without("refresh_token")}, "refresh_token"),
        ({"token": lambda body: (200, {**body, "access_token": "a\r\nHost: ailleurs"})}, "access_token"),
        ({"token": lambda body: (200, {**body, "id_token": body["id_token"][:-8] + "AAAAAAAA"})}, "signature"),
        ({"token": lambda body: (200, {**body, "access_token": "un.autre.jeton"})}, "at_hash"),
        ({"token": lambda body: (302, body)}, "302"),
        ({"certs": lambda _: (200, {"keys": []})}, "aucune clé"),
    ],
    ids=[
        "userinfo-of-another",
        "userinfo-refused",
        "userinfo-without-national-id",
        "no-id-token",
        "no-access-token",
        "no-refresh-token",
        "header-injection",
        "signature-broken",
        "access-token-swapped",
        "token-redirected",
        "no-keys",
    ],
)
async def test_altered_answer_logs_nobody_in(
    pki: Pki, clock: Clock, tmp_path: Path, browser: aiohttp.ClientSession, changes: dict[str, Alter], sentence: str
) -> None:
    async with altered(pki, clock, tmp_path, changes) as client:
        with pytest.raises(PscReponseInvalide, match=sentence):
            await logged_in(client, browser)


@pytest.mark.parametrize(
    ("missing", "error"), [("SubjectNameID", JetonSansPersonne), ("exp", PscReponseInvalide), ("sub", PscReponseInvalide)]
)
async def test_token_behind_which_psc_names_nobody_is_refused_and_an_unreadable_answer_is_the_fault_of_psc(
    pki: Pki, clock: Clock, tmp_path: Path, browser: aiohttp.ClientSession, missing: str, error: type[Exception]
) -> None:
    async with altered(pki, clock, tmp_path, {"introspect": without(missing)}) as client:
        session = await logged_in(client, browser)
        with pytest.raises(error):
            await client.introspect(session.access_token)


async def test_refresh_without_a_new_id_token_keeps_the_former(
    pki: Pki, clock: Clock, tmp_path: Path, browser: aiohttp.ClientSession
) -> None:
    changes: dict[str, Alter] = {}
    async with altered(pki, clock, tmp_path, changes) as client:
        session = await logged_in(client, browser)
        changes["token"] = without("id_token")
        renewed = await client.refresh(session)
    assert renewed.id_token == session.id_token
    assert renewed.access_token != session.access_token


@pytest.mark.parametrize("told", ["120", None, True, -5, 10**12], ids=str)
async def test_strange_life_of_a_token_is_bounded(
    pki: Pki, clock: Clock, tmp_path: Path, browser: aiohttp.ClientSession, told: object
) -> None:
    async with altered(pki, clock, tmp_path, {"token": lambda body: (200, {**body, "expires_in": told})}) as client:
        session = await logged_in(client, browser)
    assert clock.now <= session.access_expires_at <= clock.now + timedelta(days=7)


# --- a PSC that misbehaves ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (fixed(b"{", 200), PscReponseInvalide),
        (fixed(b"[]", 200), PscReponseInvalide),
        (fixed(b'{"active": NaN}', 200), PscReponseInvalide),
        (fixed(b"[" * 200_000, 200), PscReponseInvalide),
        (fixed(b'{"a": "' + b"x" * 300_000 + b'"}', 200), PscReponseInvalide),
        (fixed(b"{}", 200), JetonRefuse),
        (fixed(b'{"error": "invalid_request"}', 400), JetonRefuse),
        (fixed(b"{}", 404), PscReponseInvalide),
        (fixed(b"{}", 401), ClientRefuse),
        (fixed(b"{}", 429), PscIndisponible),
        (fixed(b"{}", 503), PscIndisponible),
    ],
    ids=["cut", "list", "nan", "deep", "large", "empty", "400", "404", "401", "429", "503"],
)
async def test_faulty_introspection_answers_never_let_anyone_in(
    pki: Pki, clock: Clock, tmp_path: Path, answer: Handler, error: type[Exception]
) -> None:
    async with (
        serving(pki, {DISCOVERY: document(), "/introspection_endpoint": answer}) as base,
        PscClient(settings_of(base, pki, tmp_path), now=clock) as client,
    ):
        with pytest.raises(error):
            await client.introspect("jeton")


async def test_redirection_is_not_followed_with_our_secret(pki: Pki, clock: Clock, tmp_path: Path) -> None:
    reached: list[str] = []

    async def away(_request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": f"{REALM}/trap"})

    async def trap(request: web.Request) -> web.Response:
        reached.append(request.path)
        return web.json_response({"active": True})

    async with (
        serving(pki, {DISCOVERY: document(), "/introspection_endpoint": away, "/trap": trap}) as base,
        PscClient(settings_of(base, pki, tmp_path), now=clock) as client,
    ):
        with pytest.raises(PscReponseInvalide):
            await client.introspect("jeton")
    assert reached == []


async def test_another_issuer_in_the_discovery_document_is_refused(config: PscConfig, pki: Pki, tmp_path: Path) -> None:
    async with PscClient(settings_of(config.base_url, pki, tmp_path, issuer="https://autre.test/realm")) as client:
        with pytest.raises(PscReponseInvalide, match="émetteur"):
            await client.authorization_request(RETURN)


async def test_silent_psc_is_unavailable(pki: Pki, tmp_path: Path) -> None:
    async def never(_request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    async with serving(pki, {DISCOVERY: never}) as base, PscClient(settings_of(base, pki, tmp_path, timeout=0.2)) as client:
        with pytest.raises(PscIndisponible):
            await client.introspect("jeton")


async def test_closed_port_is_unavailable(pki: Pki, tmp_path: Path) -> None:
    async with serving(pki, {}) as base:
        pass
    async with PscClient(settings_of(base, pki, tmp_path)) as client:
        with pytest.raises(PscIndisponible):
            await client.authorization_request(RETURN)


async def test_server_with_a_certificate_of_nobody_is_refused(config: PscConfig, pki: Pki, tmp_path: Path) -> None:
    settings = settings_of(config.base_url, pki, tmp_path).model_copy(update={"trust": pki.foreign_root})
    async with PscClient(settings) as client:
        with pytest.raises(PscReponseInvalide, match="certificat"):
            await client.authorization_request(RETURN)


async def test_discovery_still_serves_for_a_while_when_psc_is_silent(pki: Pki, clock: Clock, tmp_path: Path) -> None:
    down = False

    async def discovery(request: web.Request) -> web.Response:
        return web.Response(status=503) if down else await document()(request)  # type: ignore[return-value]  # a Response

    limits = Limites(metadata_seconds=60, metadata_stale_seconds=600)
    async with (
        serving(pki, {DISCOVERY: discovery}) as base,
        PscClient(settings_of(base, pki, tmp_path), now=clock, limits=limits) as client,
    ):
        await client.authorization_request(RETURN)
        down = True
        clock.advance(599)
        await client.authorization_request(RETURN)
        clock.advance(1)
        with pytest.raises(PscIndisponible):
            await client.authorization_request(RETURN)


async def test_psc_without_logout_gives_no_form(
    pki: Pki, clock: Clock, tmp_path: Path, psc: PscClient, browser: aiohttp.ClientSession
) -> None:
    session = await logged_in(psc, browser)
    async with serving(pki, {DISCOVERY: document()}) as base, PscClient(settings_of(base, pki, tmp_path), now=clock) as client:
        assert await client.logout_form(session, GOODBYE) is None


async def test_plain_http_is_refused_at_start(pki: Pki, tmp_path: Path) -> None:
    with pytest.raises(PscMalConfigure):
        PscClient(settings_of("http://localhost:1", pki, tmp_path))


async def test_session_of_the_caller_is_left_open(config: PscConfig, pki: Pki, tmp_path: Path, browser: aiohttp.ClientSession) -> None:
    async with PscClient(settings_of(config.base_url, pki, tmp_path), session=browser) as client:
        await client.authorization_request(RETURN)
    assert not browser.closed


async def test_no_token_and_no_secret_reaches_logs_or_errors(
    psc: PscClient, browser: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    session = await logged_in(psc, browser)
    await psc.introspect(session.access_token)
    with pytest.raises(JetonRefuse) as caught:
        await psc.introspect(session.refresh_token)
    shown = (
        caplog.text
        + "".join(capsys.readouterr())
        + str(caught.value.as_dict())
        + repr(session)
        + repr(await psc.authorization_request(RETURN))
    )
    for secret in (session.access_token, session.refresh_token, session.id_token, SECRET, PERSON, "RADIOLOGUE"):
        assert secret not in shown


def test_application_of_the_simulator_needs_no_event_loop() -> None:
    assert create_app(PscConfig("https://localhost:1", CLIENTS)) is not None
