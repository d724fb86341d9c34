# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a C-MOVE under way waits for: objects that come by other connections, then the last answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.command import Commande
from drimbox.socle.pacs.objet import DemandeImages, ObjetEnCours


@dataclass(eq=False)
class Livraison:
    """One object handed over; its connection waits until it is read, or given up."""

    objet: ObjetEnCours
    done: asyncio.Future[bool]


@dataclass(eq=False)
class Attente:
    """One C-MOVE under way.

    Attributes:
        demande: what was asked.
        calling: our AE Title, which the PACS repeats as the originator.
        message_id: of the C-MOVE-RQ, which the PACS repeats; 0 until it is sent.
        arrivals: what came: objects, the last answer, or the error that ends it all.
    """

    demande: DemandeImages
    calling: str
    message_id: int = 0
    arrivals: asyncio.Queue[Livraison | Commande | Exception] = field(default_factory=asyncio.Queue)

    def is_originator_of(self, commande: Commande) -> bool:
        """Tell whether a C-STORE-RQ names this C-MOVE (PS3.7 section 9.1.1.1.6: optional, most PACS do)."""
        named = commande.number(command.ORIGINATOR_ID, 0) == self.message_id and self.message_id
        return bool(named) and commande.text(command.ORIGINATOR_AET).strip() in {"", self.calling}

    def wants(self, objet: ObjetEnCours) -> bool:
        """Tell whether an object is among what was asked, by its own header."""
        wanted = self.demande
        return (
            objet.study_instance_uid == wanted.study
            and wanted.series in {None, objet.series_instance_uid}
            and wanted.instance in {None, objet.sop_instance_uid}
        )

    def overlaps(self, other: DemandeImages) -> bool:
        """Tell whether one object could answer both: then they are asked one after the other."""
        mine = self.demande
        if mine.study != other.study:
            return False
        return all(None in pair or pair[0] == pair[1] for pair in ((mine.series, other.series), (mine.instance, other.instance)))
