# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One answer with images: multipart, streamed as the PACS sends; the stored syntax is kept unless the peer refuses it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic

from aiohttp import web

from drimbox.config import Images
from drimbox.source.admission.accept import Acceptation
from drimbox.source.admission.errors import ConversionImpossible, RessourceInconnue
from drimbox.source.partage.conversion.atelier import Atelier
from drimbox.source.partage.conversion.pixels import read_pixels
from drimbox.source.partage.conversion.rules import producible
from drimbox.source.partage.fichier import file_head
from drimbox.source.partage.framing import Framing
from drimbox.source.partage.lecture import Lecture, ObjetServi

GATHERED = 256 * 1024
"""Bytes gathered before they are written: each write costs the TLS layer, the kernel and the peer the same, whatever its size."""
WRITE_BUFFER = 384 * 1024
LINGER_SECONDS = 0.005
"""How long what is gathered waits for what follows."""


class PairMuet(Exception):
    """The peer stopped reading for longer than the idle limit."""


@dataclass
class Compte:
    """What one transfer carried so far, and where its time went.

    Attributes:
        instances: objects wholly sent.
        bytes: bytes of content sent.
        converted: objects sent in another syntax than the stored one.
        started: when the transfer began, on the monotonic clock.
        first: seconds before the first byte of content, or None.
        waited: seconds spent waiting for the peer to read.
        pacs: seconds spent waiting for the PACS.
        left_out: objects of the exam that the KOS does not point to.
    """

    instances: int = 0
    bytes: int = 0
    converted: int = 0
    started: float = 0.0
    first: float | None = None
    waited: float = 0.0
    pacs: float = 0.0
    left_out: int = 0

    def __post_init__(self) -> None:
        self.started = monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the transfer began."""
        return round(monotonic() - self.started, 3)


class Sortie:
    """The answer to one peer: what is written waits for it to read, as long as it reads something.

    Pieces are gathered; whoever is about to wait for something else than the peer says so by :meth:`flush`.
    """

    def __init__(self, request: web.Request, idle_seconds: float, compte: Compte) -> None:
        self._request, self._idle, self._compte = request, idle_seconds, compte
        self._response: web.StreamResponse | None = None
        self._pieces: list[bytes | memoryview] = []
        self._gathered = 0

    @property
    def empty(self) -> bool:
        """Whether everything written so far has left."""
        return not self._pieces

    async def open(self, content_type: str) -> None:
        """Send the status line and the headers."""
        self._response = web.StreamResponse(headers={"Content-Type": content_type, "Cache-Control": "no-store"})
        self._response.enable_chunked_encoding()
        if self._request.transport is not None:
            self._request.transport.set_write_buffer_limits(high=WRITE_BUFFER)
        await self._response.prepare(self._request)
        self._compte.first = self._compte.seconds

    async def write(self, data: bytes | memoryview) -> None:
        """Write some bytes, in slices: a peer that reads a little within the idle limit is alive, whatever the size of the piece.

        Raises:
            PairMuet: the peer stopped reading.
            ConnectionError: the peer left.
        """
        if self._gathered + len(data) < GATHERED:
            if data:
                self._pieces.append(data)
            self._gathered += len(data)
            return
        view, start = memoryview(data), 0
        while len(view) - start >= (room := GATHERED - self._gathered):
            self._pieces.append(view[start : start + room])
            start += room
            await self.flush()
        if start < len(view):
            self._pieces.append(view[start:])
            self._gathered = len(view) - start

    async def flush(self) -> None:
        """Let what is gathered leave.

        Raises:
            PairMuet: the peer stopped reading.
            ConnectionError: the peer left.
        """
        if not self._pieces:
            return
        assert self._response is not None
        data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces, self._gathered = [], 0
        started = monotonic()
        try:
            async with asyncio.timeout(self._idle):
                await self._response.write(data)
        except TimeoutError:
            raise PairMuet from None
        self._compte.waited += monotonic() - started

    async def end(self) -> web.StreamResponse:
        """Send the end of the answer.

        Raises:
            PairMuet: the peer stopped reading.
            ConnectionError: the peer left.
        """
        await self.flush()
        assert self._response is not None
        await self._response.write_eof()
        return self._response


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
        objet = await lecture.next()
        if objet is None:
            raise RessourceInconnue
        objet = await self._in_accepted_syntax(objet, compte)
        framing, sortie = Framing(objet.transfer_syntax_uid), Sortie(request, self.limits.idle_seconds, compte)
        await sortie.open(framing.content_type)
        while objet is not None:
            await _send_part(sortie, framing, lecture, objet, compte)
            await _before_waiting(sortie, lecture)
            following = await lecture.next()
            if following is not None and not self._accepts(following):
                await sortie.flush()  # a conversion takes its time
            objet = None if following is None else await self._in_accepted_syntax(following, compte)
        await sortie.write(framing.closing())
        return await sortie.end()

    def _accepts(self, objet: ObjetServi) -> bool:
        return self.acceptation.quality(objet.transfer_syntax_uid) > 0

    async def _in_accepted_syntax(self, objet: ObjetServi, compte: Compte) -> ObjetServi:
        """Return the object as it is, or turned into the best syntax that the peer accepts.

        Raises:
            SyntaxeRefusee: it cannot be turned into anything that is accepted.
            ConversionImpossible: its pixels resist.
        """
        if self._accepts(objet):
            return objet
        stored = objet.transfer_syntax_uid
        wanted = self.acceptation.choose(stored, producible(stored, read_pixels(objet.entete, stored)))
        async with self.atelier.place():
            content = await self.atelier.transcode(await gather(objet, self.limits.conversion.max_object_bytes), wanted)
        compte.converted += 1
        return ObjetServi(objet.sop_class_uid, objet.sop_instance_uid, objet.series_instance_uid, wanted, content, len(content), _nothing)


async def _before_waiting(sortie: Sortie, lecture: Lecture) -> None:
    """Let what is gathered leave, unless something more comes from the PACS almost at once."""
    if not sortie.empty and not lecture.ready and not await lecture.soon(LINGER_SECONDS):
        await sortie.flush()


async def gather(objet: ObjetServi, limit: int) -> bytes:
    """Return the whole Part 10 file of an object, which must hold within a limit.

    Raises:
        ConversionImpossible: it does not.
    """
    pieces: list[bytes | memoryview] = [file_head(objet.sop_class_uid, objet.sop_instance_uid, objet.transfer_syntax_uid), objet.entete]
    size = len(objet.entete)
    async for bloc in objet.blocs():
        pieces.append(bloc)
        size += len(bloc)
        if size > limit:
            raise ConversionImpossible("L'image est trop grosse pour être convertie.")
    return b"".join(pieces)


async def _nothing() -> AsyncIterator[bytes | memoryview]:
    for bloc in tuple[bytes, ...]():
        yield bloc


async def _send_part(sortie: Sortie, framing: Framing, lecture: Lecture, objet: ObjetServi, compte: Compte) -> None:
    head = file_head(objet.sop_class_uid, objet.sop_instance_uid, objet.transfer_syntax_uid)
    length = None if objet.longueur is None else len(head) + objet.longueur
    opening = framing.opening(compte.instances, objet.transfer_syntax_uid, length)
    await sortie.write(b"".join((opening, head, objet.entete)))
    sent = len(head) + len(objet.entete)
    await _before_waiting(sortie, lecture)
    async for bloc in objet.blocs():
        await sortie.write(bloc)
        sent += len(bloc)
        if not lecture.ready:
            await _before_waiting(sortie, lecture)
    compte.instances += 1
    compte.bytes += sent
