# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the machine would find in a dossier that is still in the hands of its Operateur: told before it is submitted, nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from espace.conditions.queries import manquantes
from espace.conditions.rules import Manque
from espace.guichet import queries as guichet_queries
from espace.guichet.errors import Faute, FormulaireRefuse
from espace.guichet.models import Dossier, Piece
from espace.guichet.verification import Constat
from espace.instruction import queries
from espace.instruction.verifications.examen import examine


@dataclass(frozen=True, slots=True)
class Apercu:
    """What stands between a draft and its submission.

    Attributes:
        manques: conditions that the Operateur does not meet.
        fautes: values that are missing or refused, field by field.
        piece: whether the file that is required is there.
        constats: checks, as they would be kept; those for agents only are left out.
    """

    manques: tuple[Manque, ...]
    fautes: tuple[Faute, ...]
    piece: bool
    constats: tuple[Constat, ...]

    @property
    def pret(self) -> bool:
        """Whether it may be submitted."""
        return self.piece and not self.manques and not self.fautes


def apercu(dossier: Dossier, at: datetime, pieces: list[Piece] | None = None) -> Apercu:
    """Return what the machine would say of a dossier now.

    Args:
        dossier: of the Operateur who asks.
        at: aware instant.
        pieces: its pieces that count, when they were read already.
    """
    table = queries.table_of(dossier)
    pieces = guichet_queries.current_pieces(dossier) if pieces is None else pieces
    manques = manquantes(dossier.operateur, at) if table.nom == "declaration" else ()
    piece = table.piece is None or any(one.nature == table.piece for one in pieces)
    try:
        constats = tuple(examine(dossier, pieces, at))
    except FormulaireRefuse as refused:
        return Apercu(manques, refused.fautes, piece, ())
    return Apercu(manques, (), piece, tuple(one for one in constats if not one.interne))
