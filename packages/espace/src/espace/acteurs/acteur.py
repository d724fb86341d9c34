# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who acts, as every room that writes is told: a person of an Operateur, an agent of the administrateur, or the Espace itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Qui(StrEnum):
    """The three kinds of actors of a dossier."""

    OPERATEUR = "operateur"
    AGENT = "agent"
    SYSTEME = "systeme"


@dataclass(frozen=True, slots=True)
class Acteur:
    """One actor.

    Attributes:
        login: name of the account, or ``cli:`` and the account of the machine, or the name of a process.
        qui: its kind.
        operateur_id: the Operateur for which it acts; set if and only if ``qui`` is ``OPERATEUR``.

    Raises:
        ValueError: the two do not agree; only a fault of ours makes that.
    """

    login: str
    qui: Qui
    operateur_id: int | None = None

    def __post_init__(self) -> None:
        if (self.qui is Qui.OPERATEUR) != (self.operateur_id is not None):
            message = "operateur_id is set if and only if the actor is a person of an Operateur"
            raise ValueError(message)
