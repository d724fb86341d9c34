# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""An authority of the banc: issues certificates and says which ones are revoked."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from banc.pki.profiles import Extensions, Produit, Published, authority_extensions, leaf_extensions

SERIAL_BITS = 126
AUTHORITY_LIFE = timedelta(days=20 * 365)
AUTHORITY_AGE = timedelta(days=10 * 365)
"""Authorities are older than the oldest certificate of the banc, the expired one."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A key, its certificate and where it publishes."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    published: Published

    @classmethod
    def root(cls, name: x509.Name, key: rsa.RSAPrivateKey, published: Published, now: datetime) -> Authority:
        """Make a self-signed authority."""
        extensions = authority_extensions(key.public_key(), path_length=None, issuer=key.public_key(), issued_at=None)
        certificate = _sign(name, key.public_key(), (name, key), _authority_validity(now), extensions)
        return cls(key, certificate, published)

    def subordinate(self, name: x509.Name, key: rsa.RSAPrivateKey, published: Published, now: datetime) -> Authority:
        """Make an authority under this one that can issue leaves only (path length 0)."""
        extensions = authority_extensions(key.public_key(), path_length=0, issuer=self.key.public_key(), issued_at=self.published)
        certificate = _sign(name, key.public_key(), (self.certificate.subject, self.key), _authority_validity(now), extensions)
        return Authority(key, certificate, published)

    def issue(
        self,
        produit: Produit,
        subject: x509.Name,
        key: rsa.RSAPublicKey,
        validity: tuple[datetime, datetime],
        *,
        names: tuple[str, ...] = (),
        addresses: tuple[str, ...] = (),
    ) -> x509.Certificate:
        """Issue one product.

        Args:
            produit: which product.
            subject: distinguished name of the holder.
            key: key of the holder.
            validity: first and last instant.
            names: DNS names.
            addresses: IP addresses.
        """
        extensions = leaf_extensions(
            produit, key, issuer=self.key.public_key(), issued_at=self.published, validity=validity, names=names, addresses=addresses
        )
        return _sign(subject, key, (self.certificate.subject, self.key), validity, extensions)

    def crl(self, revoked: Mapping[int, datetime], *, number: int, now: datetime, life: timedelta) -> x509.CertificateRevocationList:
        """Sign the list of revoked serial numbers, each with the instant of its revocation."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(now).next_update(now + life)
        for serial, moment in sorted(revoked.items()):
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(moment)
            builder = builder.add_revoked_certificate(
                entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False).build()
            )
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        return builder.sign(self.key, hashes.SHA256())


def _authority_validity(now: datetime) -> tuple[datetime, datetime]:
    first = now - AUTHORITY_AGE
    return first, first + AUTHORITY_LIFE


def _sign(
    subject: x509.Name,
    key: rsa.RSAPublicKey,
    issuer: tuple[x509.Name, rsa.RSAPrivateKey],
    validity: tuple[datetime, datetime],
    extensions: Extensions | Iterable[tuple[x509.ExtensionType, bool]],
) -> x509.Certificate:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer[0]).public_key(key)
    builder = builder.serial_number(secrets.randbits(SERIAL_BITS) | 1).not_valid_before(validity[0]).not_valid_after(validity[1])
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer[1], hashes.SHA256())
