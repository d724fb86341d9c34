# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The register of attacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from banc.attaques.terrain import NOW, Terrain
from confiance.liste_blanche import ListeBlancheRefused, Policy


@dataclass(frozen=True)
class Variante:
    """What the reader under attack receives.

    Attributes:
        data: the file.
        policy: what it was told, when not the honest policy.
        at: its trusted time.
        held: a file it accepted one hour before, when the attack is on its memory.
    """

    data: bytes
    policy: Policy | None = None
    at: datetime = NOW
    held: bytes | None = None


@dataclass(frozen=True)
class Attaque:
    """One attack.

    Attributes:
        nom: name of the fault.
        groupe: which step of the reader must stop it.
        ligne: what it does, in French, for the matrix.
        refus: class of the refusal it must meet.
        build: makes it from the honest world.
    """

    nom: str
    groupe: str
    ligne: str
    refus: type[ListeBlancheRefused]
    build: Callable[[Terrain], Variante]


REGISTRE: Final[dict[str, Attaque]] = {}

Builder = Callable[[Terrain], bytes | Variante]


def attaque(groupe: str, ligne: str, refus: type[ListeBlancheRefused]) -> Callable[[Builder], Builder]:
    """Register a function as an attack under its own name.

    Raises:
        ValueError: the name is taken.
    """

    def register(builder: Builder) -> Builder:
        nom = builder.__name__
        if nom in REGISTRE:
            raise ValueError(nom)
        REGISTRE[nom] = Attaque(nom, groupe, ligne, refus, lambda terrain: _variante(builder(terrain)))
        return builder

    return register


def _variante(made: bytes | Variante) -> Variante:
    return made if isinstance(made, Variante) else Variante(made)
