# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a C-MOVE under way waits for: objects that come by other connections, then the last answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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
        message_id: of the C-MOVE-RQ, which the PACS repeats.
        more_may_come: whether a connection holds something that is not in ``arrivals`` yet.
        arrivals: what came: objects, the last answer, or the error that ends it all; None from :meth:`look`.
        heard: when the PACS last said that it is at work, on the clock of the loop.
        answered: the last answer is here.
        whole: everything came: nothing more of it is under way.
    """

    demande: DemandeImages
    calling: str
    message_id: int
    more_may_come: Callable[[], bool]
    arrivals: asyncio.Queue[Livraison | Commande | Exception | None] = field(default_factory=asyncio.Queue)
    heard: float = 0.0
    answered: bool = False
    whole: bool = False

    def look(self) -> None:
        """Have what is over looked at again, once the last answer is here: a connection holds nothing any more."""
        if self.answered:
            self.arrivals.put_nowait(None)

    def is_originator_of(self, commande: Commande) -> bool:
        """Tell whether a C-STORE-RQ names this C-MOVE (PS3.7 section 9.1.1.1.6: optional, most PACS do)."""
        named = commande.number(command.ORIGINATOR_ID, 0) == self.message_id
        return named and commande.text(command.ORIGINATOR_AET).strip() in {"", self.calling}

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
