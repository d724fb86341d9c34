# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Chromium with a throw-away profile that trusts the certificates of this demo, and only them."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from confiance.errors import OwnError
from confiance.exploitation import lifeline

NAMES = ("chromium", "chromium-browser", "google-chrome")


class NavigateurAbsent(OwnError):
    """No chromium on this machine."""

    code = "banc.navigateur_absent"
    message = "Chromium n'est pas installé."
    remede = "Installez chromium, ou ouvrez les adresses dans votre navigateur et acceptez leurs certificats."


def open_pages(addresses: Sequence[str], work: Path) -> subprocess.Popen[bytes]:
    """Open addresses in chromium.

    Raises:
        NavigateurAbsent: it is not installed.
    """
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    if program is None:
        raise NavigateurAbsent
    pins = ",".join(sorted({_pin(path) for path in (work / "pki").rglob("*.pem") if b"BEGIN CERTIFICATE" in path.read_bytes()}))
    options = [
        f"--user-data-dir={work / 'navigateur'}",
        f"--ignore-certificate-errors-spki-list={pins}",
        "--host-resolver-rules=MAP *.drimm.localhost 127.0.0.1",
        "--no-first-run",
        "--disable-sync",
        "--disable-background-networking",
        "--disable-component-update",
    ]
    with (work / "navigateur.log").open("wb") as output:
        return lifeline.spawn([program, *options, *addresses], output=output)


def _pin(path: Path) -> str:
    certificate = x509.load_pem_x509_certificates(path.read_bytes())[0]
    public = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(public).digest()).decode()
