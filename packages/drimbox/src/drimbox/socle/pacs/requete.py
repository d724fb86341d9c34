# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a C-GET and a C-MOVE have in common: the identifier that is sent, the judgement of the last answer (PS3.4 sections C.4.2, C.4.3)."""

from __future__ import annotations

import struct

from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.command import Commande
from drimbox.socle.pacs.errors import PacsAbsent, PacsEchec, PacsIncomplet
from drimbox.socle.pacs.objet import DemandeImages

PENDING = (0xFF00, 0xFF01)
WARNING = 0xB000


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


def check_outcome(commande: Commande, demande: DemandeImages, received: set[str]) -> None:
    """Judge the last answer of a C-GET or of a C-MOVE.

    Raises:
        PacsAbsent: nothing is there.
        PacsIncomplet: less came than asked, announced or awaited.
        PacsEchec: the PACS says that it failed.
    """
    status, failed = commande.number(command.STATUS), commande.number(command.FAILED, 0)
    completed = commande.number(command.COMPLETED, 0) + commande.number(command.WARNINGS, 0)
    if failed:
        raise PacsIncomplet
    if status not in {command.SUCCESS, WARNING}:
        raise PacsEchec(f"Le PACS n'a pas pu envoyer les images (statut {status:#06x}).")
    if not received and not completed:
        raise PacsAbsent
    if len(received) < completed or (demande.attendus is not None and demande.attendus - received):
        raise PacsIncomplet
