# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Signatures received for a head: only true ones, of keys that count, are taken; several roles may write some."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from confiance.transparence import Signature, TeteRefused, Trousseau, assemble
from confiance.transparence.canonical import NotCanonical
from confiance.transparence.cles import ClePublique
from confiance.transparence.jws import Jws, take_apart
from espace.tete import queries
from espace.tete.composition import content
from espace.tete.models import SignatureTete


def present_keys(first: Trousseau) -> Trousseau:
    """Return the keys that must sign the next head: those that the head in force announces."""
    current = queries.current()
    return content(current).trousseau if current is not None else first


def true_signatures(payload: bytes, rows: Iterable[SignatureTete], sets: tuple[Trousseau, ...]) -> dict[str, Signature]:
    """Return the received signatures that are true, one for each key: a false one, whoever brought it, must not spoil the head."""
    found: dict[str, Signature] = {}
    for row in rows:
        signature = queries.signature_of(row)
        if signature.key_id not in found and is_true(payload, signature, sets):
            found[signature.key_id] = signature
    return found


def is_true(payload: bytes, signature: Signature, sets: Iterable[Trousseau]) -> bool:
    """Tell whether a key of these sets made that signature of these bytes."""
    try:
        parts = take_apart(assemble(payload, [signature]))
    except (TeteRefused, NotCanonical):
        return False
    return any(_signed(parts, trousseau) for trousseau in sets)


def has_signed(auteur: str, cles: Sequence[ClePublique]) -> bool:
    """Tell whether a true signature shows that this process signed before: a row alone, that others may write, shows nothing.

    Args:
        auteur: name of the process.
        cles: public halves of its keys; a key that it had before is looked for in the heads themselves.
    """
    mine = (Trousseau.of(cles, 1),) if cles else ()
    for row in queries.signatures_said_of(auteur, [cle.id for cle in cles]):
        sets = (*mine, content(row.tete).trousseau) if row.auteur == auteur else mine
        if is_true(bytes(row.tete.charge), queries.signature_of(row), sets):
            return True
    return False


def _signed(parts: Jws, trousseau: Trousseau) -> bool:
    try:
        return bool(parts.signed_by(trousseau))
    except TeteRefused:
        return False
