# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Due dates of dossiers, from the tables of parcours and the settings. Pure but for the settings it is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from espace.calendrier.rules import Region, echeance
from espace.config import Instruction
from espace.instruction.errors import PrecisionRefusee
from espace.instruction.parcours import Delai, Transition

MAX_CHOIX = 250  # a year of jours ouvrés


def region_of(donnees: Mapping[str, Any], settings: Instruction) -> Region:
    """Return whose public holidays a dossier follows: what its declaration says of the Site, else the setting."""
    value = donnees.get("region")
    return Region(value) if isinstance(value, str) and value in set(Region) else settings.region


def due(arrow: Transition, at: datetime, *, region: Region, settings: Instruction, jours: int | None = None) -> datetime | None:
    """Return until when the next actor has, or None when the step gives no due date.

    Args:
        arrow: the step.
        at: aware instant of the act.
        region: whose public holidays.
        settings: table ``[instruction]``.
        jours: number of jours ouvrés chosen by who acts, where the table lets it.

    Raises:
        PrecisionRefusee: a number was chosen where the table lets none, or out of bounds.
    """
    delai = arrow.echeance
    if jours is not None and (delai is None or not delai.au_choix or not 1 <= jours <= MAX_CHOIX):
        raise PrecisionRefusee(f"Un délai se choisit de 1 à {MAX_CHOIX} jours ouvrés, et seulement avec une demande ou un délai accordé.")
    if delai is None:
        return None
    return echeance(at, jours or default_jours(delai, settings), region)


def default_jours(delai: Delai, settings: Instruction) -> int:
    """Return how many jours ouvrés a delay has when nobody chooses."""
    return int(getattr(settings, delai.reglage))
