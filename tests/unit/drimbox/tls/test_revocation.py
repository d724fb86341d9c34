# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from banc.pki import OrganisationPlan, Pki, PkiPlan, build
from drimbox.socle.tls import (
    AncresIllisibles,
    CertificatEtranger,
    CertificatExpire,
    CertificatRevoque,
    CrlAbsente,
    CrlPerimee,
    RevocationChecker,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DB = "db1.1.mesimagesmedicales.fr"
PLAN = PkiPlan.of_mesh({"a": (OrganisationPlan("a", "BANC-DRIMM OPERATEUR A", "300000000300019"), (DB,))})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return build(tmp_path_factory.mktemp("pki"), PLAN, NOW)


@pytest.fixture
def pki(built: Pki, tmp_path: Path) -> Pki:
    shutil.copytree(built.folder, tmp_path / "pki")
    return build(tmp_path / "pki", PLAN, NOW)


def refused(pki: Pki, certificate: x509.Certificate, at: datetime = NOW) -> str:
    with pytest.raises((CertificatEtranger, CertificatExpire, CertificatRevoque, CrlAbsente, CrlPerimee)) as caught:
        RevocationChecker(pki.anchors_dir).check(certificate, at)
    return caught.value.code


def test_good_certificates_pass(pki: Pki) -> None:
    checker = RevocationChecker(pki.anchors_dir)
    for issued in (pki.serv_ssl(DB), pki.auth_cli("a"), pki.list_signer):
        checker.check(issued.load(), NOW)


def test_revoked_certificate_is_refused(pki: Pki) -> None:
    assert refused(pki, pki.revoked.serv_ssl.load()) == "tls.certificat_revoque"


def test_expired_certificate_is_refused(pki: Pki) -> None:
    assert refused(pki, pki.expired.serv_ssl.load()) == "tls.certificat_expire"


def test_certificate_of_another_root_is_refused(pki: Pki) -> None:
    assert refused(pki, pki.foreign.serv_ssl.load()) == "tls.certificat_etranger"


def test_market_certificate_is_refused(pki: Pki) -> None:
    assert refused(pki, pki.market("vi1.1.mesimagesmedicales.fr").load()) == "tls.certificat_etranger"


def test_revoked_authority_refuses_its_certificates(pki: Pki) -> None:
    pki.revoke(x509.load_pem_x509_certificate(pki.intermediate.read_bytes()).serial_number, NOW)
    assert refused(pki, pki.serv_ssl(DB).load()) == "tls.certificat_revoque"


@pytest.mark.parametrize("name", ["racine.crl", "ac-organisations.crl"])
def test_missing_crl_of_either_level_is_our_fault(pki: Pki, name: str) -> None:
    (pki.anchors_dir / name).unlink()
    assert refused(pki, pki.serv_ssl(DB).load()) == "tls.crl_absente"


def test_crl_over_is_our_fault(pki: Pki) -> None:
    assert refused(pki, pki.serv_ssl(DB).load(), NOW + timedelta(days=7)) == "tls.crl_perimee"


def test_crl_of_the_future_does_not_clear(pki: Pki) -> None:
    pki.renew_crls(NOW + timedelta(days=2))
    assert refused(pki, pki.serv_ssl(DB).load()) == "tls.crl_perimee"


def test_revoked_by_a_crl_that_is_over_is_still_revoked(pki: Pki) -> None:
    assert refused(pki, pki.revoked.serv_ssl.load(), NOW + timedelta(days=7)) == "tls.certificat_revoque"


def test_crl_signed_by_another_key_under_the_same_name_is_left_aside(pki: Pki) -> None:
    path = pki.anchors_dir / "ac-organisations.crl"
    genuine = x509.load_der_x509_crl(path.read_bytes())
    key = load_pem_private_key((pki.folder / "authorities/etranger-racine.key").read_bytes(), None)
    builder = x509.CertificateRevocationListBuilder(genuine.issuer, NOW - timedelta(hours=1), NOW + timedelta(days=6))
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))  # type: ignore[arg-type]  # an RSA key
    assert refused(pki, pki.serv_ssl(DB).load()) == "tls.crl_absente"


def _part(*uris: str) -> x509.IssuingDistributionPoint:
    return x509.IssuingDistributionPoint([x509.UniformResourceIdentifier(uri) for uri in uris], None, False, False, None, False, False)


def _crl(pki: Pki, scope: x509.ExtensionType, *serials: int) -> bytes:
    genuine = x509.load_der_x509_crl((pki.anchors_dir / "ac-organisations.crl").read_bytes())
    key = load_pem_private_key((pki.folder / "authorities/organisations.key").read_bytes(), None)
    builder = x509.CertificateRevocationListBuilder(genuine.issuer, NOW - timedelta(hours=1), NOW + timedelta(days=6))
    for serial in serials:
        builder = builder.add_revoked_certificate(x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW).build())
    return builder.add_extension(scope, critical=True).sign(key, hashes.SHA256()).public_bytes(Encoding.DER)  # type: ignore[arg-type]  # an RSA key


def _named_by(certificate: x509.Certificate) -> str:
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    return next(name.value for point in points for name in point.full_name or ())


