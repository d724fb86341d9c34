# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Certificates and CRLs shaped like those of the IGC-Santé, each able to be wrong in one chosen way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

YEAR = timedelta(days=365)


@lru_cache(maxsize=32)
def key(label: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return the RSA key of that label, made once per process."""
    del label  # only tells keys apart
    return rsa.generate_private_key(65537, bits)


def ca_name(cn: str) -> x509.Name:
    """Return the DN of an authority, as the IGC-Santé writes it."""
    return _name((NameOID.COUNTRY_NAME, "FR"), (NameOID.ORGANIZATION_NAME, "BANC"), (NameOID.COMMON_NAME, cn))


def leaf_name(cn: str, ou: str, o: str) -> x509.Name:
    """Return the DN of an organisation's certificate: C, ST, O, OU, CN."""
    return _name(
        (NameOID.COUNTRY_NAME, "FR"),
        (NameOID.STATE_OR_PROVINCE_NAME, "Paris (75)"),
        (NameOID.ORGANIZATION_NAME, o),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, ou),
        (NameOID.COMMON_NAME, cn),
    )


def _name(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])


def usage(*allowed: str) -> x509.KeyUsage:
    """Return a KeyUsage that allows only the named uses."""
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in allowed for name in names})


CA_USAGE = usage("key_cert_sign", "crl_sign")
SIGN_USAGE = usage("digital_signature", "content_commitment")
EMAIL = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])


@dataclass(frozen=True)
class Wish:
    """What a certificate shall say.

    Attributes:
        subject: its DN.
        public_key: its key.
        not_before: start of validity.
        not_after: end of validity.
        basic: BasicConstraints, or None to leave them out.
        usage: KeyUsage, or None to leave it out.
        extended: ExtendedKeyUsage, or None to leave it out.
        extra: further extensions, all critical.
        digest: hash under the signature.
    """

    subject: x509.Name
    public_key: rsa.RSAPublicKey
    not_before: datetime
    not_after: datetime
    basic: x509.BasicConstraints | None = field(default_factory=lambda: x509.BasicConstraints(ca=False, path_length=None))
    usage: x509.KeyUsage | None = SIGN_USAGE
    extended: x509.ExtendedKeyUsage | None = EMAIL
    extra: tuple[x509.ExtensionType, ...] = ()
    digest: hashes.SHA256 | hashes.SHA224 = field(default_factory=hashes.SHA256)


def issue(wish: Wish, issuer: x509.Name, issuer_key: rsa.RSAPrivateKey) -> x509.Certificate:
    """Issue a certificate exactly as wished, right or wrong."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(wish.subject)
        .issuer_name(issuer)
        .public_key(wish.public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(wish.not_before)
        .not_valid_after(wish.not_after)
    )
    if wish.basic is not None:
        builder = builder.add_extension(wish.basic, critical=wish.basic.ca)
    if wish.usage is not None:
        builder = builder.add_extension(wish.usage, critical=True)
    if wish.extended is not None:
        builder = builder.add_extension(wish.extended, critical=False)
    for extension in wish.extra:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(issuer_key, wish.digest)


def issue_ca(
    cn: str,
    own_key: rsa.RSAPrivateKey,
    issuer: x509.Name,
    issuer_key: rsa.RSAPrivateKey,
    *,
    start: datetime,
    end: datetime | None = None,
    path_length: int | None = None,
    ca_usage: x509.KeyUsage | None = CA_USAGE,
) -> x509.Certificate:
    """Issue an authority's certificate; a root is its own issuer."""
    wish = Wish(
        subject=ca_name(cn),
        public_key=own_key.public_key(),
        not_before=start,
        not_after=end or start + 20 * YEAR,
        basic=x509.BasicConstraints(ca=True, path_length=path_length),
        usage=ca_usage,
        extended=None,
    )
    return issue(wish, issuer, issuer_key)


def crl(
    issuer: x509.Name,
    issuer_key: rsa.RSAPrivateKey,
    *,
    at: datetime,
    revoked: Iterable[x509.RevokedCertificate] = (),
    life: timedelta = timedelta(days=6),
    extensions: Iterable[x509.ExtensionType] = (),
) -> x509.CertificateRevocationList:
    """Issue a CRL one hour before ``at``."""
    start = at - timedelta(hours=1)
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer).last_update(start).next_update(start + life)
    for entry in revoked:
        builder = builder.add_revoked_certificate(entry)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def revoked_entry(serial: int, since: datetime, *extensions: x509.ExtensionType) -> x509.RevokedCertificate:
    """Return an entry of a CRL."""
    builder = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.build()
