# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Revocation by base CRLs (RFC 5280 §6.3), for the fixed path root → CA → signer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from confiance.certificates.chain import Path
from confiance.certificates.crl import read_crl
from confiance.refusals import CertificatRevoque, RevocationInconnue

if TYPE_CHECKING:
    from cryptography import x509
else:
    from confiance.certificates.lazy import x509

RevocationPolicy: TypeAlias = Literal["hard", "soft"]
Kind = TypeVar("Kind", "x509.CRLReason", "x509.InvalidityDate")

_COMPROMISED: Final = frozenset({"keyCompromise", "cACompromise"})


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
    about = [read for crl in crls if (read := read_crl(crl, issuer)) is not None and read.speaks_of(certificate)]
    for read in about:
        entry = read.crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is not None and _takes_effect(entry, at):
            raise CertificatRevoque
    return any(read.covers(certificate) and read.is_fresh(at) for read in about)


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
