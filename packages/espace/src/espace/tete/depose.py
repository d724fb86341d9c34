# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A signature made by hand, with a key that no process holds, comes back to the head that waits for it."""

from __future__ import annotations

from datetime import datetime

from confiance.transparence import Signature
from espace.tete import actions, queries
from espace.tete.composition import content
from espace.tete.errors import AucuneTete, SignatureRefusee
from espace.tete.models import Tete
from espace.tete.recues import is_true, present_keys


def waiting() -> Tete:
    """Return the head that waits for signatures.

    Raises:
        AucuneTete: none waits.
    """
    found = queries.en_attente()
    if found is None:
        raise AucuneTete
    return found


def deposit(signature: Signature, *, auteur: str, now: datetime) -> Tete:
    """Add a signature made by hand to the head that waits.

    Args:
        signature: of one of the keys of the head in force or of those that it announces.
        auteur: login of who brings it.
        now: aware instant of the act.

    Raises:
        AucuneTete: no head waits.
        SignatureRefusee: false, of an unknown key, or of another head.
    """
    tete = waiting()
    keys = content(tete).trousseau
    if not is_true(bytes(tete.charge), signature, (present_keys(keys), keys)):
        raise SignatureRefusee
    actions.cosign(tete, signature, auteur=auteur, now=now)
    return tete
