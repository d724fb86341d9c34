# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The bytes of a line that are hashed, and the chain: docs/formats/journal.md. Pure.

One line has one writing (:mod:`confiance.transparence.canonical`), and the hashes are those of a log of transparency (RFC 6962): the
fingerprint of a line is that of a leaf, a link is that of a node whose left is the link before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from confiance.errors import OwnError
from confiance.transparence import canonical
from confiance.transparence.merkle import EMPTY_ROOT, leaf_hash, node_hash

ORIGINE: Final = EMPTY_ROOT
"""Link before the first one: SHA-256 of nothing."""


class LigneInscellable(OwnError):
    """The line has no canonical writing; nothing of ours writes such a line."""

    code = "journal.inscellable"
    message = "Une ligne du journal ne peut pas être scellée : ce programme ne l'a pas écrite."
    remede = "Lancez « espace journal verify », et cherchez qui a écrit dans la base sans passer par l'Espace."


@dataclass(frozen=True, slots=True)
class Ligne:
    """One line of the journal, as the database gives it back."""

    id: int
    at: datetime
    event: str
    process: str
    auteur: str
    objet: str
    trace: str
    code: str
    modifies: tuple[str, ...]
    fields: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the line as it is hashed and exported; numbers that JSON writes in several ways become texts.

        Raises:
            LigneInscellable: no canonical writing.
        """
        if not isinstance(self.fields, Mapping):
            raise LigneInscellable
        return {
            "id": self.id,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "event": self.event,
            "process": self.process,
            "auteur": self.auteur,
            "objet": self.objet,
            "trace": self.trace,
            "code": self.code,
            "modifies": list(self.modifies),
            "fields": {str(key): _value(value) for key, value in self.fields.items()},
        }

    def octets(self) -> bytes:
        """Return the bytes that are hashed.

        Raises:
            LigneInscellable: no canonical writing.
        """
        try:
            return canonical.dump(self.as_json())
        except (canonical.NotCanonical, OverflowError, RecursionError) as error:
            raise LigneInscellable from error

    @property
    def empreinte(self) -> bytes:
        """Fingerprint of the line, 32 bytes.

        Raises:
            LigneInscellable: no canonical writing.
        """
        return leaf_hash(self.octets())


def link(before: bytes, empreinte: bytes) -> bytes:
    """Return the link of a line: the fingerprint of the journal up to it, 32 bytes."""
    return node_hash(before, empreinte)


def chain(empreintes: Iterable[bytes], before: bytes = ORIGINE) -> bytes:
    """Return the link of the last of these lines, given the link before the first."""
    for empreinte in empreintes:
        before = link(before, empreinte)
    return before


def _value(value: Any) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and -canonical.MAX_INTEGER <= value <= canonical.MAX_INTEGER:
        return value
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return {str(key): _value(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_value(one) for one in value]
    raise LigneInscellable
