# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The CRLs that go with the list: the ones with which it was re-read, named by the head and copied beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from confiance.distinguished_name import DistinguishedName
from confiance.liste_blanche import Anchors
from confiance.transparence import CrlNommee
from confiance.transparence.feuille import whole_seconds
from espace.config import ListeBlanche


@dataclass(frozen=True, slots=True)
class Copie:
    """One CRL: its name in the head, and its file."""

    nommee: CrlNommee
    der: bytes


def copies(settings: ListeBlanche) -> list[Copie]:
    """Return the CRLs of the anchors, the last one of each issuer, key and scope: an authority that renewed its key has two of them.

    Raises:
        AnchorsError: unreadable anchors.
    """
    last: dict[tuple[str, bytes, bytes], Copie] = {}
    for crl in Anchors.from_directory(settings.anchors).crls:
        until = crl.next_update_utc
        if until is None:
            continue  # readers could not tell when it is over
        der, issuer = crl.public_bytes(Encoding.DER), str(DistinguishedName.from_name(crl.issuer))
        found = Copie(CrlNommee(issuer, hashlib.sha256(der).hexdigest(), whole_seconds(until)), der)
        place = (issuer, _extension(crl, x509.AuthorityKeyIdentifier), _extension(crl, x509.IssuingDistributionPoint))
        if place not in last or last[place].nommee.next_update < found.nommee.next_update:
            last[place] = found
    return [last[place] for place in sorted(last)]


def _extension(crl: x509.CertificateRevocationList, kind: type[x509.ExtensionType]) -> bytes:
    try:
        return crl.extensions.get_extension_for_class(kind).value.public_bytes()
    except (x509.ExtensionNotFound, ValueError):
        return b""
