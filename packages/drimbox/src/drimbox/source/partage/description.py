# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The metadata of one object: of its whole head, or a refusal; half a report must not look like a report.

Nearly every head came whole. Those that are longer (a report of thousands of lines, an encapsulated document, thousands of frames that are
described one by one) are gathered within a bound, and their long binary values are cut out before anything is decoded.
"""

from __future__ import annotations

import asyncio

from pydicom.datadict import dictionary_has_tag, dictionary_VR

from drimbox.socle.pacs.elements import PIXELS, UNDEFINED, Element, Marche, OctetsManquants, encodage_of
from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.source.admission.errors import MetadonneesTropLongues, PacsEnErreur
from drimbox.source.partage import json_dicom
from drimbox.source.partage.conversion.tenues import Tenues
from drimbox.source.partage.lecture import ObjetServi

MAX_GATHERED = 32 << 20
"""Bytes of an object that are looked at."""
MAX_DESCRIBED = 4 << 20
"""Bytes of a head, without its long binary values: decoded, they take a hundred times as much."""


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
        if objet.entete_entiere:
            return await asyncio.to_thread(_json, objet.entete, syntax, url)
        async with tenues.one() as tenue:
            gathered = bytearray(objet.entete)
            await tenue.grow(len(gathered))
            async for lot in objet.lots():
                if len(gathered) < MAX_GATHERED:  # of what follows, pixels nearly always, nothing is kept
                    gathered += b"".join(lot)
                    await tenue.grow(sum(map(len, lot)))
            return await asyncio.to_thread(_json_of_long, bytes(gathered), syntax, url)
    except ObjetIllisible as error:
        raise PacsEnErreur from error


def without_bulk(data: bytes, transfer_syntax: str) -> bytes:
    """Return a head without what metadata never tell: pixels, long binary values, private elements.

    Args:
        data: first bytes of a data set that is not deflated, or all of them.
        transfer_syntax: of the data set.

    Raises:
        MetadonneesTropLongues: neither its pixels nor its end are in these bytes, or what is left is too long.
        ObjetIllisible: these are not elements.
    """
    kept, size = [], 0
    try:
        for element in Marche(data, encodage_of(transfer_syntax)).elements():
            if element.tag >= PIXELS:
                break
            if element.end > len(data):
                raise MetadonneesTropLongues
            if not _is_bulk(element):
                kept.append(data[element.start : element.end])
                size += len(kept[-1])
            if size > MAX_DESCRIBED:
                raise MetadonneesTropLongues
    except OctetsManquants:
        raise MetadonneesTropLongues from None
    return b"".join(kept)


def _is_bulk(element: Element) -> bool:
    if element.tag >> 16 & 1:
        return True
    vr = element.vr.decode("latin-1") or (dictionary_VR(element.tag) if dictionary_has_tag(element.tag) else "UN")
    return vr[:2] in json_dicom.BINARY and element.length != UNDEFINED and element.length > json_dicom.MAX_BINARY


def _json_of_long(data: bytes, syntax: str, url: str) -> bytes:
    return _json(without_bulk(data, syntax), syntax, url)


def _json(entete: bytes, syntax: str, url: str) -> bytes:
    return json_dicom.dumps([json_dicom.metadata_of(entete, syntax, url)])[1:-1]
