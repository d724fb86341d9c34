# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Heads and proofs downloaded from a real HTTP server on loopback."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from banc.attaques.publication import Publication, cle, liste_at
from banc.attaques.terrain import NOW, Terrain
from confiance.cli import main
from confiance.distinguished_name import DistinguishedName
from confiance.liste_blanche import Outcome, TrustedListeBlanche
from confiance.reseau import FetchFailed, HeadFetchFailed, HeadFollower
from confiance.reseau.tete import beside, neighbour
from confiance.reseau.watch import Follower
from confiance.transparence import EtatTete, TrustedTete
from confiance.transparence import refusals as r
from confiance.transparence.preuves import consistency_name, rotation_name

HOUR = timedelta(hours=1)


@dataclass
class Site:
    """A folder that is served, with what was asked of it."""

    files: dict[str, bytes] = field(default_factory=dict)
    url: str = ""
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        name = request.path.removeprefix("/x/")
        self.asked.append(name)
        data = self.files.get(name)
        if data is None:
            return web.Response(status=404)
        etag = f'"{hashlib.sha256(data).hexdigest()}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(body=data, headers={"ETag": etag})


async def _site() -> tuple[Site, web.AppRunner]:
    site = Site()
    app = web.Application()
    app.router.add_get("/x/{name:.*}", site.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}/x/liste.xml"
    return site, runner


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site, runner = await _site()
    yield site
    await runner.cleanup()


@pytest.fixture
async def mirror() -> AsyncIterator[Site]:
    site, runner = await _site()
    yield site
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def publication(site: Site) -> Publication:
    """A publisher whose first list and head are served."""
    publication = Publication()
    site.files["liste.xml"] = liste_at(0)
    publication.publish(site.files["liste.xml"], at=NOW)
    site.files["tete.json"] = publication.tete(NOW)
    return publication


def _follower(publication: Publication, terrain: Terrain, *urls: str) -> Follower:
    return Follower(TrustedListeBlanche(terrain.policy), urls, HeadFollower(TrustedTete(publication.policy)))


def _serve_next(site: Site, publication: Publication, minutes: int) -> None:
    before = len(publication.feuilles)
    site.files["liste.xml"] = liste_at(minutes)
    publication.publish(site.files["liste.xml"], at=NOW + HOUR)
    site.files["tete.json"] = publication.tete(NOW + minutes * timedelta(minutes=1))
    site.files[consistency_name(before, before + 1)] = publication.consistency(before)


async def test_the_head_is_fetched_before_its_list_with_the_proof_it_needs(
    site: Site, session: aiohttp.ClientSession, terrain: Terrain, publication: Publication
) -> None:
    follower = _follower(publication, terrain, site.url)
    assert await follower.poll(session, NOW) is Outcome.NEW
    assert site.asked == ["tete.json", "liste.xml"]
    assert follower.lecteur.etat(NOW) is EtatTete.CONFIRMEE
    assert await follower.poll(session, NOW) is Outcome.UNCHANGED
    _serve_next(site, publication, 5)
    site.asked.clear()
    assert await follower.poll(session, NOW + HOUR) is Outcome.NEW
    assert site.asked == ["tete.json", "journal/consistance/1-2.json", "liste.xml"]
    assert follower.lecteur.etat(NOW + HOUR) is EtatTete.CONFIRMEE
    assert follower.head_failure is None


async def test_a_list_without_head_is_accepted_and_said(
    site: Site, session: aiohttp.ClientSession, terrain: Terrain, publication: Publication
) -> None:
    for data in (None, b"", b"pas une tete", b" " * (300 << 10)):
        site.files.pop("tete.json", None)
        if data is not None:
            site.files["tete.json"] = data
        follower = _follower(publication, terrain, site.url)
        assert await follower.poll(session, NOW) is Outcome.NEW
        assert follower.lecteur.etat(NOW) is EtatTete.ABSENTE
        assert follower.head_failure is not None


async def test_a_mirror_that_withholds_is_left_for_the_next(
    site: Site, mirror: Site, session: aiohttp.ClientSession, terrain: Terrain, publication: Publication
) -> None:
    mirror.files = dict(site.files)
    follower = _follower(publication, terrain, mirror.url, site.url)
    await follower.poll(session, NOW)
    _serve_next(site, publication, 5)
    assert await follower.poll(session, NOW + HOUR) is Outcome.NEW
    assert follower.lecteur.etat(NOW + HOUR) is EtatTete.CONFIRMEE
    site.files.clear()
    with pytest.raises(FetchFailed, match="téléchargée"):
        await follower.poll(session, NOW + HOUR)
    assert follower.lecteur.etat(NOW + HOUR) is EtatTete.CONFIRMEE


async def test_two_mirrors_that_tell_two_truths_are_caught(
    site: Site, mirror: Site, session: aiohttp.ClientSession, terrain: Terrain, publication: Publication
) -> None:
    liar = Publication(journal=publication.journal)
    liar.publish(liste_at(3), at=NOW)
    mirror.files = {"liste.xml": liste_at(3), "tete.json": liar.tete(NOW)}
    follower = _follower(publication, terrain, site.url, mirror.url)
    assert await follower.poll(session, NOW) is Outcome.NEW
    assert isinstance(follower.head_failure, r.TeteEquivoque)
    assert follower.lecteur.etat(NOW) is EtatTete.EQUIVOQUE
    assert await follower.poll(session, NOW) is Outcome.UNCHANGED


