# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A PSC of the banc over TLS, a clock, a browser, and servers that answer what a test says."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
from aiohttp import web

from banc.pki import Pki, PkiPlan, build
from banc.psc import ClientPsc, PscConfig, login, served
from banc.psc.config import REALM
from drimbox.config import Psc
from drimbox.socle.identite import (
    PscClient,
    Retour,
    SessionPsc,
)
from drimbox.socle.tls import client_context

PERSON = "899700000012"
RETURN, GOODBYE = "https://vi1.1.drimm.localhost/psc/retour", "https://vi1.1.drimm.localhost/"
SECRET = "un secret + avec des signes / =%"
CLIENTS = (ClientPsc("drimbox-a", SECRET, (RETURN,), (GOODBYE,)),)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return build(tmp_path_factory.mktemp("pki"), PkiPlan.of_mesh({}, servers=("psc.banc.test",)), datetime.now(UTC))


@pytest.fixture
def clock() -> Clock:
    return Clock()


def settings_of(base: str, pki: Pki, folder: Path, **changes: Any) -> Psc:
    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text(SECRET)
    issuer = base + REALM
    values = {"discovery_url": f"{issuer}/.well-known/wallet-openid-configuration", "issuer": issuer, "timeout": 5.0, **changes}
    return Psc(client_id="drimbox-a", client_secret=secret, trust=pki.market_ca, **values)


@pytest.fixture
async def config(pki: Pki, clock: Clock) -> AsyncIterator[PscConfig]:
    async with served(lambda base: PscConfig(base, CLIENTS, now=clock), pki.market("psc.banc.test")) as config:
        yield config


@pytest.fixture
async def psc(config: PscConfig, pki: Pki, clock: Clock, tmp_path: Path) -> AsyncIterator[PscClient]:
    async with PscClient(settings_of(config.base_url, pki, tmp_path), now=clock) as client:
        yield client


@pytest.fixture
async def browser(pki: Pki) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=client_context(pki.market_ca))) as session:
        yield session


async def came_back(psc: PscClient, browser: aiohttp.ClientSession, action: str = "connecter") -> tuple[dict[str, str], Any]:
    url, demande = await psc.authorization_request(RETURN)
    back = await login(browser, url, PERSON, action=action)
    return dict(parse_qsl(urlsplit(back).query)), demande


async def logged_in(psc: PscClient, browser: aiohttp.ClientSession) -> SessionPsc:
    query, demande = await came_back(psc, browser)
    retour = Retour.from_query(query)
    return await psc.exchange(retour.code, retour.state, demande, iss=retour.iss)


@asynccontextmanager
async def serving(pki: Pki, routes: dict[str, Handler]) -> AsyncIterator[str]:
    """A server that answers what a test says, at paths under the realm."""
    app = web.Application()
    app.add_routes([web.route("*", REALM + path, handler) for path, handler in routes.items()])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    identity = pki.market("psc.banc.test")
    context.load_cert_chain(identity.certificate, identity.key)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        yield f"https://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def metadata(base: str, **changes: Any) -> dict[str, Any]:
    names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "introspection_endpoint", "jwks_uri")
    return {"issuer": base + REALM, **{name: f"{base}{REALM}/{name}" for name in names}, **changes}


def document(**changes: Any) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(metadata(str(request.url.origin()), **changes))

    return answer


def fixed(body: bytes, status: int = 200) -> Handler:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, content_type="application/json")

    return answer


DISCOVERY = "/.well-known/wallet-openid-configuration"
