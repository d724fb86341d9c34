# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Four attacks that must fail, each played against the running DRIMboxes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from banc import psc
from banc.demo import pair
from banc.demo.configuration import PSC_CLIENT, REALM
from banc.demo.mesh import Mesh
from banc.demo.report import Refusal
from banc.miroir import FORGED
from confiance.errors import OwnError
from confiance.liste_blanche import Anchors, Brouillon, Policy, SigningKey, sign, verify
from drimbox.config import Psc
from drimbox.socle.identite import PscClient, Retour
from drimbox.socle.tls import client_context


class RefusAttendu(OwnError):
    """Something that must be refused was accepted."""

    code = "banc.refus_attendu"
    message = "Un refus attendu n'a pas eu lieu."
    remede = "C'est un défaut de sécurité : gardez le dossier de travail et signalez-le."


def policy(mesh: Mesh) -> Policy:
    """Return how anybody verifies the list of this mesh."""
    assert mesh.pki is not None
    return Policy(anchors=Anchors.from_directory(mesh.pki.anchors_dir), signers=frozenset({mesh.pki.list_signer.dn}))


def forged_list(mesh: Mesh) -> Refusal:
    """Serve to A a list with an intruder, signed by a genuine ORG SIGN of another organisation."""
    assert mesh.pki is not None
    genuine = verify(published(mesh).read_bytes(), policy(mesh), at=datetime.now(UTC))
    intruder = replace(
        genuine.domaines[0],
        identifiant="666",
        db="db1.666.mesimagesmedicales.fr",
        vi="",
        dn_certificat_operateur="CN=db1.666,O=INTRUS,C=FR",
    )
    signer = mesh.pki.other_signer
    key = SigningKey.from_pem(signer.leaf_pem(), signer.key.read_bytes(), signer.chain_pem())
    now = datetime.now(UTC).replace(microsecond=0)
    forged = sign(Brouillon((*genuine.domaines, intruder), date_generation=now), key, signing_time=now)
    return _served(mesh, "forged_list", forged)


def rolled_back_list(mesh: Mesh, older: bytes) -> Refusal:
    """Serve to A a genuine but older list, as who wants an excluded DRIMbox back would."""
    return _served(mesh, "rolled_back_list", older)


def _served(mesh: Mesh, case: str, liste: bytes) -> Refusal:
    mirror = mesh.plan.work / "miroir"
    mirror.mkdir(parents=True, exist_ok=True)
    (mirror / FORGED).write_bytes(liste)
    try:
        releve = mesh.pull_list(mesh.plan.a)
    finally:
        (mirror / FORGED).unlink()
    if not releve.code:
        raise RefusAttendu(f"La DRIMbox A a accepté une liste qu'elle devait refuser ({case}).")
    transcript = mesh.plan.work / "refus" / f"{case}.txt"
    transcript.parent.mkdir(parents=True, exist_ok=True)
    transcript.write_text(f"GET {mesh.plan.miroir_url}\n\n{releve.text}\n", encoding="utf-8")
    return Refusal(case, releve.code, None, releve.trace, str(transcript))


def foreign_token(mesh: Mesh, study: str, kos: str) -> Refusal:
    """Ask A for images as B, with a token of another identity provider."""
    assert mesh.pki is not None
    token = asyncio.run(foreign_access_token(mesh))
    identity = mesh.pki.serv_ssl(mesh.names["b"].db)
    exchange = pair.ask(mesh.plan.a, mesh.names["a"].db, study, identity=identity, anchors=mesh.pki.anchors_dir, token=token, kos=kos)
    if exchange.status == 200:
        raise RefusAttendu("La DRIMbox A a servi des images sous un jeton étranger.")
    transcript = exchange.write(mesh.plan.work / "refus" / "foreign_token.txt")
    return Refusal("foreign_token", exchange.problem["code"], exchange.status, exchange.problem["trace"], str(transcript))


async def foreign_access_token(mesh: Mesh) -> str:
    """Log a professional in at the other provider, which knows B's credentials but is not the one that A trusts."""
    assert mesh.pki is not None
    issuer = f"https://127.0.0.1:{mesh.plan.foreign_psc_port}{REALM}"
    settings = Psc(
        discovery_url=f"{issuer}/.well-known/wallet-openid-configuration",
        issuer=issuer,
        client_id=PSC_CLIENT.format(key="b"),
        client_secret=mesh.plan.secrets / "psc-b",
        trust=mesh.pki.market_ca,
    )
    connector = aiohttp.TCPConnector(ssl=client_context(mesh.pki.market_ca))
    async with aiohttp.ClientSession(connector=connector) as http, PscClient(settings) as client:
        url, demande = await client.authorization_request(f"{mesh.plan.b.public_url}/psc/retour")
        address = await psc.login(http, url, psc.TEST_PROFESSIONNELS[0].subject_name_id)
        back = Retour.from_query(dict(parse_qsl(urlsplit(address).query)))
        session = await client.exchange(back.code, back.state, demande, iss=back.iss)
    return session.access_token


def published(mesh: Mesh) -> Path:
    """Return the file of the list that the Espace publishes."""
    return mesh.plan.work / "espace" / "publication" / "liste-blanche.xml"
