# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The revocation checker against OpenSSL and pyhanko-certvalidator: same certificates, same anchors, same instant, same verdict."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from banc.pki import Issued, OrganisationPlan, Pki, PkiPlan, build
from confiance.certificates import Anchors
from confiance.errors import DrimmError
from drimbox.socle.tls import RevocationChecker

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
DB = "db1.1.mesimagesmedicales.fr"
PLAN = PkiPlan.of_mesh({"a": (OrganisationPlan("a", "BANC-DRIMM OPERATEUR A", "300000000300019"), (DB,))})
CASES: dict[str, tuple[Callable[[Pki], Issued], datetime]] = {
    "good": (lambda pki: pki.serv_ssl(DB), NOW),
    "auth_cli": (lambda pki: pki.auth_cli("a"), NOW),
    "sign": (lambda pki: pki.list_signer, NOW),
    "revoked": (lambda pki: pki.revoked.serv_ssl, NOW),
    "revoked-sign": (lambda pki: pki.revoked.sign, NOW),
    "expired": (lambda pki: pki.expired.serv_ssl, NOW),
    "foreign": (lambda pki: pki.foreign.serv_ssl, NOW),
    "market": (lambda pki: pki.market("vi1.1.mesimagesmedicales.fr"), NOW),
    "late-crl": (lambda pki: pki.serv_ssl(DB), LATER),
}
GOOD = {"good", "auth_cli", "sign"}


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return build(tmp_path_factory.mktemp("pki"), PLAN, NOW)


def accepts(checker: RevocationChecker, certificate: x509.Certificate, at: datetime) -> bool:
    try:
        checker.check(certificate, at)
    except DrimmError:
        return False
    return True


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("case", CASES)
def test_same_verdict_as_openssl(pki: Pki, case: str) -> None:
    choose, at = CASES[case]
    ours = accepts(RevocationChecker(pki.anchors_dir), choose(pki).load(), at)
    assert ours == openssl_accepts(pki, choose(pki), at) == (case in GOOD)


def openssl_accepts(pki: Pki, issued: Issued, at: datetime) -> bool:
    crls = [argument for path in sorted(pki.anchors_dir.glob("*.crl")) for argument in ("-CRLfile", str(path))]
    command = ["openssl", "verify", "-crl_check_all", "-attime", str(int(at.timestamp())), "-CAfile", str(pki.root)]
    command += ["-untrusted", str(pki.intermediate), *crls, str(issued.certificate)]
    return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("mine", [True, False], ids=["its part", "another part"])
def test_same_verdict_as_openssl_with_a_crl_of_one_part(tmp_path: Path, mine: bool) -> None:
    pki = build(tmp_path / "pki", PLAN, NOW)
    issued = pki.serv_ssl(DB)
    points = issued.load().extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    named = [name for point in points for name in point.full_name or ()]
    names = named if mine else [x509.UniformResourceIdentifier("http://igc/part9.crl")]
    part = x509.IssuingDistributionPoint(names, None, False, False, None, False, False)
    path = pki.anchors_dir / "ac-organisations.crl"
    key = load_pem_private_key((pki.folder / "authorities/organisations.key").read_bytes(), None)
    builder = x509.CertificateRevocationListBuilder(x509.load_der_x509_crl(path.read_bytes()).issuer, NOW, NOW + timedelta(days=1))
    crl = builder.add_extension(part, critical=True).sign(key, hashes.SHA256())  # type: ignore[arg-type]  # an RSA key
    path.write_bytes(crl.public_bytes(Encoding.DER))
    ours = accepts(RevocationChecker(pki.anchors_dir), issued.load(), NOW)
    assert ours == openssl_accepts(pki, issued, NOW) == mine


@pytest.mark.peer("pyhanko-certvalidator")
@pytest.mark.parametrize("case", CASES)
async def test_same_verdict_as_pyhanko_certvalidator(pki: Pki, case: str) -> None:
    choose, at = CASES[case]
    ours = accepts(RevocationChecker(pki.anchors_dir), choose(pki).load(), at)
    assert ours == await _pyhanko(Anchors.from_directory(pki.anchors_dir), choose(pki).load(), at) == (case in GOOD)


async def _pyhanko(anchors: Anchors, certificate: x509.Certificate, at: datetime) -> bool:
    from asn1crypto import crl as asn1_crl
    from asn1crypto import x509 as asn1
    from pyhanko_certvalidator import CertificateValidator, ValidationContext
    from pyhanko_certvalidator.errors import PathBuildingError, ValidationError

    def load(certificate: x509.Certificate) -> asn1.Certificate:
        return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))

    context = ValidationContext(
        trust_roots=[load(certificate) for certificate in anchors.roots],
        other_certs=[load(certificate) for certificate in anchors.intermediates],
        crls=[asn1_crl.CertificateList.load(crl.public_bytes(Encoding.DER)) for crl in anchors.crls],
        moment=at,
        revocation_mode="hard-fail",
        allow_fetching=False,
        retroactive_revinfo=False,
    )
    try:
        await CertificateValidator(load(certificate), validation_context=context).async_validate_usage(set())
    except (PathBuildingError, ValidationError):
        return False
    return True
