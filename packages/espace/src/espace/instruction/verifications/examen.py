# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the machine finds in a dossier now, whatever its parcours."""

from __future__ import annotations

from datetime import datetime

from espace.guichet.formulaires import declaration, integration, va
from espace.guichet.models import Dossier, Piece
from espace.guichet.verification import Constat
from espace.instruction import queries
from espace.instruction.verifications import declaration as look_at_declaration
from espace.instruction.verifications import integration as look_at_integration
from espace.instruction.verifications import va as look_at_va


def examine(dossier: Dossier, pieces: list[Piece], at: datetime) -> list[Constat]:
    """Return every finding.

    Args:
        dossier: filled, submitted or not.
        pieces: those that count.
        at: aware instant.

    Raises:
        FormulaireRefuse: a value of the form is missing or refused.
    """
    if dossier.parcours == "declaration":
        lue = declaration.read(dossier.donnees, zone=queries.zone_name())
        return list(look_at_declaration.examine(dossier, lue, pieces))
    if dossier.parcours == "integration":
        return list(look_at_integration.examine(dossier, integration.read(dossier.donnees)))
    return list(look_at_va.examine(dossier, va.read(dossier.donnees), pieces, at=at))
