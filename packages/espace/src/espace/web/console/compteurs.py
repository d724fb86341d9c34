# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the first page counts of the whole Registre, counted again only when the Registre moved."""

from __future__ import annotations

from dataclasses import dataclass

from espace.acteurs.queries import commandes_without_couples
from espace.registre.queries import count_by_statut
from espace.registre.states import Statut
from espace.web.console.memoire import Memoire


@dataclass(frozen=True, slots=True)
class Compteurs:
    """How many Drimboxes are in each state, and how many Commandes wait for their couples."""

    statuts: tuple[tuple[Statut, int], ...]
    sans_couples: int


_COUNTED: Memoire[Compteurs] = Memoire()


def compteurs() -> Compteurs:
    """Return the counts of the Registre as it is now."""
    return _COUNTED.get(lambda: Compteurs(tuple(count_by_statut().items()), commandes_without_couples()))
