# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The professionals of whom the journal speaks, without a name: a keyed print of their national identifier.

Whoever holds an identifier and the key ring finds what that professional read; nobody goes from a print to a name. The print says under
which key it was made, so that a new key of the ring hides nothing; the destruction of a key cuts its prints from their persons for ever:
the journal itself is never rewritten.
"""

from __future__ import annotations

import hashlib
import hmac

from confiance.exploitation.coffre.cles import Trousseau

_PURPOSE = b"drimbox:journal:lecteur"  # a key of the ring seals other things: this one is derived from it
_DIGITS = 32


def print_of(identifiant: str, trousseau: Trousseau) -> str:
    """Return the print of a professional under the key of the day.

    Args:
        identifiant: national identifier (SubjectNameID).
        trousseau: key ring of this DRIMbox.
    """
    return _print(identifiant, trousseau.current, trousseau)


def prints_of(identifiant: str, trousseau: Trousseau) -> list[str]:
    """Return every print under which a professional may be found, one for each key of the ring."""
    return [_print(identifiant, key_id, trousseau) for key_id in trousseau.keys]


def _print(identifiant: str, key_id: str, trousseau: Trousseau) -> str:
    key = hmac.digest(trousseau.keys[key_id], _PURPOSE, hashlib.sha256)
    return f"{key_id}:{hmac.digest(key, identifiant.encode(), hashlib.sha256).hex()[:_DIGITS]}"
