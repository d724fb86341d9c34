# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Keeping the reader's memory: one line of JSON, then the last good list, in one file replaced at once.

A restored list is verified again, at the time at which it was accepted: whoever can write the file still cannot forge a list. The
memory of times is as safe as the file.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from confiance.errors import OwnError
from confiance.files import replace_file
from confiance.horodatage import HorodatageError, parse
from confiance.liste_blanche.policy import Policy
from confiance.liste_blanche.trusted import Memory, ReaderSettings, TrustedListeBlanche
from confiance.liste_blanche.verifier import verify
from confiance.refusals import ListeBlancheRefused

FORMAT: Final = 1
_MAX_HEADER: Final = 64 << 10


class StateUnreadable(OwnError):
    """The saved state cannot be used."""

    code = "liste_blanche.etat"
    message = "L'état enregistré du lecteur de la Liste Blanche est illisible ou ne correspond plus aux autorités configurées."
    remede = "Mettre le fichier d'état de côté et télécharger de nouveau la Liste Blanche."


def to_bytes(trusted: TrustedListeBlanche) -> bytes:
    """Return the reader's memory: format version and times as one line of JSON, then the list; empty bytes without a list."""
    memory = trusted.memory
    if memory is None:
        return b""
    header = {
        "format": FORMAT,
        "sha256": memory.liste.sha256,
        "accepted_at": memory.accepted_at.isoformat(),
        "confirmed_at": memory.confirmed_at.isoformat(),
        "latest_seen": memory.latest_seen.isoformat(),
        "changed": memory.changed,
    }
    return json.dumps(header, sort_keys=True).encode() + b"\n" + memory.data


def from_bytes(data: bytes, policy: Policy, settings: ReaderSettings | None = None) -> TrustedListeBlanche:
    """Restore a reader; unknown fields of the header are ignored.

    Raises:
        StateUnreadable: not such a file, of a later format, or its list is refused under this policy.
    """
    if not data:
        return TrustedListeBlanche(policy, settings)
    line, _, file = data.partition(b"\n")
    header = _header(line)
    accepted_at = _time(header, "accepted_at")
    # the CRLs of that day are gone; those of today still refuse a revoked signer
    then = Policy(policy.anchors, policy.signers, "soft", policy.namespaces, policy.versions, policy.limits)
    try:
        liste = verify(file, then, at=accepted_at)
    except ListeBlancheRefused as error:
        raise StateUnreadable from error
    if liste.sha256 != header.get("sha256"):
        raise StateUnreadable
    memory = Memory(
        data=file,
        liste=liste,
        accepted_at=accepted_at,
        confirmed_at=_time(header, "confirmed_at"),
        changed=header.get("changed") is True,
        latest_seen=_time(header, "latest_seen"),
    )
    return TrustedListeBlanche(policy, settings, memory)


def save(trusted: TrustedListeBlanche, path: Path) -> None:
    """Write the memory so that a reader of the file finds the old one or the new one, whole, even after a power cut.

    Raises:
        StateUnreadable: the file cannot be written.
    """
    try:
        replace_file(path, to_bytes(trusted))
    except OSError as error:
        raise StateUnreadable("L'état du lecteur de la Liste Blanche ne peut pas être enregistré.") from error


def load(path: Path, policy: Policy, settings: ReaderSettings | None = None) -> TrustedListeBlanche:
    """Restore a reader from a file; an absent file is an empty memory.

    Raises:
        StateUnreadable: the file cannot be read or used.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        data = b""
    except OSError as error:
        raise StateUnreadable from error
    return from_bytes(data, policy, settings)


def _header(line: bytes) -> dict[str, Any]:
    if len(line) > _MAX_HEADER:
        raise StateUnreadable
    try:
        header = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise StateUnreadable from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise StateUnreadable
    return header


def _time(header: dict[str, Any], name: str) -> datetime:
    try:
        return parse(str(header.get(name)))
    except HorodatageError as error:
        raise StateUnreadable from error
