# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reads a CRL that was fetched: believed only under one of our authorities, never for where it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from confiance.certificates import Anchors
from confiance.certificates.crl import BaseCrl, CrlRefused, read_crl
from drimbox.config import DrimboxSettings

CLOCK_SKEW = timedelta(minutes=5)
_PEM = b"-----BEGIN"


def authorities(drimbox: DrimboxSettings) -> tuple[x509.Certificate, ...]:
    """Return the authorities of both folders: that of the list's signer and that of the DRIMboxes.

    Raises:
        AnchorsError: a folder cannot be used.
    """
    found: dict[bytes, x509.Certificate] = {}
    for folder in {drimbox.liste_blanche.anchors, drimbox.tls.anchors}:
        anchors = Anchors.from_directory(folder)
        for certificate in (*anchors.roots, *anchors.intermediates):
            found[certificate.public_bytes(Encoding.DER)] = certificate
    return tuple(found.values())


def read(data: bytes, issuers: Iterable[x509.Certificate], at: datetime) -> BaseCrl:
    """Return a CRL whose signature was verified under one of these authorities.

    Args:
        data: DER, or PEM.
        issuers: certificates trusted already.
        at: the trusted time, aware.

    Raises:
        CrlRefused: unreadable, of a stranger, of a partial scope, or dated in the future.
    """
    crl = parse(data)
    found = next((read for issuer in issuers if (read := read_crl(crl, issuer)) is not None), None)
    if found is None:
        raise CrlRefused
    if found.this_update > at + CLOCK_SKEW:
        raise CrlRefused("Cette liste de révocation est datée dans le futur.")
    return found


def under(der: bytes, issuer: x509.Certificate) -> BaseCrl | None:
    """Return a CRL that was kept, if this authority signed it; None for one that cannot be used any more."""
    try:
        return read_crl(parse(der), issuer)
    except CrlRefused:
        return None


def parse(data: bytes) -> x509.CertificateRevocationList:
    """Parse one CRL, DER or PEM; its signature is not looked at.

    Raises:
        CrlRefused: it is none.
    """
    try:
        return x509.load_pem_x509_crl(data) if data.lstrip().startswith(_PEM) else x509.load_der_x509_crl(data)
    except (ValueError, x509.InvalidVersion) as error:
        raise CrlRefused from error


def sha256_of(der: bytes) -> str:
    """Return the name of a CRL: hex SHA-256 of its DER file."""
    return hashlib.sha256(der).hexdigest()
