# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The breakdowns that a storm does not play on this machine: told first, and no storm without them passes for a whole one."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

INCOMPLET: Final = 3
"""Exit code of a storm that found no fault, and could not break everything."""
DISQUE, HORLOGE, PACS_MUET = "disque plein", "saut d'horloge", "PACS muet"
_CASES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        DISQUE: ("--sans-disque", "il faut être root, et pouvoir monter un tmpfs"),
        HORLOGE: ("--sans-horloge", "il faut un compilateur C (cc)"),
        PACS_MUET: ("--sans-pacs-muet", "il faut Orthanc (paquet orthanc)"),
    }
)


@dataclass(frozen=True, slots=True)
class Manque:
    """A breakdown that will not happen.

    Attributes:
        nom: of the breakdown.
        option: how to do without it knowingly.
        raison: what this machine lacks.
        accepte: whether the person who started the storm does without it.
    """

    nom: str
    option: str
    raison: str
    accepte: bool

    def __str__(self) -> str:
        return f"{self.nom} : écarté par {self.option}" if self.accepte else f"{self.nom} : {self.raison} ; {self.option} pour s'en passer"


def missing(kinds: Container[str], renonce: Container[str]) -> list[Manque]:
    """Return the breakdowns that will not happen.

    Args:
        kinds: names of those that may happen.
        renonce: names of those that the person who starts the storm does without.
    """
    return [Manque(nom, option, raison, nom in renonce) for nom, (option, raison) in _CASES.items() if nom in renonce or nom not in kinds]


def exit_code(found: list[str], manques: list[Manque]) -> int:
    """Return 1 for a storm that found faults, INCOMPLET for one that could not break everything and was not told so, else 0."""
    if found:
        return 1
    return INCOMPLET if any(not manque.accepte for manque in manques) else 0
