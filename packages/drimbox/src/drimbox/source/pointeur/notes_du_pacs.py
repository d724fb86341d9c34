# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Brings the key-image notes of a study from its PACS: small objects, the only ones that are read to make a pointer.

A remark is worth less than the pointer that would carry it: a note that cannot be had holds nothing back. A PACS that gives its objects by
C-MOVE sends them where the images go too: when these take all the time given to the notes, the notes are given up.
"""

from __future__ import annotations

import asyncio

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from drimbox.config import Pacs
from drimbox.socle.pacs.flux import DemandeImages, recuperer
from drimbox.socle.pacs.model import EtudePacs
from drimbox.socle.pacs.objet import ObjetEnCours
from drimbox.socle.pacs.uids import KEY_OBJECT_SELECTION
from drimbox.source.pointeur.notes_cles import (
    EXPLICIT,
    IMPLICIT,
    LIMITES,
    LimitesNote,
    NoteCle,
    NoteCleIllisible,
    notes_in,
    read_note_cle,
)
from drimbox.source.pointeur.states import NOTE_CLE_ILLISIBLE

log = get_logger("pointeur")


def notes_of(pacs: Pacs, etude: EtudePacs, limites: LimitesNote = LIMITES) -> tuple[tuple[NoteCle, ...], tuple[str, ...]]:
    """Return the key-image notes of a study, and the code of a warning when one of them could not be had or read.

    A blocking function, to be called from a worker, never from an event loop.
    """
    wanted = notes_in(etude)
    if not wanted:
        return (), ()
    found, whole = asyncio.run(_bring(pacs, etude, wanted[: limites.notes], limites))
    return tuple(found), () if whole and len(wanted) <= limites.notes else (NOTE_CLE_ILLISIBLE,)


async def _bring(pacs: Pacs, etude: EtudePacs, wanted: tuple[tuple[str, str], ...], limites: LimitesNote) -> tuple[list[NoteCle], bool]:
    found: list[NoteCle] = []
    whole = True
    try:
        async with asyncio.timeout(limites.secondes):
            for series, uid in wanted:
                try:
                    note = await _one(pacs, etude, series, uid, limites)
                except (DrimmError, NoteCleIllisible) as error:
                    log.warning("pointeur:note:passed", pacs=pacs.name, code=NOTE_CLE_ILLISIBLE, error_type=type(error).__name__)
                    whole = False
                else:
                    found += [note] if note is not None else []
    except TimeoutError:
        whole = False
    return found, whole


async def _one(pacs: Pacs, etude: EtudePacs, series: str, uid: str, limites: LimitesNote) -> NoteCle | None:
    demande = DemandeImages(
        etude.study_instance_uid, series, uid, accept_syntaxes=(EXPLICIT, IMPLICIT), sop_classes=(KEY_OBJECT_SELECTION,)
    )
    async with recuperer(pacs, demande) as flux:
        async for objet in flux:
            if objet.sop_instance_uid == uid and objet.transfer_syntax_uid in {EXPLICIT, IMPLICIT}:
                return read_note_cle(await _whole(objet, limites.octets), etude, syntax=objet.transfer_syntax_uid, limites=limites)
    raise NoteCleIllisible


async def _whole(objet: ObjetEnCours, most: int) -> bytes:
    data = bytearray(objet.entete)
    async for block in objet.blocs():
        data += block
        if len(data) > most:
            raise NoteCleIllisible
    return bytes(data)
