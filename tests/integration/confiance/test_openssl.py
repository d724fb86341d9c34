# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""openssl verify says the same as our revocation and our chain."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from banc.attaques import autorite
from banc.attaques.terrain import NOW, Terrain, signer_wish
from confiance.certificates import Anchors
from confiance.certificates.chain import Path as CertificatePath
from confiance.certificates.chain import find_path
from confiance.certificates.revocation import check_revocation
from confiance.liste_blanche import ListeBlancheRefused
from confiance.refusals import ChaineInconnue
from tests.integration.confiance.conftest import Papers

pytestmark = pytest.mark.peer("openssl")
Crls = tuple[x509.CertificateRevocationList, ...]
DAY = timedelta(days=1)


def _ca_crl(terrain: Terrain, *serials: int, **options: object) -> x509.CertificateRevocationList:
    entries = [autorite.revoked_entry(serial, NOW - DAY) for serial in serials]
    return autorite.crl(terrain.ca.name, terrain.ca.key, at=NOW, revoked=entries, **options)  # type: ignore[arg-type]


def _root_crl(terrain: Terrain, *serials: int) -> x509.CertificateRevocationList:
    entries = [autorite.revoked_entry(serial, NOW - DAY) for serial in serials]
    return autorite.crl(terrain.root.name, terrain.root.key, at=NOW, revoked=entries)


CASES: dict[str, tuple[bool, Callable[[Terrain], Crls]]] = {
    "fraîches": (True, lambda t: (_root_crl(t), _ca_crl(t))),
    "autre numéro": (True, lambda t: (_root_crl(t, 7), _ca_crl(t, 8))),
    "signataire révoqué": (False, lambda t: (_root_crl(t), _ca_crl(t, t.key.certificate.serial_number))),
    "autorité révoquée": (False, lambda t: (_root_crl(t, t.ca.certificate.serial_number), _ca_crl(t))),
    "sans celle de la racine": (False, lambda t: (_ca_crl(t),)),
    "sans celle de l'autorité": (False, lambda t: (_root_crl(t),)),
    "périmée": (False, lambda t: (_root_crl(t), _ca_crl(t, life=timedelta(minutes=30)))),
    "contrefaite": (False, lambda t: (_root_crl(t), autorite.crl(t.ca.name, autorite.key("other"), at=NOW))),
}


@pytest.mark.parametrize("name", CASES)
def test_openssl_agrees_on_revocation(terrain: Terrain, papers: Papers, tmp_path: Path, name: str) -> None:
    expected, make = CASES[name]
    crls = make(terrain)
    (tmp_path / "crls.pem").write_bytes(b"".join(crl.public_bytes(Encoding.PEM) for crl in crls))
    command = ["openssl", "verify", "-crl_check_all", "-CRLfile", str(tmp_path / "crls.pem"), "-CAfile", str(papers.root)]
    command += ["-untrusted", str(papers.ca), "-attime", str(int(NOW.timestamp())), str(papers.leaf)]
    theirs = subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    path = CertificatePath(terrain.key.certificate, terrain.ca.certificate, terrain.root.certificate)
    try:
        check_revocation(path, crls, NOW, "hard")
        mine = True
    except ListeBlancheRefused:
        mine = False
    assert (theirs, mine) == (expected, expected)


def test_a_certificate_that_openssl_signed_with_sha1_is_refused(terrain: Terrain, papers: Papers, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat

    (tmp_path / "ca.key").write_bytes(terrain.ca.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "ext").write_text("keyUsage=critical,digitalSignature,nonRepudiation\n")
    request = ["openssl", "req", "-new", "-key", str(papers.key), "-subj", "/C=FR/CN=Liste Blanche DRIM-M", "-out", str(tmp_path / "csr")]
    subprocess.run(request, check=True, capture_output=True, timeout=60)
    for digest, refused in (("-sha256", False), ("-sha1", True)):
        issue = ["openssl", "x509", "-req", "-in", str(tmp_path / "csr"), "-CA", str(papers.ca), "-CAkey", str(tmp_path / "ca.key"), digest]
        issue += ["-set_serial", "5", "-days", "30", "-extfile", str(tmp_path / "ext"), "-out", str(tmp_path / "leaf.pem")]
        subprocess.run(issue, check=True, capture_output=True, timeout=60)
        leaf = x509.load_pem_x509_certificate((tmp_path / "leaf.pem").read_bytes())
        anchors = Anchors((terrain.root.certificate,), (terrain.ca.certificate,))
        if refused:
            with pytest.raises(ChaineInconnue):
                find_path(leaf, (), anchors)
        else:
            assert find_path(leaf, (), anchors)


def test_openssl_reads_our_path_as_we_do(terrain: Terrain, papers: Papers) -> None:
    assert replace(signer_wish()).subject == terrain.key.certificate.subject
    command = ["openssl", "verify", "-CAfile", str(papers.root), "-untrusted", str(papers.ca), "-attime", str(int(NOW.timestamp()))]
    assert subprocess.run([*command, str(papers.leaf)], capture_output=True, timeout=60, check=False).returncode == 0
