# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Revocation and time at the images door, on real connections: an OCSP responder in each of its moods, a CRL or a list grown old."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from banc.pki import Authority, Issued, Pki
from banc.pki.keys import read as read_key
from banc.pki.layout import key_of
from banc.pki.ocsp import Humeur, RepondeurOcsp, repondeur_ocsp
from banc.pki.profiles import Produit, Published
from drimbox.config import Ocsp
from drimbox.source.partage import exclusion
from tests.drimbox_env import DB2
from tests.integration.drimbox.partage.horloges import Horloge, ancres, horloge_de_la_porte
from tests.integration.drimbox.partage.maille import Etude, Maille
from tests.integration.drimbox.partage.requests import get, headers
from tests.integration.drimbox.partage.test_refus import refused

__all__ = ["ancres", "horloge_de_la_porte"]

REVOQUE = "Le certificat présenté est révoqué."
INCONNUE = "Cette DRIMbox ne dispose pas d'une liste de révocation à jour : le certificat ne peut pas être jugé."
PERIMEE = "Cette DRIMbox ne dispose pas d'une Liste Blanche en vigueur."
REFUSE = "Le certificat présenté n'est pas valable."
GOOD, REVOKED, UNKNOWN = (200, "", ""), (403, "admission.certificat_revoque", REVOQUE), (503, "admission.revocation_inconnue", INCONNUE)


def authority_of(maille: Maille, url: str, name: str = "organisations") -> Authority:
    """Return the AC Organisations of the mesh, or the one that looks like it, as one that publishes at another address."""
    path = maille.pki.intermediate if name == "organisations" else maille.pki.folder / "authorities/etranger-organisations.pem"
    return Authority(
        read_key(maille.pki.folder / key_of(name)), x509.load_pem_x509_certificate(path.read_bytes()), Published(url, "ACI-EL-ORG-BANC")
    )


def peer_of(maille: Maille, folder: Path, url: str) -> Issued:
    """Return another SERV_SSL of the second DRIMbox, same subject and key, that names a responder."""
    known, now = maille.pki.serv_ssl(DB2), datetime.now(UTC)
    validity = now - timedelta(hours=1), now + timedelta(days=30)
    key = read_key(known.key).public_key()
    made = authority_of(maille, url).issue(Produit.SERV_SSL, known.load().subject, key, validity, names=(DB2,))
    path = folder / "peer.pem"
    path.write_bytes(made.public_bytes(Encoding.PEM) + known.chain_pem())
    return Issued(path, known.key)


@pytest.fixture
async def repondeur(maille: Maille, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RepondeurOcsp]:
    """A responder that the settings know; nothing that it says is kept from one request to the next, and nobody asks it besides."""
    monkeypatch.setattr(exclusion, "RESPONDERS_SECONDS", 3600.0)
    async with repondeur_ocsp() as running:
        running.authority = authority_of(maille, "http://unused.test")
        known(maille, Ocsp(responders=(running.url,), seconds=30, cache_seconds=0, retry_seconds=0, hard=True))
        yield running


def known(maille: Maille, ocsp: Ocsp) -> None:
    maille.settings = maille.settings.model_copy(update={"images": maille.settings.images.model_copy(update={"ocsp": ocsp})})


@pytest.fixture(params=[(Humeur.MUET, True), (Humeur.MUET, False), (Humeur.PERIME, False), (Humeur.ERREUR, False)])
def failing(maille: Maille, repondeur: RepondeurOcsp, request: pytest.FixtureRequest) -> bool:
    """A responder that proves nothing; tell whether the settings want an answer."""
    repondeur.humeur, hard = request.param
    seconds = 3.0 if repondeur.humeur is Humeur.MUET else 30.0
    known(maille, Ocsp(responders=(repondeur.url,), seconds=seconds, cache_seconds=0, retry_seconds=0, hard=hard))
    return bool(hard)


