# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What becomes of the exams of a storm after their first report, and how many have each fate."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Sort(StrEnum):
    """The fate of an exam; its value is what a person reads.

    NOUVEAU: one report, nothing after it.
    REMPLACE: another report takes its place (T10).
    EN_AVANCE: as above, but the replacement comes before the report: set aside, then read again by a person.
    DEPUBLIE: its report is taken back (T04).
    ANNULE: its request is cancelled (OMI).
    REJETE: once it is published, its PACS takes all its images back (rejection note, IHE IOCM).
    VISIBILITE: the same report comes again, to be seen by others than before.
    REFUSE: the DMP knows no such patient until a person has the record opened, then sends the deposit again.
    """

    NOUVEAU = "nouveaux"
    REMPLACE = "remplacés"
    EN_AVANCE = "remplacés par un message arrivé trop tôt"
    DEPUBLIE = "dépubliés"
    ANNULE = "annulés"
    REJETE = "aux images rejetées par le PACS"
    VISIBILITE = "à la visibilité changée"
    REFUSE = "refusés une fois par le DMP"


CYCLE: Final = 20
MELANGE: Final[Mapping[int, Sort]] = MappingProxyType(
    {
        2: Sort.VISIBILITE,
        4: Sort.REMPLACE,
        6: Sort.DEPUBLIE,
        8: Sort.ANNULE,
        12: Sort.REFUSE,
        14: Sort.REMPLACE,
        16: Sort.REJETE,
        18: Sort.EN_AVANCE,
    }
)
"""Rank among twenty exams → fate: of a hundred, 60 new, 10 replaced and five of each other fate."""
AUCUN: Final[Mapping[int, Sort]] = MappingProxyType({})

RETIRES: Final = frozenset({Sort.DEPUBLIE, Sort.ANNULE, Sort.REJETE})
"""Nothing of them is left in the DMP."""
DEUX_RAPPORTS: Final = frozenset({Sort.REMPLACE, Sort.EN_AVANCE})
SEULS: Final = frozenset({Sort.NOUVEAU, Sort.REFUSE, Sort.REJETE})
"""One message says all that is to be said of them."""
