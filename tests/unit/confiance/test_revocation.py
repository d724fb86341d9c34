# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from banc.attaques import autorite
from banc.attaques.terrain import NOW, Authority, Terrain, make_ca
from confiance.certificates.chain import Path
from confiance.certificates.revocation import check_revocation
from confiance.refusals import CertificatRevoque, RevocationInconnue

DAY = timedelta(days=1)


def _path(terrain: Terrain) -> Path:
    return Path(terrain.key.certificate, terrain.ca.certificate, terrain.root.certificate)


def _ca_crl(terrain: Terrain, *entries: x509.RevokedCertificate, **options: object) -> x509.CertificateRevocationList:
    return autorite.crl(terrain.ca.name, terrain.ca.key, at=NOW, revoked=entries, **options)  # type: ignore[arg-type]


def _entry(terrain: Terrain, since: object = NOW - DAY, *extensions: x509.ExtensionType) -> x509.RevokedCertificate:
    return autorite.revoked_entry(terrain.key.certificate.serial_number, since, *extensions)  # type: ignore[arg-type]


def test_fresh_crls_of_both_authorities_clear_the_path(terrain: Terrain) -> None:
    assert check_revocation(_path(terrain), terrain.fresh_crls(), NOW, "hard")


def test_the_soft_policy_goes_without_and_says_so(terrain: Terrain) -> None:
    assert not check_revocation(_path(terrain), (), NOW, "soft")
    assert not check_revocation(_path(terrain), terrain.fresh_crls()[:1], NOW, "soft")


def test_another_serial_is_not_ours(terrain: Terrain) -> None:
    crl = _ca_crl(terrain, autorite.revoked_entry(42, NOW - DAY))
    assert check_revocation(_path(terrain), (terrain.fresh_crls()[0], crl), NOW, "hard")


def test_a_revocation_to_come_does_not_refuse_yet(terrain: Terrain) -> None:
    """Asking about a past day: the signer was revoked, without compromise, later."""
    crl = _ca_crl(terrain, _entry(terrain, NOW + DAY, x509.CRLReason(x509.ReasonFlags.superseded)))
    assert check_revocation(_path(terrain), (terrain.fresh_crls()[0], crl), NOW, "hard")


def test_an_entry_nobody_can_read_refuses(terrain: Terrain) -> None:
    broken = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.21"), b"\x04\x00")
    crl = _ca_crl(terrain, _entry(terrain, NOW + DAY, broken))
    with pytest.raises(CertificatRevoque):
        check_revocation(_path(terrain), (crl,), NOW, "soft")


def test_a_crl_with_an_unknown_critical_extension_says_nothing(terrain: Terrain) -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.250.1.71.99"), b"\x05\x00")
    with pytest.raises(RevocationInconnue):
        check_revocation(_path(terrain), (terrain.fresh_crls()[0], _ca_crl(terrain, extensions=[unknown])), NOW, "hard")


def test_a_crl_with_unreadable_extensions_says_nothing(terrain: Terrain) -> None:
    broken = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.28"), b"\x04\x00")
    assert not check_revocation(_path(terrain), (_ca_crl(terrain, extensions=[broken]),), NOW, "soft")


def test_a_scope_of_user_certificates_covers_the_signer_and_not_the_authority(terrain: Terrain) -> None:
    scope = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)
    users = _ca_crl(terrain, extensions=[scope])
    assert check_revocation(_path(terrain), (terrain.fresh_crls()[0], users), NOW, "hard")
    root = autorite.crl(terrain.root.name, terrain.root.key, at=NOW, extensions=[scope])
    with pytest.raises(RevocationInconnue):
        check_revocation(_path(terrain), (root, users), NOW, "hard")


@pytest.mark.parametrize(
    "scope",
    [
        x509.IssuingDistributionPoint(None, None, False, False, None, True, False),
        x509.IssuingDistributionPoint(None, None, False, False, None, False, True),
        x509.IssuingDistributionPoint(None, None, False, False, frozenset({x509.ReasonFlags.key_compromise}), False, False),
    ],
    ids=["indirect", "attributs", "motifs"],
)
def test_a_partial_crl_says_nothing(terrain: Terrain, scope: x509.IssuingDistributionPoint) -> None:
    with pytest.raises(RevocationInconnue):
        check_revocation(_path(terrain), (terrain.fresh_crls()[0], _ca_crl(terrain, extensions=[scope])), NOW, "hard")


def test_a_crl_of_another_part_clears_nobody_and_still_revokes_whom_it_lists(terrain: Terrain) -> None:
    part = x509.IssuingDistributionPoint([x509.UniformResourceIdentifier("http://crl/part9.crl")], None, False, False, None, False, False)
    with pytest.raises(RevocationInconnue):
        check_revocation(_path(terrain), (terrain.fresh_crls()[0], _ca_crl(terrain, extensions=[part])), NOW, "hard")
    with pytest.raises(CertificatRevoque):
        check_revocation(_path(terrain), (*terrain.fresh_crls(), _ca_crl(terrain, _entry(terrain), extensions=[part])), NOW, "hard")


def test_an_authority_without_crl_sign_signs_no_crl(terrain: Terrain) -> None:
    ca = make_ca(terrain.root, ca_usage=autorite.usage("key_cert_sign"))
    path = Path(terrain.key.certificate, ca.certificate, terrain.root.certificate)
    with pytest.raises(RevocationInconnue):
        check_revocation(path, terrain.fresh_crls(), NOW, "hard")


def test_an_authority_without_key_usage_signs_no_crl(terrain: Terrain) -> None:
    ca = make_ca(terrain.root, ca_usage=None)
    path = Path(terrain.key.certificate, ca.certificate, terrain.root.certificate)
    with pytest.raises(RevocationInconnue):
        check_revocation(path, terrain.fresh_crls(), NOW, "hard")


def test_a_crl_signed_with_a_short_digest_says_nothing(terrain: Terrain) -> None:
    builder = x509.CertificateRevocationListBuilder(terrain.ca.name, NOW - DAY, NOW + DAY)
    weak = builder.sign(terrain.ca.key, hashes.SHA224())
    assert not check_revocation(_path(terrain), (weak, terrain.fresh_crls()[0]), NOW, "soft")


def test_the_fresh_one_of_two_crls_clears_and_either_may_revoke(terrain: Terrain) -> None:
    stale = autorite.crl(terrain.ca.name, terrain.ca.key, at=NOW - 30 * DAY, revoked=[_entry(terrain, NOW - 40 * DAY)])
    with pytest.raises(CertificatRevoque):
        check_revocation(_path(terrain), (*terrain.fresh_crls(), stale), NOW, "hard")


def test_an_authority_with_the_name_of_another_signs_no_crl_for_it(terrain: Terrain) -> None:
    other = Authority(terrain.ca.certificate, autorite.key("ca2"))
    with pytest.raises(RevocationInconnue):
        check_revocation(_path(terrain), (terrain.fresh_crls()[0], autorite.crl(other.name, other.key, at=NOW)), NOW, "hard")