def test_crl_of_another_part_does_not_clear_and_the_missing_part_is_our_fault(pki: Pki) -> None:
    certificate, folder = pki.serv_ssl(DB).load(), pki.anchors_dir
    (folder / "ac-organisations.crl").write_bytes(_crl(pki, _part("http://igc/part1.crl")))
    assert refused(pki, certificate) == "tls.crl_absente"
    (folder / "part2.crl").write_bytes(_crl(pki, _part("ldap://igc/part2", _named_by(certificate))))
    RevocationChecker(folder).check(certificate, NOW)


def test_crl_of_another_part_still_revokes_whom_it_lists(pki: Pki) -> None:
    certificate = pki.serv_ssl(DB).load()
    (pki.anchors_dir / "part1.crl").write_bytes(_crl(pki, _part("http://igc/part1.crl"), certificate.serial_number))
    assert refused(pki, certificate) == "tls.certificat_revoque"


@pytest.mark.parametrize(
    ("extension", "clears"),
    [
        (x509.DeltaCRLIndicator(1), False),
        (x509.IssuingDistributionPoint(None, None, False, True, None, False, False), False),
        (x509.IssuingDistributionPoint(None, None, True, False, None, False, False), True),
        (x509.IssuingDistributionPoint(None, None, False, False, None, True, False), False),
    ],
    ids=["delta", "only-authorities", "only-leaves", "indirect"],
)
def test_crl_clears_only_within_its_scope(pki: Pki, extension: x509.ExtensionType, clears: bool) -> None:
    path = pki.anchors_dir / "ac-organisations.crl"
    genuine = x509.load_der_x509_crl(path.read_bytes())
    key = load_pem_private_key((pki.folder / "authorities/organisations.key").read_bytes(), None)
    builder = x509.CertificateRevocationListBuilder(genuine.issuer, NOW - timedelta(hours=1), NOW + timedelta(days=6))
    crl = builder.add_extension(extension, critical=True).sign(key, hashes.SHA256())  # type: ignore[arg-type]  # an RSA key
    path.write_bytes(crl.public_bytes(Encoding.DER))
    if clears:
        RevocationChecker(pki.anchors_dir).check(pki.serv_ssl(DB).load(), NOW)
    else:
        assert refused(pki, pki.serv_ssl(DB).load()) == "tls.crl_absente"


def test_new_crl_is_seen_without_restart(pki: Pki) -> None:
    checker = RevocationChecker(pki.anchors_dir)
    certificate = pki.serv_ssl(DB).load()
    checker.check(certificate, NOW)
    pki.revoke(certificate.serial_number, NOW)
    with pytest.raises(CertificatRevoque):
        checker.check(certificate, NOW)


def test_whatever_changes_what_is_believed_makes_the_generation_grow(pki: Pki) -> None:
    checker = RevocationChecker(pki.anchors_dir)
    seen = [checker.generation(), checker.generation()]
    assert seen[0] == seen[1]
    pki.revoke(pki.serv_ssl(DB).serial, NOW)
    seen.append(checker.generation())
    checker.use_crls([])
    seen.append(checker.generation())
    assert seen == sorted(seen)
    assert len(set(seen)) == 3


def test_unreadable_folder_keeps_the_last_good_state_until_its_crls_end(pki: Pki) -> None:
    checker = RevocationChecker(pki.anchors_dir)
    (pki.anchors_dir / "racine.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    checker.check(pki.serv_ssl(DB).load(), NOW)
    with pytest.raises(CertificatRevoque):
        checker.check(pki.revoked.serv_ssl.load(), NOW)
    with pytest.raises(CrlPerimee):
        checker.check(pki.serv_ssl(DB).load(), NOW + timedelta(days=7))


def test_folder_repaired_is_read_again(pki: Pki) -> None:
    checker = RevocationChecker(pki.anchors_dir)
    pem = pki.root.read_bytes()
    pki.root.write_bytes(b"")
    checker.check(pki.serv_ssl(DB).load(), NOW)
    pki.root.write_bytes(pem)
    pki.revoke(pki.serv_ssl(DB).serial, NOW)
    with pytest.raises(CertificatRevoque):
        checker.check(pki.serv_ssl(DB).load(), NOW)


def test_folder_without_root_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(AncresIllisibles):
        RevocationChecker(tmp_path)
    with pytest.raises(AncresIllisibles):
        RevocationChecker(tmp_path / "nowhere")


def test_crl_in_pem_is_read_too(pki: Pki) -> None:
    for path in pki.anchors_dir.glob("*.crl"):
        path.write_bytes(x509.load_der_x509_crl(path.read_bytes()).public_bytes(Encoding.PEM))
        os.utime(path)
    RevocationChecker(pki.anchors_dir).check(pki.serv_ssl(DB).load(), NOW)


@pytest.mark.donnees
def test_genuine_certificate_follows_its_genuine_path_up_to_the_missing_crl(shared_data: Path, tmp_path: Path) -> None:
    genuine = shared_data / "igc-sante-test"
    for name in ("test-racine-elementaire.pem", "test-ac-elementaire-organisations.pem"):
        shutil.copy(genuine / name, tmp_path)
    checker = RevocationChecker(tmp_path)
    current, expired = (
        x509.load_pem_x509_certificate((genuine / name).read_bytes())
        for name in ("liste-blanche-signer-test-2026.pem", "org-sign-DRIMbox-test-expired.pem")
    )
    with pytest.raises(CrlAbsente):
        checker.check(current, NOW)
    with pytest.raises(CertificatExpire):
        checker.check(expired, NOW)
