# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Ed25519 keys under their names: public ones to check heads, private ones to sign them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key, load_pem_public_key

from confiance.transparence import canonical
from confiance.transparence.refusals import TeteClesInvalides

MAX_KEYS: Final = 16
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def is_key_id(text: object) -> bool:
    """Tell whether this may name a key: 1 to 64 letters, digits, points, dashes and underscores."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class ClePublique:
    """A key that may sign heads.

    Attributes:
        id: its name in heads and settings.
        public_key: the 32 bytes of RFC 8032.
    """

    id: str
    public_key: bytes

    def verifies(self, data: bytes, signature: bytes) -> bool:
        """Tell whether this key made that signature of these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True

    @classmethod
    def from_pem(cls, key_id: str, pem: bytes) -> ClePublique:
        """Read a public key (SubjectPublicKeyInfo, PEM).

        Raises:
            TeteClesInvalides: not an Ed25519 public key, or not a usable name.
        """
        try:
            key = load_pem_public_key(pem)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise TeteClesInvalides from error
        if not isinstance(key, Ed25519PublicKey) or not is_key_id(key_id):
            raise TeteClesInvalides
        return cls(key_id, key.public_bytes(Encoding.Raw, PublicFormat.Raw))


class SignsTete(Protocol):
    """A private key: in a file or in a token."""

    @property
    def id(self) -> str:
        """Name of the key."""

    def sign(self, data: bytes) -> bytes:
        """Return the 64 bytes of an Ed25519 signature."""


@dataclass(frozen=True, slots=True)
class ClePrivee:
    """A private key held in memory; never shown."""

    id: str
    _key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def from_pem(cls, key_id: str, pem: bytes) -> ClePrivee:
        """Read a private key (PKCS#8, PEM, without password: the file's rights protect it).

        Raises:
            TeteClesInvalides: not an Ed25519 private key, or not a usable name.
        """
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise TeteClesInvalides from error
        if not isinstance(key, Ed25519PrivateKey) or not is_key_id(key_id):
            raise TeteClesInvalides
        return cls(key_id, key)

    @classmethod
    def from_seed(cls, key_id: str, seed: bytes) -> ClePrivee:
        """Make the key of 32 secret bytes (RFC 8032 §5.1.5)."""
        return cls(key_id, Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def public(self) -> ClePublique:
        """The public half."""
        return ClePublique(self.id, self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, data: bytes) -> bytes:
        """Return the 64 bytes of a signature."""
        return self._key.sign(data)


@dataclass(frozen=True, slots=True)
class Trousseau:
    """Keys of which a number must sign.

    Attributes:
        cles: the keys, sorted by name; no key under two names, else one holder would count twice.
        seuil: how many must sign.
    """

    cles: tuple[ClePublique, ...]
    seuil: int

    def __post_init__(self) -> None:
        """Refuse what would make the threshold say less than it shows.

        Raises:
            TeteClesInvalides: no key, too many, a name or a key twice, a threshold out of 1..number of keys.
        """
        object.__setattr__(self, "cles", tuple(sorted(self.cles, key=lambda cle: cle.id)))
        names, keys = {cle.id for cle in self.cles}, {cle.public_key for cle in self.cles}
        usable = all(is_key_id(cle.id) and len(cle.public_key) == 32 for cle in self.cles)
        if not usable or not len(names) == len(keys) == len(self.cles) <= MAX_KEYS or not 1 <= self.seuil <= len(self.cles):
            raise TeteClesInvalides

    @classmethod
    def of(cls, cles: Iterable[ClePublique], seuil: int) -> Trousseau:
        """Gather keys."""
        return cls(tuple(cles), seuil)

    @classmethod
    def from_pem(cls, pems: Mapping[str, bytes], seuil: int) -> Trousseau:
        """Read public keys by name.

        Raises:
            TeteClesInvalides: one cannot be read, or they do not make a set.
        """
        return cls(tuple(ClePublique.from_pem(key_id, pem) for key_id, pem in pems.items()), seuil)

    def find(self, key_id: str) -> ClePublique | None:
        """Return a key by name."""
        return next((cle for cle in self.cles if cle.id == key_id), None)

    @property
    def empreinte(self) -> str:
        """Hex SHA-256 that names this set: of the canonical JSON of its keys and threshold."""
        return hashlib.sha256(canonical.dump({"cles": self.as_json(), "seuil": self.seuil})).hexdigest()

    def as_json(self) -> list[dict[str, str]]:
        """Return the keys as a head writes them, sorted by name."""
        return [{"id": cle.id, "public_key": cle.public_key.hex()} for cle in self.cles]


def journal_id(trousseau: Trousseau) -> str:
    """Return the name of a log that starts under these keys: hex SHA-256 of the canonical JSON of the keys, sorted by name."""
    return hashlib.sha256(canonical.dump(trousseau.as_json())).hexdigest()