async def answered(porte: Maille, etude: Etude, peer: Issued) -> tuple[int, str, str]:
    async with porte.client(peer) as session:
        status, _, body = await get(session, porte.url(etude, series=etude.series[0]), await headers(porte, etude))
    return (status, "", "") if status == 200 else (status, json.loads(body)["code"], json.loads(body)["detail"])


async def test_what_the_responder_says_is_applied_at_the_next_request(
    repondeur: RepondeurOcsp, etude: Etude, porte: Maille, tmp_path: Path
) -> None:
    peer = peer_of(porte, tmp_path, repondeur.url.removesuffix("/ocsp"))
    assert await answered(porte, etude, peer) == GOOD
    repondeur.revoked.add(peer.serial)
    assert await answered(porte, etude, peer) == REVOKED
    repondeur.revoked.clear()
    for humeur in (Humeur.PERIME, Humeur.ERREUR):
        repondeur.humeur = humeur
        assert await answered(porte, etude, peer) == UNKNOWN
    repondeur.humeur = Humeur.JUSTE
    repondeur.authority = authority_of(porte, "http://unused.test", "etranger-organisations")
    assert await answered(porte, etude, peer) == UNKNOWN  # another authority of the same name signs it
    assert set(repondeur.asked) == {peer.serial}
    asked = len(repondeur.asked)
    assert await answered(porte, etude, porte.pki.serv_ssl(DB2)) == GOOD  # its certificate names a responder that nobody knows here
    assert len(repondeur.asked) == asked


async def test_one_that_proves_nothing_is_left_to_the_crls_unless_the_settings_want_an_answer(
    repondeur: RepondeurOcsp, failing: bool, etude: Etude, porte: Maille, tmp_path: Path
) -> None:
    peer = peer_of(porte, tmp_path, repondeur.url.removesuffix("/ocsp"))
    async with porte.client(peer) as session, session.get(porte.url(etude), headers=await headers(porte, etude)) as answer:
        if failing:
            assert answer.headers["Retry-After"]
            found = answer.status, answer.content_type, await answer.read()
            assert (await refused(porte, found, 503, "admission.revocation_inconnue"))["detail"] == INCONNUE
        else:
            assert answer.status == 200
    assert repondeur.asked == [peer.serial]


async def test_a_list_that_grew_too_old_and_a_certificate_that_ended_since_its_handshake_open_nothing(
    ancres: Pki, horloge_de_la_porte: Horloge, etude: Etude, porte: Maille
) -> None:
    del ancres  # whose CRLs outlive the rest
    given, url = await headers(porte, etude), porte.url(etude, series=etude.series[0])
    async with porte.client() as session:
        for ahead, status, code, sentence in (
            (timedelta(0), 200, "", ""),
            (timedelta(days=8), 503, "admission.liste_perimee", PERIMEE),
            (timedelta(days=4 * 365), 403, "admission.certificat_refuse", REFUSE),
        ):
            horloge_de_la_porte.ahead = ahead
            seen, _, body = await get(session, url, given)
            assert seen == status, body
            assert code == "" or (json.loads(body)["code"], json.loads(body)["detail"]) == (code, sentence)


@pytest.mark.parametrize("lost", ["too old", "absent"])
async def test_without_a_fresh_crl_nobody_is_let_in(
    ancres: Pki, horloge_de_la_porte: Horloge, etude: Etude, porte: Maille, lost: str
) -> None:
    given, url = await headers(porte, etude), porte.url(etude, series=etude.series[0])
    async with porte.client() as session:
        assert (await get(session, url, given))[0] == 200
        if lost == "absent":
            for path in ancres.anchors_dir.glob("*.crl"):
                path.unlink()
        else:
            ancres.renew_crls(datetime.now(UTC), life=timedelta(days=1))
            horloge_de_la_porte.ahead = timedelta(days=2)
        async with asyncio.timeout(60):
            while (answer := await get(session, url, given))[0] == 200:  # noqa: ASYNC110 - the folder is looked at again in a while
                await asyncio.sleep(0.1)
    assert (answer[0], json.loads(answer[2])["code"], json.loads(answer[2])["detail"]) == UNKNOWN
