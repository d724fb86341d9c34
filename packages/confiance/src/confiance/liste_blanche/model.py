# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""What a Liste Blanche holds: entries, a draft to sign, and the verified list that only the verifier can make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Protocol, TypeVar

from confiance.distinguished_name import DistinguishedName, DistinguishedNameError

ROOT_NAME: Final = "ListeBlancheDRIM-M"
NAMESPACE: Final = "https://github.com/ansforge/DRIM-M_DATA"
"""Namespace of the lists published since 2025, the one we write."""
NAMESPACES: Final = frozenset({NAMESPACE, "https://listeblanche.mesimagesmedicales.fr/schema"})
"""Every namespace seen so far; a Policy may hold others."""
VERSION_FORMAT: Final = "1.0.0"

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Domaine:
    """One Drimbox under one certificate: a row of the list, its texts exactly as signed.

    Attributes:
        identifiant: internal number of the agency; repeated in practice, never a key.
        db: name other Drimboxes call.
        vi: name of the visionneuse, may be empty.
        denomination: name of the Operateur.
        dn_certificat_operateur: text of the DN of the SERV_SSL certificate that answers under ``db``.
        support_contact: mail, often followed by a phone number.
        date_maj: last change of the row, UTC.
    """

    identifiant: str
    db: str
    vi: str
    denomination: str
    dn_certificat_operateur: str
    support_contact: str
    date_maj: datetime

    def dn(self) -> DistinguishedName | None:
        """Return the certificate's DN, or None when its text is malformed: such a row authenticates nobody."""
        try:
            return DistinguishedName.parse(self.dn_certificat_operateur)
        except DistinguishedNameError:
            return None


class Contenu(Protocol):
    """What a draft and a verified list have in common, for lint and diff."""

    @property
    def domaines(self) -> tuple[Domaine, ...]:
        """Rows, in the order of the file."""

    @property
    def date_generation(self) -> datetime:
        """DateDeGeneration, UTC."""


@dataclass(frozen=True)
class Brouillon:
    """A list to be signed, or read without verification: nothing may be trusted because of it."""

    domaines: tuple[Domaine, ...]
    date_generation: datetime
    namespace: str = NAMESPACE
    version_format: str = VERSION_FORMAT


class _Seal:
    """Shown by the verifier when it makes a ListeBlanche."""


VERIFIER_SEAL: Final = _Seal()


@dataclass(frozen=True)
class Provenance:
    """Who signed the list, when, and what was checked.

    Attributes:
        signer: subject of the signer's certificate.
        signing_time: SigningTime claimed by the signer, UTC.
        signer_not_after: end of validity of the signer's certificate, UTC.
        sha256: hex SHA-256 of the file.
        body_sha256: hex SHA-256 of the canonical list without its signature.
        revocation_checked: True when fresh CRLs cleared signer and CA; False under the soft policy without them.
    """

    signer: DistinguishedName
    signing_time: datetime
    signer_not_after: datetime
    sha256: str
    body_sha256: str
    revocation_checked: bool


class ListeBlanche:
    """A verified list. Only :func:`confiance.liste_blanche.verify` makes one; its data come from the bytes that were hashed."""

    def __init__(self, seal: _Seal, content: Brouillon, provenance: Provenance) -> None:
        """Take what the verifier checked.

        Raises:
            TypeError: called from anywhere but the verifier.
        """
        if seal is not VERIFIER_SEAL:
            raise TypeError("a ListeBlanche comes only out of the verifier")
        self._content = content
        self._provenance = provenance
        self._dns: dict[str, frozenset[DistinguishedName]] = {}

    @property
    def domaines(self) -> tuple[Domaine, ...]:
        """Rows, in the order of the file."""
        return self._content.domaines

    @property
    def date_generation(self) -> datetime:
        """DateDeGeneration, UTC."""
        return self._content.date_generation

    @property
    def namespace(self) -> str:
        """Namespace of the root element."""
        return self._content.namespace

    @property
    def version_format(self) -> str:
        """Attribute versionFormat of the root element."""
        return self._content.version_format

    @property
    def provenance(self) -> Provenance:
        """Who signed, when, and what was checked."""
        return self._provenance

    @property
    def signing_time(self) -> datetime:
        """SigningTime, UTC."""
        return self._provenance.signing_time

    @property
    def signer(self) -> DistinguishedName:
        """Subject of the signer's certificate."""
        return self._provenance.signer

    @property
    def signer_not_after(self) -> datetime:
        """End of validity of the signer's certificate, UTC: raise an alarm long before."""
        return self._provenance.signer_not_after

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the file."""
        return self._provenance.sha256

    @property
    def body_sha256(self) -> str:
        """Hex SHA-256 of the canonical list without its signature."""
        return self._provenance.body_sha256

    @property
    def revocation_checked(self) -> bool:
        """True when fresh CRLs cleared signer and CA."""
        return self._provenance.revocation_checked

    @property
    def names(self) -> frozenset[str]:
        """Every ``db`` name, lower case."""
        return frozenset(self._by_db)

    def find(self, db: str) -> tuple[Domaine, ...]:
        """Return the rows of a ``db`` name, compared without case; empty when the name is not in the list."""
        return self._by_db.get(_name_key(db), ())

    def dns(self, db: str) -> frozenset[DistinguishedName]:
        """Return the DNs that may answer under a ``db`` name; empty when nobody may."""
        known = self._dns.get(db)
        if known is None:
            known = frozenset(dn for domaine in self.find(db) if (dn := domaine.dn()) is not None)
            if known:  # names that are not in the list may be without number
                self._dns[db] = known
        return known

    def holds_dn(self, dn: DistinguishedName) -> bool:
        """Tell whether a certificate with this subject belongs to a Drimbox in service."""
        return dn in self._by_dn

    def domaines_of_dn(self, dn: DistinguishedName) -> tuple[Domaine, ...]:
        """Return the rows under this subject; empty when there is none."""
        return self._by_dn.get(dn, ())

    @cached_property
    def _by_db(self) -> dict[str, tuple[Domaine, ...]]:
        return _grouped((_name_key(domaine.db), domaine) for domaine in self.domaines)

    @cached_property
    def _by_dn(self) -> dict[DistinguishedName, tuple[Domaine, ...]]:
        return _grouped((dn, domaine) for domaine in self.domaines if (dn := domaine.dn()) is not None)

    def __repr__(self) -> str:
        return f"ListeBlanche({len(self.domaines)} domaines, {self.date_generation:%Y-%m-%dT%H:%M:%SZ}, {self.sha256[:12]})"


def _name_key(name: str) -> str:
    return name.strip().lower()


def _grouped(pairs: Iterable[tuple[Key, Domaine]]) -> dict[Key, tuple[Domaine, ...]]:
    grouped: dict[Key, tuple[Domaine, ...]] = {}
    for key, domaine in pairs:
        known = grouped.get(key)
        grouped[key] = (domaine,) if known is None else (*known, domaine)
    return grouped
