# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The key ring: a file of keys, the first one seals, all of them open."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path

from confiance.errors import OwnError
from confiance.exploitation.settings import read_secret

KEY_BYTES = 32
MAX_KEYS = 64
_ID = re.compile(r"[A-Za-z0-9_.-]{1,32}")


class TrousseauInvalide(OwnError):
    """The key ring cannot be read; the message names the file and the line, never a key."""

    code = "coffre.trousseau_invalide"
    message = "Le trousseau de clés ne peut pas être lu."
    remede = "Écrivez une ligne « identifiant clé-base64 » par clé de 32 octets, la plus récente en premier."


@dataclass(frozen=True, repr=False)
class Trousseau:
    """Keys by id, in the order of the file."""

    keys: dict[str, bytes]

    @property
    def current(self) -> str:
        """Id of the key that seals."""
        return next(iter(self.keys))

    def __repr__(self) -> str:
        return f"Trousseau({', '.join(self.keys)})"


def read(path: Path) -> Trousseau:
    """Read a key ring.

    Raises:
        TrousseauInvalide: a line is not ``id base64``, an id comes twice, a key is not 32 bytes.
        SettingsError: the file is missing or readable by others.
    """
    keys: dict[str, bytes] = {}
    lines = [line.split() for line in read_secret(path).reveal().splitlines() if line.strip() and not line.startswith("#")]
    for number, words in enumerate(lines, start=1):
        if len(words) != 2 or not _ID.fullmatch(words[0]) or words[0] in keys or len(keys) == MAX_KEYS:
            raise TrousseauInvalide(f"Trousseau {path} : clé {number} mal écrite ou répétée.")
        keys[words[0]] = _key(words[1], path, number)
    if not keys:
        raise TrousseauInvalide(f"Trousseau {path} : aucune clé.")
    return Trousseau(keys)


def _key(text: str, path: Path, number: int) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise TrousseauInvalide(f"Trousseau {path} : la clé {number} ne fait pas {KEY_BYTES} octets en base64.")
    return key
