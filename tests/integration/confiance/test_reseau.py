# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Downloads from a real HTTP server on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.serialization import Encoding

from banc.attaques.terrain import GENERATION, NOW, SIGNING_TIME, Terrain, make_brouillon
from confiance.cli import main
from confiance.distinguished_name import DistinguishedName
from confiance.errors import DrimmError
from confiance.liste_blanche import Outcome, TrustedListeBlanche, sign
from confiance.refusals import EmpreinteDocument, RetourArriere
from confiance.reseau import FetchFailed, FetchLimits, fetch
from confiance.reseau import watch as watching
from confiance.reseau.watch import Follower


@dataclass
class Site:
    """A publisher whose page a test can change."""

    data: bytes
    etag: str | None = '"1"'
    status: int = 200
    location: str = ""
    url: str = ""
    asked: list[str | None] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        given = request.headers.get("If-None-Match")
        self.asked.append(given)
        if self.status != 200:
            return web.Response(status=self.status, headers={"Location": self.location} if self.location else {})
        if self.etag and given == self.etag:
            return web.Response(status=304)
        return web.Response(body=self.data, headers={"ETag": self.etag} if self.etag else {})


async def _elsewhere(_request: web.Request) -> web.Response:
    return web.Response(body=b"ailleurs")


async def _never(_request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    return web.Response()


@pytest.fixture
async def site(terrain: Terrain) -> AsyncIterator[Site]:
    site = Site(terrain.data)
    app = web.Application()
    app.router.add_get("/liste.xml", site.answer)
    app.router.add_get("/autre.xml", _elsewhere)
    app.router.add_get("/lente.xml", _never)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    tcp = web.TCPSite(runner, "127.0.0.1", 0)
    await tcp.start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}/liste.xml"
    yield site
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_the_bytes_come_with_their_etag(site: Site, session: aiohttp.ClientSession, terrain: Terrain) -> None:
    fetched = await fetch(session, site.url)
    assert (fetched.data, fetched.etag) == (terrain.data, '"1"')
    again = await fetch(session, site.url, etag=fetched.etag)
    assert (again.data, again.etag) == (None, '"1"')


async def test_a_redirection_on_the_same_machine_is_followed_but_not_for_ever(site: Site, session: aiohttp.ClientSession) -> None:
    site.status, site.location = 302, "/autre.xml"
    assert (await fetch(session, site.url)).data == b"ailleurs"
    site.location = "/liste.xml"
    with pytest.raises(FetchFailed):
        await fetch(session, site.url)


@pytest.mark.parametrize(
    ("status", "location"), [(404, ""), (500, ""), (304, ""), (302, "http://example.org/x"), (302, "file:///etc/hostname"), (301, "")]
)
async def test_another_answer_is_a_failure(site: Site, session: aiohttp.ClientSession, status: int, location: str) -> None:
    site.status, site.location = status, location
    with pytest.raises(FetchFailed) as failure:
        await fetch(session, site.url)
    assert failure.value.code == "reseau.telechargement"


@pytest.mark.parametrize(
    "address", ["http://example.org/liste.xml", "ftp://127.0.0.1/x", "liste.xml", "", "http://127.0.0.1:1/x", "http://localhost:1/x"]
)
async def test_an_address_that_is_not_safe_or_not_there_is_a_failure(session: aiohttp.ClientSession, address: str) -> None:
    with pytest.raises(FetchFailed):
        await fetch(session, address)


async def test_a_file_too_large_is_not_read_to_its_end(site: Site, session: aiohttp.ClientSession, terrain: Terrain) -> None:
    with pytest.raises(FetchFailed, match="taille"):
        await fetch(session, site.url, limits=FetchLimits(max_bytes=len(terrain.data) - 1))


async def test_a_server_that_never_answers_is_left(site: Site, session: aiohttp.ClientSession) -> None:
    with pytest.raises(FetchFailed):
        await fetch(session, site.url.replace("liste", "lente"), limits=FetchLimits(total_seconds=0.2))


