# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The images door and its PSC, each with a clock that tests put forward, and a token whose session ended."""

from __future__ import annotations

import functools
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from banc.pki import Pki, build
from banc.psc import PscConfig, served
from banc.psc.pilot import login
from drimbox.socle import tls
from drimbox.socle.identite import PscClient, Retour
from drimbox.source.partage import server
from drimbox.source.partage.app import Porte
from tests.integration.drimbox.partage.maille import PROFESSIONNEL, RETURN, Maille, psc_of


class Horloge:
    """A clock that is ahead of ours."""

    ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def horloge_du_psc() -> Horloge:
    return Horloge()


@pytest.fixture
def horloge_de_la_porte(monkeypatch: pytest.MonkeyPatch) -> Horloge:
    found = Horloge()
    monkeypatch.setattr(server, "Porte", functools.partial(Porte, now=found))
    return found


@pytest.fixture
def ancres(maille: Maille, tmp_path: Path) -> Pki:
    """A copy of the PKI that the door trusts, whose CRLs live for five years."""
    shutil.copytree(maille.pki.folder, tmp_path / "pki")
    copy = build(tmp_path / "pki", maille.pki.plan, datetime.now(UTC))
    copy.renew_crls(datetime.now(UTC), life=timedelta(days=5 * 365))
    trusted = maille.settings.tls.model_copy(update={"anchors": copy.anchors_dir})
    maille.settings = maille.settings.model_copy(update={"tls": trusted})
    return copy


@pytest.fixture
async def ouverte(maille: Maille, as_images: None, horloge_du_psc: Horloge) -> AsyncIterator[Maille]:
    """The images door, and a PSC whose clock tests can put forward."""

    def config(base: str) -> PscConfig:
        known: PscConfig = psc_of(maille.environment)(base)
        return PscConfig(base, known.clients, name=known.name, now=horloge_du_psc)

    async with served(config, maille.pki.market("psc.banc.test")) as psc:
        mine = maille.settings.psc.model_copy(update={"discovery_url": psc.discovery_url, "issuer": psc.issuer})
        maille.settings = maille.settings.model_copy(update={"psc": mine})
        async with server.serving(maille.settings) as maille.port:
            yield maille


async def revoked_token(maille: Maille) -> str:
    """Log in, log out, and return the access token of the session that ended."""
    async with (
        PscClient(maille.settings.psc) as psc,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls.client_context(maille.settings.psc.trust))) as http,
    ):
        url, demande = await psc.authorization_request(RETURN)
        retour = Retour.from_query(dict(URL(await login(http, url, PROFESSIONNEL)).query))
        session = await psc.exchange(retour.code, retour.state, demande, iss=retour.iss)
        form = await psc.logout_form(session, "https://vi1.1.mesimagesmedicales.fr/")
        assert form is not None
        async with http.post(form.url, data=dict(form.fields), allow_redirects=False) as answer:
            assert answer.status == 302
        return session.access_token
