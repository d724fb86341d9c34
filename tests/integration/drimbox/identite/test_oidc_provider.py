# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The same client against a provider that nobody here wrote (npm oidc-provider, certified), shaped like PSC."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest

from banc.pki import Pki
from banc.psc import TEST_PROFESSIONNELS
from banc.psc.config import REALM
from drimbox.config import Psc
from drimbox.socle.identite import (
    ClientRefuse,
    ConnexionRefusee,
    JetonRefuse,
    PscClient,
    PscReponseInvalide,
    Retour,
    SessionPsc,
    SessionTerminee,
)
from drimbox.socle.tls import client_context
from tests.peers import CACHE, ROOT

pytestmark = pytest.mark.peer("oidc-provider")

RETURN, GOODBYE = "https://vi1.1.drimm.localhost/psc/retour", "https://vi1.1.drimm.localhost/"
SECRET = "un secret + avec des signes / =%"
START_SECONDS = 60


@pytest.fixture
async def base(pki: Pki) -> AsyncIterator[str]:
    """Base address of a running provider."""
    identity = pki.market("psc.banc.test")
    clients = [
        {"client_id": "drimbox-a", "client_secret": SECRET, "redirect_uris": [RETURN], "post_logout_redirect_uris": [GOODBYE]},
        {"client_id": "drimbox-b", "client_secret": "autre", "redirect_uris": [RETURN]},
    ]
    given = {
        "modules": str(CACHE / "oidc-provider" / "node_modules"),
        "certificate": str(identity.certificate),
        "key": str(identity.key),
        "clients": clients,
        "person": TEST_PROFESSIONNELS[0].claims(),
    }
    script = ROOT / "tests" / "integration" / "peers" / "oidc-provider" / "server.mjs"
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.DEVNULL}
    process = await asyncio.create_subprocess_exec("node", str(script), **pipes)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(given).encode())
        process.stdin.close()
        port = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
        yield f"https://localhost:{int(port)}"
    finally:
        process.kill()
        await process.wait()


@pytest.fixture
def settings(base: str, pki: Pki, tmp_path: Path) -> Psc:
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text(SECRET)
    issuer = base + REALM
    return Psc(
        discovery_url=f"{issuer}/.well-known/wallet-openid-configuration",
        issuer=issuer,
        client_id="drimbox-a",
        client_secret=secret,
        trust=pki.market_ca,
    )


async def browse(url: str, trust: Path) -> Retour:
    """Follow the redirections of the provider, cookies included, until it sends back to the DRIMbox."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=client_context(trust))) as browser:
        for _ in range(6):
            async with browser.get(url, allow_redirects=False) as answer:
                assert answer.status in (302, 303)
                url = str(answer.url.join(aiohttp.client.URL(answer.headers["Location"])))
            if url.startswith(RETURN):
                return Retour.from_query(dict(parse_qsl(urlsplit(url).query)))
    raise AssertionError("never sent back")


async def logged_in(psc: PscClient, settings: Psc) -> SessionPsc:
    url, demande = await psc.authorization_request(RETURN)
    assert settings.trust is not None
    retour = await browse(url, settings.trust)
    return await psc.exchange(retour.code, retour.state, demande, iss=retour.iss)


async def test_login_introspection_and_refresh(settings: Psc) -> None:
    async with PscClient(settings) as psc:
        session = await logged_in(psc, settings)
        assert session.professionnel.subject_name_id == TEST_PROFESSIONNELS[0].subject_name_id
        assert len(session.professionnel.situations) == 3
        jeton = await psc.introspect(session.access_token)
        assert (jeton.subject_name_id, jeton.client) == (session.professionnel.subject_name_id, "drimbox-a")
        assert timedelta(0) < jeton.expires_at - datetime.now(UTC) <= timedelta(seconds=121)
        renewed = await psc.refresh(session)
        assert renewed.access_token != session.access_token
        assert (await psc.introspect(renewed.access_token)).subject == jeton.subject


async def test_unknown_and_refresh_tokens_are_refused(settings: Psc) -> None:
    async with PscClient(settings) as psc:
        session = await logged_in(psc, settings)
        for token in ("inconnu", session.id_token, session.refresh_token):
            with pytest.raises(JetonRefuse):
                await psc.introspect(token)


async def test_code_is_refused_without_its_verifier(settings: Psc) -> None:
    async with PscClient(settings) as psc:
        url, demande = await psc.authorization_request(RETURN)
        assert settings.trust is not None
        retour = await browse(url, settings.trust)
        with pytest.raises(ConnexionRefusee):
            await psc.exchange(retour.code, retour.state, replace(demande, verifier="w" * 43), iss=retour.iss)


async def test_wrong_nonce_is_refused(settings: Psc) -> None:
    async with PscClient(settings) as psc:
        url, demande = await psc.authorization_request(RETURN)
        assert settings.trust is not None
        retour = await browse(url, settings.trust)
        with pytest.raises(PscReponseInvalide, match="nonce"):
            await psc.exchange(retour.code, retour.state, replace(demande, nonce="autre"), iss=retour.iss)


async def test_wrong_secret_is_our_fault(settings: Psc) -> None:
    settings.client_secret.write_text("faux")
    async with PscClient(settings) as psc:
        with pytest.raises(ClientRefuse):
            await psc.introspect("jeton")


async def test_unknown_refresh_token_ends_the_session(settings: Psc) -> None:
    async with PscClient(settings) as psc:
        session = await logged_in(psc, settings)
        with pytest.raises(SessionTerminee):
            await psc.refresh(replace(session, refresh_token="inconnu"))


async def test_logout_form_is_understood(settings: Psc) -> None:
    async with PscClient(settings) as psc:
        form = await psc.logout_form(await logged_in(psc, settings), GOODBYE)
    assert form is not None
    connector = aiohttp.TCPConnector(ssl=client_context(settings.trust))
    async with aiohttp.ClientSession(connector=connector) as browser, browser.post(form.url, data=dict(form.fields)) as answer:
        assert answer.status == 200
        assert "logout" in await answer.text()  # the page that confirms; it refuses a hint or an address that it does not know
