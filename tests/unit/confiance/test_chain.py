# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from banc.attaques import autorite
from banc.attaques.terrain import NOW, Authority, Terrain, make_ca, signer_wish
from confiance.certificates import Anchors
from confiance.certificates.chain import Path, check_validity, find_path
from confiance.refusals import CertificatExpire, ChaineInconnue, UsageCertificat


def _find(terrain: Terrain, leaf: x509.Certificate, ca: Authority | None = None, root: Authority | None = None) -> Path:
    ca, root = ca or terrain.ca, root or terrain.root
    return find_path(leaf, (), Anchors((root.certificate,), (ca.certificate,)))


def _leaf(terrain: Terrain, **wish: object) -> x509.Certificate:
    return autorite.issue(replace(signer_wish(), **wish), terrain.ca.name, terrain.ca.key)


def test_the_path_is_leaf_ca_root(terrain: Terrain) -> None:
    path = _find(terrain, terrain.key.certificate)
    assert path.certificates == (terrain.key.certificate, terrain.ca.certificate, terrain.root.certificate)
    check_validity(path, NOW)


def test_the_right_ca_is_found_among_several(terrain: Terrain) -> None:
    other = make_ca(terrain.root, "AC SERVEURS DU BANC", "ca2")
    anchors = Anchors((terrain.root.certificate,), (other.certificate, terrain.ca.certificate))
    assert find_path(terrain.key.certificate, (), anchors).ca == terrain.ca.certificate


def test_a_signer_directly_under_the_root_is_refused(terrain: Terrain) -> None:
    leaf = autorite.issue(signer_wish(), terrain.root.name, terrain.root.key)
    with pytest.raises(ChaineInconnue):
        _find(terrain, leaf)


def test_a_false_root_beside_a_true_ca_is_refused(terrain: Terrain) -> None:
    """The anchor must have signed itself: a CA certificate put among the roots is no root."""
    with pytest.raises(ChaineInconnue):
        find_path(terrain.key.certificate, (), Anchors((terrain.ca.certificate,), (terrain.ca.certificate,)))


def test_no_extended_usage_is_no_restriction(terrain: Terrain) -> None:
    assert _find(terrain, _leaf(terrain, extended=None))


def test_no_basic_constraints_is_no_authority(terrain: Terrain) -> None:
    assert _find(terrain, _leaf(terrain, basic=None))


def test_an_elliptic_key_is_refused(terrain: Terrain) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(UsageCertificat):
        _find(terrain, _leaf(terrain, public_key=key.public_key()))


def test_an_authority_without_key_usage_is_refused(terrain: Terrain) -> None:
    ca = make_ca(terrain.root, ca_usage=None)
    with pytest.raises(UsageCertificat):
        _find(terrain, autorite.issue(signer_wish(), ca.name, ca.key), ca)


def test_an_issuer_that_is_no_authority_is_refused(terrain: Terrain) -> None:
    own = autorite.key("ca")
    wish = autorite.Wish(terrain.ca.name, own.public_key(), NOW - autorite.YEAR, NOW + autorite.YEAR)
    ca = Authority(autorite.issue(wish, terrain.root.name, terrain.root.key), own)
    with pytest.raises(UsageCertificat):
        _find(terrain, terrain.key.certificate, ca)


def test_a_certificate_with_unreadable_extensions_is_refused(terrain: Terrain) -> None:
    broken = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.19"), b"\x30\x03\x01\x01")
    with pytest.raises(UsageCertificat):
        _find(terrain, _leaf(terrain, basic=None, extra=(broken,)))


def test_a_signature_without_known_digest_is_refused(terrain: Terrain) -> None:
    from cryptography.hazmat.primitives.asymmetric import ed25519

    key = ed25519.Ed25519PrivateKey.generate()
    builder = x509.CertificateBuilder(
        terrain.ca.name, signer_wish().subject, autorite.key("signer").public_key(), 1, NOW, NOW + autorite.YEAR
    )
    with pytest.raises(ChaineInconnue):
        _find(terrain, builder.sign(key, None))


@pytest.mark.parametrize("moment", [NOW - 3 * autorite.YEAR, NOW + 30 * autorite.YEAR])
def test_validity_is_that_of_the_three(terrain: Terrain, moment: object) -> None:
    with pytest.raises(CertificatExpire):
        check_validity(_find(terrain, terrain.key.certificate), moment)  # type: ignore[arg-type]


def test_digests_are_named_by_the_library_as_we_expect() -> None:
    assert hashes.SHA256().name == "sha256"
