# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One answer with images: multipart, streamed as the PACS sends; the stored syntax is kept unless the peer refuses it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from drimbox.config import Images
from drimbox.source.admission.accept import Acceptation
from drimbox.source.admission.errors import ConversionImpossible, RessourceInconnue
from drimbox.source.partage.conversion.atelier import Atelier
from drimbox.source.partage.conversion.pixels import read_pixels
from drimbox.source.partage.conversion.rules import producible
from drimbox.source.partage.conversion.tenues import Tenue
from drimbox.source.partage.fichier import file_head
from drimbox.source.partage.framing import Framing
from drimbox.source.partage.lecture import Lecture, ObjetServi
from drimbox.source.partage.sortie import Compte, Sortie


@dataclass(frozen=True)
class Envoi:
    """How objects are sent.

    Attributes:
        acceptation: what the peer accepts.
        atelier: where they are converted.
        limits: settings of the door.
    """

    acceptation: Acceptation
    atelier: Atelier
    limits: Images

    async def send(self, request: web.Request, lecture: Lecture, compte: Compte) -> web.StreamResponse:
        """Send every object of a retrieval.

        The first object is awaited (and converted, if it must be) before the status line: a failure of the PACS, or a syntax that the peer
        refuses, is then a true status and not an empty success. Later, only a cut connection can tell of a failure: the closing boundary
        is never written.

        Raises:
            Refus: nothing could be sent, or the transfer must be cut.
            PairMuet: the peer stopped reading.
            ConnectionError: the peer left.
        """
        sortie, framing = Sortie(request, self.limits.idle_seconds, compte), None
        while (stored := await lecture.next()) is not None:
            async with self._in_accepted_syntax(stored, compte) as objet:
                if framing is None:
                    framing = Framing(objet.transfer_syntax_uid)
                    await sortie.open(framing.content_type)
                await _send_part(sortie, framing, objet, compte)
        if framing is None:
            raise RessourceInconnue
        await sortie.write(framing.closing())
        return await sortie.end()

    def _accepts(self, objet: ObjetServi) -> bool:
        return self.acceptation.quality(objet.transfer_syntax_uid) > 0

    @asynccontextmanager
    async def _in_accepted_syntax(self, objet: ObjetServi, compte: Compte) -> AsyncIterator[ObjetServi]:
        """Give the object as it is, or turned into the best syntax that the peer accepts and held until the end of the block.

        Raises:
            SyntaxeRefusee: it cannot be turned into anything that is accepted.
            ConversionImpossible: its pixels resist every syntax that is accepted.
            TropDeConversions: there is no memory for it now.
        """
        if self._accepts(objet):
            yield objet
            return
        stored = objet.transfer_syntax_uid
        choices = self.acceptation.choices(stored, producible(stored, read_pixels(objet.entete, stored)))
        uids = objet.sop_class_uid, objet.sop_instance_uid, objet.series_instance_uid
        async with self.atelier.tenues.one() as tenue:
            part10 = await gather(objet, self.limits.conversion.max_object_bytes, tenue)
            made, content = await self.atelier.transcode_to_one_of(part10, choices, tenue.announced)
            del part10
            tenue.converted(len(content))
            compte.converted += 1
            yield ObjetServi(*uids, made, content, len(content), _nothing)


async def gather(objet: ObjetServi, limit: int, tenue: Tenue) -> bytes:
    """Return the whole Part 10 file of an object, which must hold within a limit.

    Args:
        objet: to be gathered.
        limit: bytes.
        tenue: where they are counted.

    Raises:
        ConversionImpossible: it does not.
        TropDeConversions: there is no memory for it now.
    """
    pieces: list[bytes | memoryview] = [file_head(objet.sop_class_uid, objet.sop_instance_uid, objet.transfer_syntax_uid), objet.entete]
    size = len(objet.entete)
    async for lot in objet.lots():
        pieces += lot
        count = sum(map(len, lot))
        size += count
        if size > limit:
            raise ConversionImpossible("L'image est trop grosse pour être convertie.")
        await tenue.grow(count)
    return b"".join(pieces)


async def _nothing() -> AsyncIterator[Sequence[bytes | memoryview]]:
    for lot in tuple[bytes, ...]():
        yield (lot,)


async def _send_part(sortie: Sortie, framing: Framing, objet: ObjetServi, compte: Compte) -> None:
    head = file_head(objet.sop_class_uid, objet.sop_instance_uid, objet.transfer_syntax_uid)
    length = None if objet.longueur is None else len(head) + objet.longueur
    await sortie.write(framing.opening(compte.instances, objet.transfer_syntax_uid, length), head, objet.entete)
    sent = len(head) + len(objet.entete)
    async for lot in objet.lots():
        await sortie.write(*lot)
        sent += sum(map(len, lot))
    compte.instances += 1
    compte.bytes += sent
