# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a C-GET and a C-MOVE have in common: the identifier that is sent, the judgement of the last answer (PS3.4 sections C.4.2, C.4.3)."""

from __future__ import annotations

import struct
from collections import Counter

from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.command import Commande
from drimbox.socle.pacs.errors import PacsAbsent, PacsEchec, PacsIncomplet
from drimbox.socle.pacs.objet import DemandeImages

PENDING = (0xFF00, 0xFF01)
WARNING = 0xB000
SANS_IMAGE = "Le PACS dit qu'il prépare les images, sans en envoyer un seul octet depuis trop longtemps."


def identifier(demande: DemandeImages) -> bytes:
    """Write the identifier of a retrieval, in Implicit VR Little Endian."""
    values = {
        (0x0008, 0x0018): demande.instance,
        (0x0008, 0x0052): demande.level,
        (0x0020, 0x000D): demande.study,
        (0x0020, 0x000E): demande.series,
    }
    return b"".join(_element(tag, value) for tag, value in sorted(values.items()) if value)


def _element(tag: tuple[int, int], value: str) -> bytes:
    data = value.encode("ascii", "replace")
    data += (b" " if tag == (0x0008, 0x0052) else b"\0") * (len(data) % 2)
    return struct.pack("<HHI", *tag, len(data)) + data


def is_whole(demande: DemandeImages, received: Counter[str]) -> bool:
    """Tell whether all that is awaited came; nobody knows when nothing is awaited by name."""
    return bool(demande.attendus) and received.keys() >= (demande.attendus or frozenset())


def count_sent(commande: Commande) -> int | None:
    """Return how many objects the last answer says were sent; None when it does not say (PS3.4 lets it be silent)."""
    completed, warnings = (commande.number(element, -1) for element in (command.COMPLETED, command.WARNINGS))
    return None if completed < 0 else completed + max(warnings, 0)


def check_outcome(commande: Commande, demande: DemandeImages, received: Counter[str]) -> None:
    """Judge the last answer of a C-GET or of a C-MOVE.

    What is awaited by name decides alone once it is here: a PACS also tells of what we did not ask it to hold, and sends some twice.

    Args:
        commande: the last answer.
        demande: what was asked.
        received: SOPInstanceUID → times it came.

    Raises:
        PacsAbsent: nothing is there.
        PacsIncomplet: less came than asked, announced or awaited.
        PacsEchec: the PACS says that it failed.
    """
    if is_whole(demande, received):
        return
    status, failed = commande.number(command.STATUS), commande.number(command.FAILED, 0)
    completed = count_sent(commande) or 0
    if failed:
        raise PacsIncomplet
    if status not in {command.SUCCESS, WARNING}:
        raise PacsEchec(f"Le PACS n'a pas pu envoyer les images (statut {status:#06x}).")
    if not received and not completed:
        raise PacsAbsent
    if received.total() < completed or demande.attendus:
        raise PacsIncomplet