async def test_a_follower_accepts_confirms_and_never_goes_back(site: Site, session: aiohttp.ClientSession, terrain: Terrain) -> None:
    follower = Follower(TrustedListeBlanche(terrain.policy), [site.url])
    newer = sign(make_brouillon(12, GENERATION + timedelta(minutes=1)), terrain.key, signing_time=SIGNING_TIME + timedelta(minutes=1))
    site.data = newer
    assert await follower.poll(session, NOW) is Outcome.NEW
    assert await follower.poll(session, NOW) is Outcome.UNCHANGED
    assert site.asked == [None, '"1"']
    site.data, site.etag = terrain.data, '"2"'
    with pytest.raises(RetourArriere):
        await follower.poll(session, NOW)
    assert follower.reader.require().date_generation == GENERATION + timedelta(minutes=1)


async def test_a_mirror_serves_when_the_first_address_is_forged_or_dead(
    site: Site, session: aiohttp.ClientSession, terrain: Terrain
) -> None:
    forged = site.url.replace("liste", "autre")
    site.etag = None
    follower = Follower(TrustedListeBlanche(terrain.policy), ["http://127.0.0.1:1/x", forged, site.url])
    assert await follower.poll(session, NOW) is Outcome.NEW
    assert await follower.poll(session, NOW) is Outcome.UNCHANGED
    assert site.asked == [None, None]


async def test_when_every_address_fails_the_last_reason_is_told(site: Site, session: aiohttp.ClientSession, terrain: Terrain) -> None:
    site.data, site.etag = terrain.data.replace(b"db1.3.", b"db1.4."), None
    follower = Follower(TrustedListeBlanche(terrain.policy), ["http://127.0.0.1:1/x", site.url])
    with pytest.raises(EmpreinteDocument):
        await follower.poll(session, NOW)
    assert follower.reader.current is None
    with pytest.raises(DrimmError):
        await Follower(follower.reader, []).poll(session, NOW)


def _options(site: Site, folder: Path, terrain: Terrain, *more: str) -> list[str]:
    anchors = folder / "ancres"
    anchors.mkdir(exist_ok=True)
    (anchors / "racine.pem").write_bytes(terrain.root.certificate.public_bytes(Encoding.PEM))
    (anchors / "autorite.pem").write_bytes(terrain.ca.certificate.public_bytes(Encoding.PEM))
    signer = str(DistinguishedName.from_certificate(terrain.key.certificate))
    trust = ["--anchors", str(anchors), "--at", NOW.isoformat(), "--signer", signer]
    return ["watch", site.url, "--state", str(folder / "etat"), *trust, *more]


async def test_the_command_reads_once_and_remembers(
    site: Site, terrain: Terrain, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await asyncio.to_thread(main, _options(site, tmp_path, terrain, "--once", "--json")) == 0
    first = json.loads(capsys.readouterr().out)
    assert (first["accepted"], first["freshness"]) == (True, "fresh")
    assert await asyncio.to_thread(main, _options(site, tmp_path, terrain, "--once")) == 0
    assert "inchangee" in capsys.readouterr().out
    site.data, site.etag = b"<x/>", None
    assert await asyncio.to_thread(main, _options(site, tmp_path, terrain, "--once", "--json")) == 1
    last = json.loads(capsys.readouterr().out)
    assert (last["accepted"], last["code"], last["sha256"]) == (False, "liste_blanche.racine", first["sha256"])


async def test_the_command_follows_until_interrupted(site: Site, terrain: Terrain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def interrupted(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(watching, "asyncio", _Loop(interrupted))
    assert await asyncio.to_thread(main, _options(site, tmp_path, terrain, "--every", "100")) == 0
    assert len(waited) == 2
    assert all(90 <= seconds <= 110 for seconds in waited)
    assert len(site.asked) == 2


class _Loop:
    """asyncio, but for its sleep."""

    def __init__(self, sleep: object) -> None:
        self.sleep = sleep

    @staticmethod
    def run(coroutine: object) -> object:
        return asyncio.run(coroutine)  # type: ignore[arg-type]
