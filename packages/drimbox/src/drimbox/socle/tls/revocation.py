# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Revocation of a certificate and of its issuers, against the CRLs of the folder of anchors.

OpenSSL already verified the chain during the handshake. Here each certificate of the path, root excepted, must be cleared by a CRL
that its issuer signed, that covers this instant and whose scope holds the certificate (RFC 5280 §6.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from confiance.certificates import Anchors
from confiance.exploitation.logs import get_logger
from drimbox.socle.tls.context import read_anchors
from drimbox.socle.tls.errors import (
    AncresIllisibles,
    CertificatEtranger,
    CertificatExpire,
    CertificatRevoque,
    CrlAbsente,
    CrlPerimee,
)

MAX_DEPTH = 4
"""Certificates of a path, leaf and root included. IGC-Santé has three."""
_UNREADABLE = (x509.ExtensionNotFound, x509.DuplicateExtension, UnsupportedAlgorithm, ValueError, TypeError)
log = get_logger("tls")


@dataclass(frozen=True, slots=True)
class _Crl:
    """A CRL whose signature was verified, ready to be asked many times."""

    serials: frozenset[int]
    since: datetime
    until: datetime | None
    for_authorities: bool
    for_leaves: bool

    def covers(self, at: datetime) -> bool:
        return self.until is not None and self.since <= at <= self.until


@dataclass(frozen=True, slots=True)
class _Trusted:
    """The folder as read once: authorities, and the CRLs of each."""

    authorities: tuple[x509.Certificate, ...]
    crls: tuple[tuple[_Crl, ...], ...]


class RevocationChecker:
    """Tells whether a certificate is revoked. Reads the folder again when one of its files changes; safe between threads."""

    def __init__(self, anchors_dir: Path) -> None:
        """Read the folder.

        Raises:
            AncresIllisibles: it holds no root or an unreadable file.
        """
        self._folder = anchors_dir
        self._state = (_fingerprint(anchors_dir), _trusted(read_anchors(anchors_dir)))

    def check(self, certificate: x509.Certificate, at: datetime) -> None:
        """Check a certificate and its issuers.

        Args:
            certificate: what the peer showed.
            at: aware instant of the check.

        Raises:
            CertificatEtranger: its path does not end at one of the roots.
            CertificatExpire: a certificate of the path is not valid at this instant.
            CertificatRevoque: a CRL names one of them.
            CrlAbsente: an issuer has no CRL here.
            CrlPerimee: the CRLs of an issuer do not cover this instant.
        """
        trusted = self._current()
        for subject, index in _path(certificate, trusted):
            if not subject.not_valid_before_utc <= at <= subject.not_valid_after_utc:
                raise CertificatExpire
            if index is not None:
                _clear(subject, trusted.crls[index], at)

    def _current(self) -> _Trusted:
        fingerprint = _fingerprint(self._folder)
        known, trusted = self._state
        if fingerprint == known:
            return trusted
        try:
            trusted = _trusted(read_anchors(self._folder))
            log.info("tls:anchors:reloaded", count=sum(len(crls) for crls in trusted.crls))
        except AncresIllisibles as error:
            # the last good state goes on; its CRLs end by themselves, so this cannot last
            log.error("tls:anchors:unreadable", code=error.code)
        self._state = (fingerprint, trusted)
        return trusted


def _fingerprint(folder: Path) -> tuple[tuple[str, int, int, int], ...]:
    try:
        files = sorted(folder.iterdir())
        status = [(file.name, file.stat()) for file in files]
    except OSError:
        return ()
    return tuple((name, s.st_mtime_ns, s.st_size, s.st_ino) for name, s in status)


def _trusted(anchors: Anchors) -> _Trusted:
    authorities = (*anchors.intermediates, *anchors.roots)
    return _Trusted(authorities, tuple(tuple(_crls_of(authority, anchors.crls)) for authority in authorities))


def _crls_of(authority: x509.Certificate, crls: tuple[x509.CertificateRevocationList, ...]) -> Iterator[_Crl]:
    for crl in crls:
        if crl.issuer == authority.subject and _is_signed_by(crl, authority):
            read = _read(crl)
            if read is not None:
                yield read


def _is_signed_by(crl: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    try:
        key = authority.public_key()
        may_sign = authority.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
        return may_sign and isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and crl.is_signature_valid(key)
    except _UNREADABLE:
        return False


def _read(crl: x509.CertificateRevocationList) -> _Crl | None:
    """Return what a base CRL says; None for a delta, an indirect or a partial one, which clears nobody by itself."""
    scope: x509.IssuingDistributionPoint | None = None
    try:
        for extension in crl.extensions:
            if isinstance(extension.value, x509.IssuingDistributionPoint):
                scope = extension.value
            elif extension.critical:
                return None
        serials = frozenset(entry.serial_number for entry in crl)
    except _UNREADABLE:
        return None
    if scope is not None and (scope.indirect_crl or scope.only_contains_attribute_certs or scope.only_some_reasons):
        return None
    return _Crl(
        serials=serials,
        since=crl.last_update_utc,
        until=crl.next_update_utc,
        for_authorities=scope is None or not scope.only_contains_user_certs,
        for_leaves=scope is None or not scope.only_contains_ca_certs,
    )


def _path(leaf: x509.Certificate, trusted: _Trusted) -> Iterator[tuple[x509.Certificate, int | None]]:
    """Yield each certificate from the leaf to its root with the index of its issuer; None for the root, which nobody revokes."""
    subject = leaf
    for _ in range(MAX_DEPTH):
        index = _issuer(subject, trusted)
        if index is None:
            raise CertificatEtranger
        issuer = trusted.authorities[index]
        if issuer == subject:
            yield subject, None
            return
        yield subject, index
        subject = issuer
    raise CertificatEtranger


def _issuer(subject: x509.Certificate, trusted: _Trusted) -> int | None:
    for index, authority in enumerate(trusted.authorities):
        if authority.subject == subject.issuer:
            try:
                subject.verify_directly_issued_by(authority)
            except (*_UNREADABLE, InvalidSignature):
                continue  # same name, other key: a renewed authority keeps its name
            return index
    return None


def _clear(subject: x509.Certificate, crls: tuple[_Crl, ...], at: datetime) -> None:
    is_authority = _is_authority(subject)
    usable = [crl for crl in crls if (crl.for_authorities if is_authority else crl.for_leaves)]
    if any(subject.serial_number in crl.serials for crl in usable):
        raise CertificatRevoque  # even by a CRL out of date: revocation is not undone
    if not usable:
        raise CrlAbsente
    if not any(crl.covers(at) for crl in usable):
        raise CrlPerimee


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except _UNREADABLE:
        return False
