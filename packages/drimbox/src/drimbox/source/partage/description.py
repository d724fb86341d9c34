# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The metadata of one object: of its whole head, or a refusal; half a report must not look like a report.

Nearly every head came whole. Those that are longer (a report of thousands of lines, an encapsulated document, thousands of frames that are
described one by one) are sorted as they come: their long binary values are let go, whatever their size, before anything is decoded. So are
those that were deflated: a short one may hold a long one.
"""

from __future__ import annotations

from drimbox.socle.pacs.elements import DEFLATED, EXPLICIT_LE, inflate
from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.socle.pacs.tete import MAX_INFLATED
from drimbox.source.admission.errors import PacsEnErreur
from drimbox.source.partage import json_dicom
from drimbox.source.partage.conversion.tenues import Tenue, Tenues
from drimbox.source.partage.lecture import ObjetServi
from drimbox.source.partage.threads import in_thread
from drimbox.source.partage.tri import HeadFilter, HeadLimits

LIMITS = HeadLimits()
_SLICE = 1 << 20


async def described(objet: ObjetServi, url: str, tenues: Tenues) -> bytes:
    """Return the JSON of one object.

    Args:
        objet: to be described.
        url: its address.
        tenues: where the bytes of a long head are counted.

    Raises:
        PacsEnErreur: its head cannot be read.
        MetadonneesTropLongues: its head does not hold within the bounds.
        TropDeConversions: there is no memory for a long head now.
    """
    syntax = objet.transfer_syntax_uid
    try:
        if syntax == DEFLATED:
            return await in_thread(_json_of_deflated, objet.entete, url)
        if objet.entete_entiere:
            return await in_thread(_json, objet.entete, syntax, url)
        async with tenues.one() as tenue:
            kept = await _sorted(objet, tenue)
            return await in_thread(_json, kept, syntax, url)
    except ObjetIllisible as error:
        raise PacsEnErreur from error


async def _sorted(objet: ObjetServi, tenue: Tenue) -> bytes:
    """Return what metadata tell of a head; of what follows, pixels nearly always, nothing is kept nor looked at."""
    head = HeadFilter(objet.transfer_syntax_uid, LIMITS)
    await in_thread(head.feed, objet.entete)
    await tenue.grow(head.held)
    async for lot in objet.lots():
        for piece in lot:
            if not head.passes(len(piece)):
                await in_thread(head.feed, piece)
        await tenue.grow(head.held - tenue.bytes)
    return await in_thread(head.end)


def _json_of_deflated(entete: bytes, url: str) -> bytes:
    head, data = HeadFilter(EXPLICIT_LE, LIMITS), memoryview(inflate(entete, MAX_INFLATED))
    for start in range(0, len(data), _SLICE):
        head.feed(data[start : start + _SLICE])
    return _json(head.end(), DEFLATED, url)


def _json(entete: bytes, syntax: str, url: str) -> bytes:
    return json_dicom.dumps([json_dicom.metadata_of(entete, syntax, url)])[1:-1]
