# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Keeping the memory of heads: one JSON object in one file replaced at once.

What is restored is verified again, from the keys of the settings through each head that changed them: whoever can write the file still
cannot make a head. The ratchets are as safe as the file.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from confiance.files import replace_file
from confiance.horodatage import HorodatageError, parse
from confiance.transparence.cles import Trousseau
from confiance.transparence.refusals import TeteEtatIllisible, TeteRefused
from confiance.transparence.reperes import Contradiction, Repere
from confiance.transparence.suivi import MAX_ROTATIONS, Equivoque, TeteMemory, TrustedTete
from confiance.transparence.verifier import TetePolicy, TeteVerifiee, authenticate

FORMAT: Final = 1
MAX_BYTES: Final = 32 << 20


def to_bytes(trusted: TrustedTete) -> bytes:
    """Return the memory as JSON; empty bytes when there is nothing to remember."""
    memory = trusted.memory
    if memory == TeteMemory(trusted.policy.trousseau):
        return b""
    equivoque = memory.equivoque
    value = {
        "format": FORMAT,
        "cles": trusted.policy.trousseau.empreinte,
        "rotations": [_text(one) for one in memory.rotations],
        "repere": None if memory.repere is None else memory.repere.as_json(),
        "tete": None if memory.held is None else _text(memory.held.data),
        "accepted_at": None if memory.accepted_at is None else memory.accepted_at.isoformat(),
        "equivoque": None if equivoque is None else _equivoque_as_json(equivoque),
    }
    return json.dumps(value, sort_keys=True).encode()


def from_bytes(data: bytes, policy: TetePolicy) -> TrustedTete:
    """Restore a reader of heads. When the keys of the settings changed since, the ratchets are kept and trust starts from these keys.

    Raises:
        TeteEtatIllisible: not such a file, of a later format, or its heads are not signed as they should be.
    """
    if not data:
        return TrustedTete(policy)
    try:
        source = _open(data)
        memory = TeteMemory(
            trousseau=policy.trousseau,
            repere=None if source["repere"] is None else Repere.read(source["repere"]),
            accepted_at=None if source["accepted_at"] is None else parse(source["accepted_at"]),
            equivoque=None if source["equivoque"] is None else _read_equivoque(source["equivoque"]),
        )
        held = None if source["tete"] is None else _bytes(source["tete"])
        if source["cles"] != policy.trousseau.empreinte:
            return TrustedTete(policy, replace(memory, held=_first_good(held, policy, [policy.trousseau])))
        rotations = tuple(_bytes(one) for one in source["rotations"])
        chain = list(_follow(rotations, policy))
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError, HorodatageError, TeteRefused) as error:
        raise TeteEtatIllisible from error
    verified = _first_good(held, policy, chain)
    if held is not None and verified is None:
        raise TeteEtatIllisible
    return TrustedTete(policy, replace(memory, trousseau=chain[-1], rotations=rotations, held=verified))


def save(trusted: TrustedTete, path: Path) -> None:
    """Write the memory so that a reader of the file finds the old one or the new one, whole, even after a power cut.

    Raises:
        TeteEtatIllisible: the file cannot be written.
    """
    try:
        replace_file(path, to_bytes(trusted))
    except OSError as error:
        raise TeteEtatIllisible("L'état du suivi des Têtes ne peut pas être enregistré.") from error


def load(path: Path, policy: TetePolicy) -> TrustedTete:
    """Restore a reader from a file; an absent file is an empty memory.

    Raises:
        TeteEtatIllisible: the file cannot be read or used.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        data = b""
    except OSError as error:
        raise TeteEtatIllisible from error
    return from_bytes(data, policy)


def _open(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise TeteEtatIllisible
    source: dict[str, Any] = json.loads(data)
    if source["format"] != FORMAT or len(source["rotations"]) > MAX_ROTATIONS:
        raise TeteEtatIllisible
    return source


def _follow(rotations: tuple[bytes, ...], policy: TetePolicy) -> Iterator[Trousseau]:
    """Yield the keys of the settings, then those that each head put in their place."""
    trousseau = policy.trousseau
    yield trousseau
    for data in rotations:
        trousseau = authenticate(data, replace(policy, trousseau=trousseau)).tete.trousseau
        yield trousseau


def _first_good(held: bytes | None, policy: TetePolicy, chain: list[Trousseau]) -> TeteVerifiee | None:
    """Return the head held, verified under the first of these keys that signed it."""
    for trousseau in chain if held is not None else ():
        try:
            return authenticate(held or b"", replace(policy, trousseau=trousseau))
        except TeteRefused:
            continue
    return None


def _equivoque_as_json(equivoque: Equivoque) -> dict[str, str | None]:
    return {
        "contradiction": equivoque.contradiction.value,
        "premiere": None if equivoque.premiere is None else _text(equivoque.premiere),
        "seconde": _text(equivoque.seconde),
        "seen_at": equivoque.seen_at.isoformat(),
    }


def _read_equivoque(source: dict[str, Any]) -> Equivoque:
    premiere = None if source["premiere"] is None else _bytes(source["premiere"])
    return Equivoque(Contradiction(source["contradiction"]), premiere, _bytes(source["seconde"]), parse(source["seen_at"]))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError from error
