# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""One CRL, read under the authority that signed it (RFC 5280 §5 and §6.3, cut down to base CRLs).

Only :func:`read_crl` makes a :class:`BaseCrl`, once it has verified the signature. A delta, an indirect or a partial CRL clears nobody
by itself: it is not read at all.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from confiance.errors import PeerError

if TYPE_CHECKING:
    from cryptography import x509
else:
    from confiance.certificates.lazy import x509

_HASHES: Final = frozenset({"sha256", "sha384", "sha512"})
_WHOLE: Final = ""
_Name: TypeAlias = "x509.GeneralName | x509.RelativeDistinguishedName"


class CrlRefused(PeerError):
    """Bytes that are no CRL of one of our authorities, or one older than what is held."""

    code = "certificats.crl_refusee"
    message = "La liste de révocation n'est pas celle d'une de nos autorités, ou ne peut pas être lue."
    remede = "Vérifier l'adresse de la CRL et les certificats d'autorité ; la dernière CRL vérifiée reste en service."
    clause = "RFC 5280 §6.3"


@dataclass(frozen=True)
class BaseCrl:
    """A base CRL whose signature was verified under ``authority``.

    Attributes:
        crl: as read.
        authority: who signed it.
        scope: hex SHA-256 of its IssuingDistributionPoint; empty for a CRL of everything its authority issued.
        for_authorities: whether it speaks of CA certificates.
        for_leaves: whether it speaks of the others.
        part: the names of its distribution point when it holds one part of what its authority issued; empty when it holds all.
    """

    crl: x509.CertificateRevocationList
    authority: x509.Certificate
    scope: str
    for_authorities: bool
    for_leaves: bool
    part: frozenset[_Name] = frozenset()

    @cached_property
    def serials(self) -> frozenset[int]:
        """Serial numbers that it names."""
        return frozenset(entry.serial_number for entry in self.crl)

    @property
    def authority_spki(self) -> str:
        """Hex SHA-256 of the authority's public key (SubjectPublicKeyInfo): a renewed authority keeps its name, not always its key."""
        spki = self.authority.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(spki).hexdigest()

    @property
    def number(self) -> int | None:
        """CRLNumber, which only grows; None when the authority gives none."""
        try:
            return self.crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        except x509.ExtensionNotFound:
            return None

    @property
    def this_update(self) -> datetime:
        """When it was made."""
        return self.crl.last_update_utc

    @property
    def next_update(self) -> datetime | None:
        """When the next one is promised; None promises nothing, and such a CRL clears nobody."""
        return self.crl.next_update_utc

    def speaks_of(self, certificate: x509.Certificate) -> bool:
        """Whether it speaks of certificates of this kind; a serial number of one of them that it lists is revoked, whatever the part."""
        return self.for_authorities if is_authority(certificate) else self.for_leaves

    def covers(self, certificate: x509.Certificate) -> bool:
        """Whether its scope holds this certificate, so that it clears it by not listing it (RFC 5280 §6.3.3 b.2)."""
        return self.speaks_of(certificate) and (not self.part or bool(self.part & _points_of(certificate)))

    def is_fresh(self, at: datetime) -> bool:
        """Whether it may clear a certificate at this time."""
        return self.next_update is not None and self.this_update <= at <= self.next_update


def read_crl(crl: x509.CertificateRevocationList, authority: x509.Certificate) -> BaseCrl | None:
    """Return the CRL if this authority signed it and if it is a base CRL, else None.

    Args:
        crl: as parsed, unverified.
        authority: a certificate that is trusted already.
    """
    try:
        if crl.issuer != authority.subject or not _is_signed_by(crl, authority):
            return None
        point = _distribution_point(crl)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, UnsupportedAlgorithm, ValueError, TypeError):
        return None
    if point is None:
        return BaseCrl(crl, authority, _WHOLE, for_authorities=True, for_leaves=True)
    if point.indirect_crl or point.only_contains_attribute_certs or point.only_some_reasons is not None:
        return None
    scope = hashlib.sha256(point.public_bytes()).hexdigest()
    leaves, authorities = not point.only_contains_ca_certs, not point.only_contains_user_certs
    return BaseCrl(crl, authority, scope, authorities, leaves, _names(point))


def check_successor(new: BaseCrl, held: BaseCrl) -> None:
    """Check that a CRL may take the place of the one held for the same authority and scope.

    Raises:
        CrlRefused: it is older, by its number or by its date.
    """
    earlier = new.this_update < held.this_update
    numbers = (new.number, held.number)
    if earlier or (numbers[0] is not None and numbers[1] is not None and numbers[0] < numbers[1]):
        raise CrlRefused("Cette liste de révocation est plus ancienne que celle déjà vérifiée.")


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether a certificate says that it is one of a CA."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, x509.DuplicateExtension, UnsupportedAlgorithm, ValueError):
        return False


def _points_of(certificate: x509.Certificate) -> frozenset[_Name]:
    """Return the names of the distribution points of a certificate whose CRL its own issuer signs, for every reason."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, UnsupportedAlgorithm, ValueError):
        return frozenset()
    return frozenset(name for point in points if point.crl_issuer is None and point.reasons is None for name in _names(point))


def _names(point: x509.DistributionPoint | x509.IssuingDistributionPoint) -> frozenset[_Name]:
    return frozenset((*(point.full_name or ()), *((point.relative_name,) if point.relative_name is not None else ())))


def _is_signed_by(crl: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    usage = authority.extensions.get_extension_for_class(x509.KeyUsage).value
    strong = crl.signature_hash_algorithm is not None and crl.signature_hash_algorithm.name in _HASHES
    key = authority.public_key()
    return usage.crl_sign and strong and isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and crl.is_signature_valid(key)


def _distribution_point(crl: x509.CertificateRevocationList) -> x509.IssuingDistributionPoint | None:
    """Return the scope of a base CRL.

    Raises:
        ValueError: a critical extension that is not understood; a delta CRL says so in one.
    """
    found: x509.IssuingDistributionPoint | None = None
    for extension in crl.extensions:
        if isinstance(extension.value, x509.IssuingDistributionPoint):
            found = extension.value
        elif extension.critical:
            raise ValueError(extension.oid.dotted_string)
    return found
