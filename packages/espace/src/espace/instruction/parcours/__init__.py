# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Tables of parcours: states, transitions, who may, until when, which mail. A new kind of dossier is a new table here."""

from __future__ import annotations

from espace.instruction.parcours.declaration import DECLARATION
from espace.instruction.parcours.integration import INTEGRATION
from espace.instruction.parcours.table import Delai, Parcours, Relance, Transition
from espace.instruction.parcours.va import VA

PARCOURS: dict[str, Parcours] = {table.nom: table for table in (DECLARATION, INTEGRATION, VA)}
EXCLUSION = "registre:exclude"
"""Event of the written notice of an exclusion."""
EVENEMENTS = frozenset({EXCLUSION}.union(*(table.evenements() for table in PARCOURS.values())))
"""Every event of the table of mails that dossiers post."""
__all__ = ["EVENEMENTS", "EXCLUSION", "PARCOURS", "Delai", "Parcours", "Relance", "Transition"]
