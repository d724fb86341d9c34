# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Sealing bytes to one row of one table: AES-256-GCM, bound to where they are kept.

Form of a sealed value: version (1 byte), length of the key id (1 byte), key id, nonce (12 bytes), ciphertext with its tag.
A value copied to another row or another table does not open.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from confiance.errors import OwnError
from drimbox.socle.coffre.cles import Trousseau

VERSION = 1
NONCE_BYTES = 12


class CoffreFerme(OwnError):
    """A sealed value does not open: changed, moved to another row, or its key left the ring."""

    code = "coffre.ferme"
    message = "Un secret gardé en base ne peut pas être ouvert."
    remede = "Vérifiez que le trousseau contient encore la clé qui l'a scellé."


@dataclass(frozen=True)
class Coffre:
    """Seals and opens with a key ring."""

    trousseau: Trousseau

    def seal(self, plain: bytes, *, table: str, row: object) -> bytes:
        """Seal bytes to one row of one table.

        Args:
            plain: the secret.
            table: name of the table that will hold the sealed bytes.
            row: primary key of the row; its text is what binds, so it must be known before the row is written (a UUID).
        """
        key_id = self.trousseau.current
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self.trousseau.keys[key_id]).encrypt(nonce, plain, _binding(table, row))
        return bytes([VERSION, len(key_id)]) + key_id.encode("ascii") + nonce + sealed

    def open(self, sealed: bytes, *, table: str, row: object) -> bytes:
        """Open what :meth:`seal` sealed to the same row of the same table.

        Raises:
            CoffreFerme: it was changed, moved, or its key is unknown.
        """
        key_id = key_id_of(sealed)
        start = 2 + len(key_id)
        key = self.trousseau.keys.get(key_id)
        if key is None:
            raise CoffreFerme
        try:
            return AESGCM(key).decrypt(sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :], _binding(table, row))
        except (InvalidTag, ValueError):
            raise CoffreFerme from None


def key_id_of(sealed: bytes) -> str:
    """Return the id of the key that sealed these bytes.

    Raises:
        CoffreFerme: they have not the form of a sealed value.
    """
    try:
        version, length = sealed[0], sealed[1]
        key_id = sealed[2 : 2 + length].decode("ascii")
    except (IndexError, UnicodeDecodeError):
        raise CoffreFerme from None
    if version != VERSION or len(key_id) != length:
        raise CoffreFerme
    return key_id


def _binding(table: str, row: object) -> bytes:
    return f"drimbox:{table}:{row}".encode()
