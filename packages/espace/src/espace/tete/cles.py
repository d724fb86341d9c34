# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Keys of the head, from the files that the settings name. Each process reads its own private keys, and nobody else's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from confiance.exploitation.settings import SettingsError, read_secret
from confiance.transparence import ClePrivee, TransparenceRefused, Trousseau
from confiance.transparence.refusals import TeteClesInvalides
from espace.config import Tete
from espace.tete.errors import TeteInutilisable


def announced(settings: Tete) -> Trousseau:
    """Return the keys and the threshold of the settings: those of the next heads.

    Raises:
        TeteInutilisable: a file is missing or is not an Ed25519 public key.
    """
    try:
        return Trousseau.from_pem({name: path.read_bytes() for name, path in settings.cles.items()}, settings.seuil)
    except (OSError, TeteClesInvalides) as error:
        raise TeteInutilisable(f"Une clé publique de la tête ne peut pas être lue ({type(error).__name__}).") from None


def private(files: Mapping[str, Path], wanted: Trousseau | tuple[Trousseau, ...]) -> list[ClePrivee]:
    """Return the private keys that we hold and that some of these sets know, under the same name and with the same public half.

    A key that cannot be read is left aside here: it may be the lost one, and the head is signed by the others.

    Args:
        files: private keys by name.
        wanted: sets of keys.
    """
    sets = wanted if isinstance(wanted, tuple) else (wanted,)
    found = []
    for name, path in files.items():
        key = _read(name, path)
        if key is not None and any(one.find(name) == key.public for one in sets):
            found.append(key)
    return found


def _read(name: str, path: Path) -> ClePrivee | None:
    try:
        return ClePrivee.from_pem(name, read_secret(path).reveal().encode())
    except (SettingsError, TeteClesInvalides, TransparenceRefused):
        return None
