# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The head in force in words: what it says, its public keys and their fingerprints."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from confiance.transparence import ClePublique
from confiance.transparence import Tete as Head
from espace.tete import queries
from espace.tete.composition import content


@dataclass(frozen=True, slots=True)
class Cle:
    """A public key of the heads.

    Attributes:
        nom: its name.
        pem: its file.
        empreinte: hex SHA-256 of its SubjectPublicKeyInfo, to be confirmed by another way.
    """

    nom: str
    pem: bytes
    empreinte: str

    @classmethod
    def of(cls, cle: ClePublique) -> Cle:
        """Describe a key that a head names."""
        key = Ed25519PublicKey.from_public_bytes(cle.public_key)
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return cls(cle.id, key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), hashlib.sha256(der).hexdigest())


def current_head() -> Head | None:
    """Return what the head in force says, or None before the first."""
    found = queries.current()
    return None if found is None else content(found)


def of_current() -> list[Cle]:
    """Return the keys that the head in force names: those of the next heads, which signed it too."""
    head = current_head()
    return [] if head is None else [Cle.of(one) for one in head.trousseau.cles]