async def test_changes_of_keys_that_were_missed_are_followed(
    site: Site, session: aiohttp.ClientSession, terrain: Terrain, publication: Publication
) -> None:
    follower = _follower(publication, terrain, site.url)
    await follower.poll(session, NOW)
    for keys in ((cle("temoin"), cle("coffre")), (cle("coffre"), cle("releve"))):
        old = publication.trousseau.empreinte
        site.files[rotation_name(old)] = publication.rotate(keys, 2, NOW + HOUR)
    site.files["tete.json"] = publication.tete(NOW + HOUR)
    await follower.poll(session, NOW + HOUR)
    assert follower.head is not None
    assert follower.head.reader.current is not None
    assert follower.head.reader.current.tete.numero == 4
    assert follower.head_failure is None


async def test_unknown_keys_that_nobody_announced_are_refused(
    site: Site, session: aiohttp.ClientSession, terrain: Terrain, publication: Publication
) -> None:
    head = HeadFollower(TrustedTete(publication.policy))
    await head.poll(session, neighbour(site.url), NOW)
    stranger = Publication(cles=(cle("x"), cle("y")), journal=publication.journal)
    stranger.publish(liste_at(0), at=NOW)
    site.files["tete.json"] = stranger.tete(NOW)
    with pytest.raises(r.TeteCleInconnue):
        await head.poll(session, neighbour(site.url), NOW)
    site.files[rotation_name(publication.trousseau.empreinte)] = stranger.tetes[0]
    with pytest.raises(r.TeteCleInconnue):
        await head.poll(session, neighbour(site.url), NOW)


async def test_a_proof_that_cannot_be_had_stops_the_head_not_the_list(
    site: Site, session: aiohttp.ClientSession, terrain: Terrain, publication: Publication
) -> None:
    follower = _follower(publication, terrain, site.url)
    await follower.poll(session, NOW)
    _serve_next(site, publication, 5)
    del site.files[consistency_name(1, 2)]
    assert await follower.poll(session, NOW + HOUR) is Outcome.NEW
    assert isinstance(follower.head_failure, HeadFetchFailed)
    assert follower.lecteur.etat(NOW + HOUR) is EtatTete.EN_ATTENTE


async def test_another_truth_is_caught_even_when_its_proof_is_withheld(
    site: Site, mirror: Site, session: aiohttp.ClientSession, terrain: Terrain, publication: Publication
) -> None:
    liar = publication.fork()
    for minutes in (3, 6):  # its log is longer, so that a proof is asked for: the mirror has none
        liar.publish(liste_at(minutes), at=NOW + HOUR)
    mirror.files = {"liste.xml": liste_at(0), "tete.json": liar.tete(NOW, numero=1, previous=None)}
    follower = _follower(publication, terrain, site.url, mirror.url)
    await follower.poll(session, NOW + HOUR)
    assert isinstance(follower.head_failure, r.TeteEquivoque)
    assert follower.head is not None
    assert follower.head.reader.equivoque is not None
    assert follower.head.reader.equivoque.seconde == mirror.files["tete.json"]
    assert "journal/consistance/1-3.json" in mirror.asked


def test_addresses_are_made_beside_one_another() -> None:
    assert neighbour("https://a.example/x/liste.xml") == "https://a.example/x/tete.json"
    assert beside("https://a.example/x/tete.json", consistency_name(1, 2)) == "https://a.example/x/journal/consistance/1-2.json"
    with pytest.raises(HeadFetchFailed):
        neighbour("https://[x/liste.xml")


async def test_the_command_follows_the_list_and_its_head(
    site: Site, terrain: Terrain, publication: Publication, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ancres").mkdir()
    for name, authority in (("racine", terrain.root), ("autorite", terrain.ca)):
        (tmp_path / "ancres" / f"{name}.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    argv = ["watch", site.url, "--once", "--state", str(tmp_path / "etat"), "--anchors", str(tmp_path / "ancres"), "--revocation", "soft"]
    argv += ["--signer", str(DistinguishedName.from_certificate(terrain.key.certificate)), "--at", "2026-11-01T12:00:00Z"]
    for one in publication.cles:
        path = tmp_path / f"{one.id}.pem"
        key = Ed25519PublicKey.from_public_bytes(one.public.public_key)
        path.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        argv += ["--head-key", f"{one.id}={path}"]
    assert await asyncio.to_thread(main, argv) == 0
    assert "La Tête confirme la liste." in capsys.readouterr().out
    assert (tmp_path / "etat.tete").exists()
    del site.files["tete.json"]
    assert await asyncio.to_thread(main, [*argv, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["tete"]["etat"], answer["tete"]["code"], answer["tete"]["numero"]) == ("confirmee", "reseau.tete", 1)
    other = site.url.replace("liste.xml", "ailleurs.json")
    assert await asyncio.to_thread(main, [*argv, "--json", "--head-url", other, "--head-state", str(tmp_path / "autre")]) == 0
    assert json.loads(capsys.readouterr().out)["tete"]["etat"] == "absente"
