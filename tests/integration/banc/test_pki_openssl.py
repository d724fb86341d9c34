# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The PKI of the banc as OpenSSL judges it."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from banc.pki import Issued, OrganisationPlan, Pki, PkiPlan, build
from confiance.certificates import Anchors

pytestmark = pytest.mark.peer("openssl")

DB_A = "db1.1.mesimagesmedicales.fr"
PLAN = PkiPlan.of_mesh({"a": (OrganisationPlan("a", "BANC-DRIMM OPERATEUR A", "300000000300019"), (DB_A,))}, servers=("dmp.banc.test",))


@pytest.fixture(scope="module")
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory, now: datetime) -> Pki:
    return build(tmp_path_factory.mktemp("pki"), PLAN, now)


def verify(pki: Pki, issued: Issued, purpose: str, *options: str) -> str:
    crls = [argument for path in sorted(pki.anchors_dir.glob("*.crl")) for argument in ("-CRLfile", str(path))]
    command = ["openssl", "verify", "-crl_check_all", "-x509_strict", "-purpose", purpose, "-CAfile", str(pki.root)]
    command += ["-untrusted", str(pki.intermediate), *crls, *options, str(issued.certificate)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    return "OK" if done.returncode == 0 else done.stdout + done.stderr


def test_good_certificates_are_accepted_for_their_purpose(pki: Pki) -> None:
    assert verify(pki, pki.serv_ssl(DB_A), "sslserver", "-verify_hostname", DB_A) == "OK"
    assert verify(pki, pki.serv_ssl(DB_A), "sslclient") == "OK"
    assert verify(pki, pki.auth_cli("a"), "sslclient") == "OK"
    assert verify(pki, pki.list_signer, "smimesign") == "OK"


def test_certificates_are_refused_for_another_purpose(pki: Pki) -> None:
    assert "purpose" in verify(pki, pki.auth_cli("a"), "sslserver")
    assert "purpose" in verify(pki, pki.sign("a"), "sslclient")


def test_revoked_expired_and_foreign_are_refused_each_for_its_fault(pki: Pki) -> None:
    assert "revoked" in verify(pki, pki.revoked.serv_ssl, "sslserver")
    assert "expired" in verify(pki, pki.expired.serv_ssl, "sslserver")
    assert "unable to get local issuer certificate" in verify(pki, pki.foreign.serv_ssl, "sslserver")


def test_crl_is_over_after_its_life(pki: Pki, now: datetime) -> None:
    later = str(int((now + timedelta(days=7)).timestamp()))
    assert "CRL has expired" in verify(pki, pki.serv_ssl(DB_A), "sslserver", "-attime", later)


def test_market_certificate_is_accepted_under_the_market_authority_only(pki: Pki) -> None:
    issued = pki.market("dmp.banc.test")
    command = [
        "openssl",
        "verify",
        "-purpose",
        "sslserver",
        "-verify_ip",
        "127.0.0.1",
        "-CAfile",
        str(pki.market_ca),
        str(issued.certificate),
    ]
    assert subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0
    assert verify(pki, issued, "sslserver") != "OK"


def test_anchors_folder_is_read_by_the_reader_of_the_list(pki: Pki) -> None:
    anchors = Anchors.from_directory(pki.anchors_dir)
    assert (len(anchors.roots), len(anchors.intermediates), len(anchors.crls)) == (1, 1, 2)


def test_folder_holds_no_key_that_others_can_read(pki: Pki) -> None:
    found = [path for path in Path(pki.folder).rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]
    assert found
    assert all(path.stat().st_mode & 0o077 == 0 for path in found)
