# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Certificates of organisations: chain to the anchors, revocation, and which product it is.

The path is fixed (root, AC Organisations, leaf) and read from a folder whose content may change under us (new CRLs).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID

MAX_ANCHOR_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Product:
    """How a product of the PKI is recognised.

    Attributes:
        name: of the product.
        usages: exact set of extended key usages.
        non_repudiation: whether the key usage holds it.
        named: whether the certificate holds DNS names.
    """

    name: str
    usages: frozenset[x509.ObjectIdentifier]
    non_repudiation: bool
    named: bool


AUTH_CLI: Final = Product("ORG AUTH_CLI", frozenset({ExtendedKeyUsageOID.CLIENT_AUTH}), non_repudiation=False, named=False)
SIGN: Final = Product("ORG SIGN", frozenset({ExtendedKeyUsageOID.EMAIL_PROTECTION}), non_repudiation=True, named=False)


class BadCertificate(Exception):
    """The certificate is refused; the text is French and names no one."""


class Anchors:
    """The authorities and CRLs of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self, certificate: x509.Certificate, product: Product, now: datetime) -> None:
        """Accept a certificate.

        Raises:
            BadCertificate: foreign, out of its dates, revoked, without a fresh CRL, or another product.
        """
        authorities, crls = self._read()
        issuer = _issuer(certificate, authorities)
        root = _issuer(issuer, authorities)
        if not _signed_by(root, root):
            raise BadCertificate("La chaîne ne remonte pas à une racine connue.")
        for each in (certificate, issuer, root):
            if not each.not_valid_before_utc <= now < each.not_valid_after_utc:
                raise BadCertificate("Un certificat de la chaîne est hors de ses dates.")
        _check_revocation(certificate, issuer, crls, now)
        _check_revocation(issuer, root, crls, now)
        _check_product(certificate, product)

    def _read(self) -> tuple[list[x509.Certificate], list[x509.CertificateRevocationList]]:
        authorities: list[x509.Certificate] = []
        crls: list[x509.CertificateRevocationList] = []
        for path in sorted(self._folder.iterdir()):
            data = path.read_bytes() if path.stat().st_size <= MAX_ANCHOR_BYTES else b""
            if path.suffix == ".crl":
                crls.append(_load_crl(data))
            elif path.suffix in {".pem", ".cer", ".crt"}:
                authorities += _load_certificates(data)
        return authorities, crls


def _load_certificates(data: bytes) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(data) if b"-----BEGIN" in data else [x509.load_der_x509_certificate(data)]


def _load_crl(data: bytes) -> x509.CertificateRevocationList:
    return x509.load_pem_x509_crl(data) if b"-----BEGIN" in data else x509.load_der_x509_crl(data)


def _issuer(certificate: x509.Certificate, authorities: list[x509.Certificate]) -> x509.Certificate:
    for authority in authorities:
        if _is_authority(authority) and _signed_by(certificate, authority):
            return authority
    raise BadCertificate("Le certificat n'a pas été émis par une autorité connue.")


def _signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False


def _check_revocation(
    certificate: x509.Certificate, issuer: x509.Certificate, crls: list[x509.CertificateRevocationList], now: datetime
) -> None:
    fresh = list(_fresh(issuer, crls, now))
    if not fresh:
        raise BadCertificate("Aucune liste de révocation à jour pour ce certificat.")
    if any(crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None for crl in fresh):
        raise BadCertificate("Le certificat est révoqué.")


def _fresh(issuer: x509.Certificate, crls: list[x509.CertificateRevocationList], now: datetime) -> Iterator[x509.CertificateRevocationList]:
    for crl in crls:
        key = issuer.public_key()
        ours = crl.issuer == issuer.subject and crl.is_signature_valid(key)  # type: ignore[arg-type] # RSA in this PKI
        if ours and crl.next_update_utc is not None and crl.last_update_utc <= now < crl.next_update_utc:
            yield crl


def _check_product(certificate: x509.Certificate, product: Product) -> None:
    extensions = certificate.extensions
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        extended = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        raise BadCertificate("Le certificat n'annonce pas son usage.") from None
    named = any(isinstance(extension.value, x509.SubjectAlternativeName) for extension in extensions)
    if (
        _is_authority(certificate)
        or not usage.digital_signature
        or usage.content_commitment is not product.non_repudiation
        or frozenset(extended) != product.usages
        or named is not product.named
    ):
        raise BadCertificate(f"Le certificat n'est pas un {product.name}.")
