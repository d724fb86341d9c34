# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Revocation by base CRLs (RFC 5280 §6.3), for the fixed path root → CA → signer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa

from confiance.certificates.chain import Path
from confiance.refusals import CertificatRevoque, RevocationInconnue

if TYPE_CHECKING:
    from cryptography import x509
else:
    from confiance.certificates.lazy import x509

RevocationPolicy: TypeAlias = Literal["hard", "soft"]
Kind = TypeVar("Kind", "x509.CRLReason", "x509.InvalidityDate")

_HASHES = frozenset({"sha256", "sha384", "sha512"})
_COMPROMISED: Final = frozenset({"keyCompromise", "cACompromise"})
_ISSUING_DISTRIBUTION_POINT: Final = "2.5.29.28"


def check_revocation(path: Path, crls: Iterable[x509.CertificateRevocationList], at: datetime, policy: RevocationPolicy) -> bool:
    """Check signer and CA against the CRLs; a root is trusted by being installed.

    A right CRL that lists a certificate refuses it under both policies, even when that CRL is out of date.

    Args:
        path: the path to check.
        crls: all CRLs at hand; those of others, of another scope or badly signed are left aside.
        at: the trusted time.
        policy: ``hard`` asks for a fresh CRL for each certificate, ``soft`` goes without.

    Returns:
        True when a fresh CRL cleared both certificates, False when the soft policy went without.

    Raises:
        CertificatRevoque: one is revoked.
        RevocationInconnue: hard policy and no fresh CRL for one of them.
    """
    kept = tuple(crls)
    cleared = [_cleared(path.leaf, path.ca, kept, at), _cleared(path.ca, path.root, kept, at)]
    if policy == "hard" and not all(cleared):
        raise RevocationInconnue
    return all(cleared)


def _cleared(
    certificate: x509.Certificate, issuer: x509.Certificate, crls: tuple[x509.CertificateRevocationList, ...], at: datetime
) -> bool:
    usable = [crl for crl in crls if _is_of(crl, issuer) and _covers(crl, certificate)]
    for crl in usable:
        entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is not None and _takes_effect(entry, at):
            raise CertificatRevoque
    return any(_is_fresh(crl, at) for crl in usable)


def _is_of(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    if crl.issuer != issuer.subject:
        return False
    try:
        key = issuer.public_key()
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
        strong = crl.signature_hash_algorithm is not None and crl.signature_hash_algorithm.name in _HASHES
        return isinstance(key, rsa.RSAPublicKey) and usage.crl_sign and strong and crl.is_signature_valid(key)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, UnsupportedAlgorithm, ValueError, TypeError):
        return False


def _covers(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """A base CRL whose scope holds this certificate; a delta or indirect one says nothing by itself."""
    try:
        extensions = list(crl.extensions)
        if any(e.critical and e.oid.dotted_string != _ISSUING_DISTRIBUTION_POINT for e in extensions):
            return False  # a delta CRL says so in a critical extension
        scope = next((e.value for e in extensions if isinstance(e.value, x509.IssuingDistributionPoint)), None)
        basic = next((e.value for e in certificate.extensions if isinstance(e.value, x509.BasicConstraints)), None)
    except (x509.DuplicateExtension, ValueError):
        return False
    if scope is None:
        return True
    is_ca = basic is not None and basic.ca
    partial = scope.indirect_crl or scope.only_contains_attribute_certs or scope.only_some_reasons is not None
    return not (partial or (scope.only_contains_user_certs and is_ca) or (scope.only_contains_ca_certs and not is_ca))


def _takes_effect(entry: x509.RevokedCertificate, at: datetime) -> bool:
    """A compromise refuses whatever the time: nobody knows when it began."""
    reason = _entry_extension(entry, x509.CRLReason)
    if reason is not None and reason.reason.value in _COMPROMISED:
        return True
    invalid_since = _entry_extension(entry, x509.InvalidityDate)
    dates = [entry.revocation_date_utc]
    if invalid_since is not None:
        dates.append(invalid_since.invalidity_date.replace(tzinfo=UTC))
    return min(dates) <= at


def _entry_extension(entry: x509.RevokedCertificate, kind: type[Kind]) -> Kind | None:
    try:
        return entry.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
    except (x509.DuplicateExtension, ValueError) as error:
        raise CertificatRevoque from error  # listed, with details nobody can read


def _is_fresh(crl: x509.CertificateRevocationList, at: datetime) -> bool:
    return crl.next_update_utc is not None and crl.last_update_utc <= at <= crl.next_update_utc
