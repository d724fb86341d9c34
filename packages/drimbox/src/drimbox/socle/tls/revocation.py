# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Revocation of a certificate and of its issuers, against the CRLs of the folder of anchors.

OpenSSL already verified the chain during the handshake. Here each certificate of the path, root excepted, must be cleared by a CRL
that its issuer signed, that covers this instant and whose scope holds the certificate (RFC 5280 §6.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from confiance.certificates import Anchors
from confiance.certificates.crl import BaseCrl, read_crl
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
_Fingerprint: TypeAlias = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class _Trusted:
    """What is believed now: authorities, and the CRLs of each, whose signatures were verified."""

    authorities: tuple[x509.Certificate, ...]
    crls: tuple[tuple[BaseCrl, ...], ...]


class RevocationChecker:
    """Tells whether a certificate is revoked. Reads the folder again when one of its files changes; safe between threads.

    CRLs come from two sources: the folder of the anchors, and those that the DRIMbox fetched, given by :meth:`use_crls`. The folder
    alone says who is an authority.
    """

    def __init__(self, anchors_dir: Path, crls: Iterable[x509.CertificateRevocationList] = ()) -> None:
        """Read the folder.

        Args:
            anchors_dir: authorities and CRLs.
            crls: CRLs fetched, not verified yet.

        Raises:
            AncresIllisibles: it holds no root or an unreadable file.
        """
        self._folder = anchors_dir
        self._lock = Lock()
        self._fetched = tuple(crls)
        self._anchors = read_anchors(anchors_dir)
        self._generation = 0
        self._state = (_fingerprint(anchors_dir), _trusted(self._anchors, self._fetched))

    def use_crls(self, crls: Iterable[x509.CertificateRevocationList]) -> None:
        """Take these fetched CRLs in the place of the former; each is verified, those of strangers are left aside."""
        with self._lock:
            self._fetched = tuple(crls)
            self._believe(self._state[0], _trusted(self._anchors, self._fetched))

    def generation(self) -> int:
        """Return a number that grows whenever what is believed changes; look at the folder for it.

        Whoever let somebody in must judge again when it grew.
        """
        self._current()
        return self._generation

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
        return trusted if fingerprint == known else self._reload(fingerprint)

    def _reload(self, fingerprint: _Fingerprint) -> _Trusted:
        with self._lock:
            trusted = self._state[1]
            try:
                self._anchors = read_anchors(self._folder)
                trusted = _trusted(self._anchors, self._fetched)
                log.info("tls:anchors:reloaded", count=sum(len(crls) for crls in trusted.crls))
            except AncresIllisibles as error:
                # the last good state goes on; its CRLs end by themselves, so this cannot last
                log.error("tls:anchors:unreadable", code=error.code)
            self._believe(fingerprint, trusted)
            return trusted

    def _believe(self, fingerprint: _Fingerprint, trusted: _Trusted) -> None:
        self._state = (fingerprint, trusted)
        self._generation += 1  # after what it numbers: who reads it too early judges once more, never once less


def _fingerprint(folder: Path) -> _Fingerprint:
    try:
        files = sorted(folder.iterdir())
        status = [(file.name, file.stat()) for file in files]
    except OSError:
        return ()
    return tuple((name, s.st_mtime_ns, s.st_size, s.st_ino) for name, s in status)


def _trusted(anchors: Anchors, fetched: tuple[x509.CertificateRevocationList, ...]) -> _Trusted:
    authorities = (*anchors.intermediates, *anchors.roots)
    everything = (*anchors.crls, *fetched)
    return _Trusted(authorities, tuple(tuple(_crls_of(authority, everything)) for authority in authorities))


def _crls_of(authority: x509.Certificate, crls: tuple[x509.CertificateRevocationList, ...]) -> Iterator[BaseCrl]:
    for crl in crls:
        read = read_crl(crl, authority)
        if read is not None:
            yield read


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


def _clear(subject: x509.Certificate, crls: tuple[BaseCrl, ...], at: datetime) -> None:
    if any(subject.serial_number in crl.serials for crl in crls if crl.speaks_of(subject)):
        raise CertificatRevoque  # even by a CRL out of date, or of another part: revocation is not undone
    usable = [crl for crl in crls if crl.covers(subject)]
    if not usable:
        raise CrlAbsente
    if not any(crl.is_fresh(at) for crl in usable):
        raise CrlPerimee
