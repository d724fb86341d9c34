# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The only path accepted: root → CA → signer (RFC 5280 §6.1, cut down to what the IGC-Santé issues).

General path builders try every certificate they meet; a fixed path of three has no search, no policy tree and no name constraint to
get wrong. Anything it does not understand and that is critical refuses the path.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa

from confiance.certificates.anchors import Anchors
from confiance.refusals import CertificatExpire, ChaineInconnue, UsageCertificat

if TYPE_CHECKING:
    from cryptography import x509
else:
    from confiance.certificates.lazy import x509

MIN_RSA_BITS: Final = 2048
_HASHES = frozenset({"sha256", "sha384", "sha512"})
_UNDERSTOOD: Final = frozenset({"2.5.29.15", "2.5.29.19", "2.5.29.32", "2.5.29.37"})
"""keyUsage, basicConstraints, certificatePolicies and extKeyUsage: a policy constrains nothing here, the CA being pinned."""
_EMAIL_PROTECTION: Final = "1.3.6.1.5.5.7.3.4"

Extension = TypeVar("Extension", "x509.BasicConstraints", "x509.KeyUsage", "x509.ExtendedKeyUsage")


@dataclass(frozen=True, slots=True)
class Path:
    """A path whose signatures, roles and usages are right; its validity in time is checked apart."""

    leaf: x509.Certificate
    ca: x509.Certificate
    root: x509.Certificate

    @property
    def certificates(self) -> tuple[x509.Certificate, x509.Certificate, x509.Certificate]:
        """Leaf, CA, root."""
        return (self.leaf, self.ca, self.root)


def find_path(leaf: x509.Certificate, given: Iterable[x509.Certificate], anchors: Anchors) -> Path:
    """Return the path from an anchored root to ``leaf``.

    Args:
        leaf: the pinned signer's certificate.
        given: certificates found beside it, used as CA only when the anchors name no intermediate.
        anchors: whom we trust.

    Raises:
        ChaineInconnue: no such path.
        UsageCertificat: the path exists but a certificate of it may not play its part.
    """
    for ca in anchors.intermediates or given:
        if not _issued(leaf, ca):
            continue
        for root in anchors.roots:
            if _issued(ca, root) and _issued(root, root):
                path = Path(leaf, ca, root)
                _check_usages(path)
                return path
    raise ChaineInconnue


def check_validity(path: Path, at: datetime) -> None:
    """Check that the three certificates are valid at that time.

    Raises:
        CertificatExpire: one is not.
    """
    for certificate in path.certificates:
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            raise CertificatExpire


def _issued(subject: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        if subject.signature_hash_algorithm is None or subject.signature_hash_algorithm.name not in _HASHES:
            return False
        subject.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, x509.DuplicateExtension, UnsupportedAlgorithm, InvalidSignature):
        return False
    return True


def _check_usages(path: Path) -> None:
    try:
        _check_ca(path.root, depth=1)
        _check_ca(path.ca, depth=0)
        _check_signer(path.leaf)
        for certificate in path.certificates:
            _check_key(certificate)
            if any(e.critical and e.oid.dotted_string not in _UNDERSTOOD for e in certificate.extensions):
                raise UsageCertificat
    except (ValueError, x509.DuplicateExtension, UnsupportedAlgorithm) as error:
        raise UsageCertificat from error


def _check_key(certificate: x509.Certificate) -> None:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < MIN_RSA_BITS:
        raise UsageCertificat


def _check_ca(certificate: x509.Certificate, *, depth: int) -> None:
    basic = _extension(certificate, x509.BasicConstraints)
    usage = _extension(certificate, x509.KeyUsage)
    if basic is None or not basic.ca or (basic.path_length is not None and basic.path_length < depth):
        raise UsageCertificat
    if usage is None or not usage.key_cert_sign:
        raise UsageCertificat


def _check_signer(certificate: x509.Certificate) -> None:
    """An ORG SIGN: nonRepudiation asked for, and emailProtection when extended usages are listed."""
    basic = _extension(certificate, x509.BasicConstraints)
    usage = _extension(certificate, x509.KeyUsage)
    extended = _extension(certificate, x509.ExtendedKeyUsage)
    if basic is not None and basic.ca:
        raise UsageCertificat
    if usage is None or not usage.content_commitment:
        raise UsageCertificat
    if extended is not None and not any(oid.dotted_string == _EMAIL_PROTECTION for oid in extended):
        raise UsageCertificat


def _extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
