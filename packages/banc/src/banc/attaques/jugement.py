# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Giving an attack to the reader, and saying what it did."""

from __future__ import annotations

from datetime import timedelta

from banc.attaques import algorithmes, contenu, memoire, octets, signataire, structure, temps
from banc.attaques.registre import REGISTRE, Attaque, Variante
from banc.attaques.terrain import Terrain
from confiance.liste_blanche import ListeBlanche, ListeBlancheRefused, TrustedListeBlanche, verify

ACCEPTEE = "acceptee"
MODULES = (octets, structure, algorithmes, signataire, temps, contenu, memoire)


def attaques() -> tuple[Attaque, ...]:
    """Return every attack, in the order of the reader's checks."""
    return tuple(sorted(REGISTRE.values(), key=lambda attaque: attaque.groupe.split(" ", 1)[0]))


def named(nom: str) -> Attaque:
    """Return the attack of that name.

    Raises:
        KeyError: there is none.
    """
    return REGISTRE[nom]


def read(variante: Variante, terrain: Terrain) -> ListeBlanche:
    """Read a variant as the attacked reader would.

    Raises:
        ListeBlancheRefused: it is refused.
    """
    policy = variante.policy or terrain.policy
    if variante.held is None:
        return verify(variante.data, policy, at=variante.at)
    reader = TrustedListeBlanche(policy)
    reader.update(variante.held, at=variante.at - timedelta(hours=1))
    reader.update(variante.data, at=variante.at)
    return reader.require()


def verdict(variante: Variante, terrain: Terrain) -> str:
    """Return the code of the refusal, or ``acceptee``."""
    try:
        read(variante, terrain)
    except ListeBlancheRefused as refusal:
        return refusal.code
    return ACCEPTEE
