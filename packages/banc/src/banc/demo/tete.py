# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The keys of the heads of the list: one for each process that signs, one kept apart; two of the three must sign."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from banc.demo.plan import Plan
from confiance.transparence.verifier import TetePolicy

NAMES: Final = ("signataire", "temoin", "secours")
SEUIL: Final = 2


def draw_keys(plan: Plan) -> None:
    """Draw the three keys, once for a work folder."""
    plan.secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in NAMES:
        if not _public(plan, name).exists():
            key = Ed25519PrivateKey.generate()
            _write(_private(plan, name), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            _write(_public(plan, name), key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def public_keys(plan: Plan) -> dict[str, str]:
    """Return the files of the public keys, by name."""
    return {name: str(_public(plan, name)) for name in NAMES}


def espace_settings(plan: Plan) -> dict[str, Any]:
    """Return the table ``[liste_blanche.tete]`` of the Espace: the third key is with none of its processes."""
    return {
        "cles": public_keys(plan),
        "seuil": SEUIL,
        "signataire": {"signataire": str(_private(plan, "signataire"))},
        "temoin": {"temoin": str(_private(plan, "temoin"))},
        "temoin_etat": str(plan.work / "espace" / "temoin.json"),
    }


def policy(plan: Plan) -> TetePolicy:
    """Return what a reader of the heads of this mesh trusts."""
    return TetePolicy.from_pem({name: _public(plan, name).read_bytes() for name in NAMES}, SEUIL)


def _private(plan: Plan, name: str) -> Path:
    return plan.secrets / f"tete-{name}.pem"


def _public(plan: Plan, name: str) -> Path:
    return plan.secrets / f"tete-{name}.pub.pem"


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
