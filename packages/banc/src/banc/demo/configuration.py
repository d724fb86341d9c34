# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The files of settings of the demo: those that an operator would write, with the addresses of this machine."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path
from typing import Any

import tomli_w

from banc.demo import tete
from banc.demo.plan import ZONE, Box, Plan
from banc.pki.store import Issued, Pki
from banc.postgres.launcher import Server
from confiance.exploitation.settings import read_secret

REALM = "/auth/realms/esante-wallet"
PSC_CLIENT = "drimbox-{key}"
ACCOUNT = "agent"


def secret(folder: Path, name: str, text: str | None = None) -> Path:
    """Write a secret of the demo, drawn at random unless given; an existing one is kept."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(text or secrets.token_urlsafe(24), encoding="utf-8")
    return path


def passwords(server: Server, folder: Path, roles: list[str]) -> None:
    """Create the database roles of a program, each with its password file."""
    for role in roles:
        server.create_role(role, read_secret(secret(folder, role)).reveal())


def write_espace(plan: Plan, server: Server, pki: Pki) -> Path:
    """Write espace.toml and what it names; return its path."""
    folder = plan.work / "espace"
    signer = pki.list_signer
    chain = folder / "signataire-chaine.pem"
    folder.mkdir(parents=True, exist_ok=True)
    tete.draw_keys(plan)
    chain.write_bytes(signer.chain_pem() + pki.root.read_bytes())
    settings = {
        "administrateur": "Administrateur du banc",
        "database": _database(server, "espace", "espace_", folder),
        "pages": {
            "host": "127.0.0.1",
            "port": plan.espace_port,
            "public_url": plan.espace_url,
            "secret_key": str(secret(plan.secrets, "espace-sessions", secrets.token_urlsafe(48))),
            "tls": _pair(pki.market("espace.drimm.localhost")),
        },
        "coffre": {
            "keys_file": str(secret(plan.secrets, "espace-trousseau", "banc " + base64.b64encode(secrets.token_bytes(32)).decode()))
        },
        "zone": {"name": ZONE, "port": plan.dns_port, "ttl": 1, "nameservers": ["ns1.banc.test"]},
        "courrier": {
            "host": "127.0.0.1",
            "port": plan.smtp_port,
            "tls": "none",
            "sender": "espace@administrateur.test",
            "agents": "agents@administrateur.test",
            "poll_seconds": 0.5,
        },
        # the resolver of the demo is its own zone: it knows none of the hosts, and says so at once
        "instruction": {"relance_seconds": 0.5, "resolveurs": ["127.0.0.1"], "resolveur_port": plan.dns_port},
        "attestation": {"signer": {**_pair(pki.sign("attestations")), "chain": str(chain)}},
        "liste_blanche": {
            "signer": {**_pair(signer), "chain": str(chain)},
            "anchors": str(pki.anchors_dir),
            "publication": str(folder / "publication"),
            "poll_seconds": 1.0,
            "git": {"folder": str(folder / "listes.git")},
            "tete": tete.espace_settings(plan),
        },
    }
    return _write(folder / "espace.toml", settings)


def write_drimbox(plan: Plan, box: Box, server: Server, pki: Pki, names: tuple[str, str]) -> Path:
    """Write the settings of one DRIMbox; ``names`` are the db and vi names that the Espace gave."""
    folder = plan.folder(box)
    db, vi = names
    structure = f"3{box.siret}"
    settings = {
        "zone": ZONE,
        "pacs_restitution": "pacs",
        "database": _database(server, box.database, f"{box.database}_", folder),
        "couples": [{"db": db, "vi": vi, "pacs": "pacs"}],
        "pacs": [{"name": "pacs", "host": "127.0.0.1", "port": box.pacs_port, "aet": f"PACS{box.key.upper()}", "calling_aet": "DRIMBOX"}],
        "tls": {"server": _pair(pki.serv_ssl(db)), "viewer": _pair(pki.market(vi)), "anchors": str(pki.anchors_dir)},
        "reception": {"host": "127.0.0.1", "port": box.mllp_port},
        "images": {"host": box.loopback, "port": box.images_port},
        "pages": {
            "host": "127.0.0.1",
            "port": box.pages_port,
            "public_url": box.public_url,
            "secret_key": str(secret(plan.secrets, f"{box.key}-sessions", secrets.token_urlsafe(48))),
        },
        "liste_blanche": {
            "urls": [plan.miroir_url],
            "anchors": str(pki.anchors_dir),
            "signers": [str(pki.list_signer.dn)],
            "trust": str(pki.market_ca),
            "poll_seconds": 300.0,
            "tete_cles": tete.public_keys(plan),
            "tete_seuil": tete.SEUIL,
        },
        "psc": {
            "discovery_url": f"https://127.0.0.1:{plan.psc_port}{REALM}/.well-known/wallet-openid-configuration",
            "issuer": f"https://127.0.0.1:{plan.psc_port}{REALM}",
            "client_id": PSC_CLIENT.format(key=box.key),
            "client_secret": str(secret(plan.secrets, f"psc-{box.key}")),
            "trust": str(pki.market_ca),
        },
        "dmp": {
            "base_url": f"https://127.0.0.1:{plan.dmp_port}",
            "auth": _pair(pki.auth_cli(box.key)),
            "sign": _pair(pki.sign(box.key)),
            "trust": str(pki.market_ca),
            "source_oid": f"1.2.250.1.999.1.1.{box.number}",
            "lps_id": "drimm-banc",
            "lps_homologation": "BANC-000000",
        },
        "structure": {"identifiant": structure, "nom": box.client},
        "acheminement": {
            "nameservers": [f"127.0.0.1:{plan.dns_port}"],
            "addresses": {other.target: f"{other.loopback}:{other.images_port}" for other in plan.boxes},
        },
        "cles": {"trousseau": str(secret(plan.secrets, f"{box.key}-trousseau", "1 " + base64.b64encode(secrets.token_bytes(32)).decode()))},
        "reprises": {name: {"first_seconds": 1.0, "longest_seconds": 10.0} for name in ("images", "pacs", "dmp")},
    }
    return _write(folder / "drimbox.toml", settings)


def _database(server: Server, name: str, prefix: str, folder: Path) -> dict[str, Any]:
    return {
        "host": str(server.socket),
        "name": name,
        "role_prefix": prefix,
        "passwords": str(folder / "mots-de-passe"),
        "accept_embedded": True,
    }


def _pair(issued: Issued) -> dict[str, str]:
    return {"certificate": str(issued.certificate), "key": str(issued.key)}


def _write(path: Path, settings: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(tomli_w.dumps(settings), encoding="utf-8")
    return path
