# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The answers to an admitted request, one per form: whole objects, frames, a rendering, metadata, a search."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import islice

from aiohttp import web

from drimbox.config import Images, Pacs
from drimbox.source.admission.accept import accept_of, read_accept
from drimbox.source.admission.chain import Admis
from drimbox.source.admission.errors import ConversionImpossible, RessourceInconnue, SansImage
from drimbox.source.admission.formats import IMAGES, JSON, choose_media, media_of_frames, read_frames_accept
from drimbox.source.partage import json_dicom, lignes, recherche
from drimbox.source.partage.conversion.atelier import Atelier
from drimbox.source.partage.conversion.pixels import read_pixels
from drimbox.source.partage.conversion.rules import producible
from drimbox.source.partage.conversion.tenues import Tenue
from drimbox.source.partage.description import described
from drimbox.source.partage.fichier import file_head
from drimbox.source.partage.framing import Framing
from drimbox.source.partage.lecture import Lecture, ObjetServi, reading
from drimbox.source.partage.partagees import Recuperations
from drimbox.source.partage.paths import BASE, Forme, Ressource
from drimbox.source.partage.sortie import Compte, Sortie
from drimbox.source.partage.threads import in_thread
from drimbox.source.partage.transfert import Envoi, gather

_UNRENDERED = '299 - "The parameters of the rendering were not used: window, size and quality are those of the image"'
_UNMATCHED = '299 - "Some attributes or options of the search were not used for matching"'
ROWS_AT_ONCE = 256
"""Rows of a search written before they leave: for a peer that reads slowly no more of them are held."""


@dataclass(frozen=True)
class Demande:
    """An admitted request.

    Attributes:
        request: as the HTTP server gives it.
        ressource: what it asks.
        admis: what opens it.
        pacs: where its images are.
        compte: what is carried.
        begin: writes who reads, once the PACS is asked and before anything leaves; raises Refus when it cannot.
    """

    request: web.Request
    ressource: Ressource
    admis: Admis
    pacs: Pacs
    compte: Compte
    begin: Callable[[], Awaitable[None]]

    @property
    def accept(self) -> Sequence[str]:
        """Every Accept line, which must be there; what the address itself asks takes their place."""
        lines = self.request.headers.getall("Accept", [])
        return lines and (accept_of(self.request.rel_url.raw_query_string) or lines)


@dataclass(frozen=True)
class Reponses:
    """What answers.

    Attributes:
        limits: settings of the door.
        recuperations: the way to the PACS.
        atelier: the way to decoded pixels.
    """

    limits: Images
    recuperations: Recuperations
    atelier: Atelier

    async def answer(self, demande: Demande) -> web.StreamResponse:
        """Answer one request in the form it asks.

        Raises:
            Refus: nothing could be sent, or the answer must be cut.
            PairMuet: the peer stopped reading.
            ConnectionError: the peer left.
        """
        forme = demande.ressource.forme
        if forme is Forme.RECHERCHE:
            return await self.search(demande)
        if forme is Forme.METADONNEES:
            return await self.metadata(demande)
        if forme is Forme.RENDU:
            return await self.rendering(demande)
        if forme is Forme.CADRES and any(read_frames_accept(demande.accept).qualities.values()):
            return await self.frames(demande)
        # frames asked as application/dicom, as an official sample does and PS3.18 does not define: the instance that holds them
        return await self.objects(demande)

    async def search(self, demande: Demande) -> web.StreamResponse:
        """Answer a search from the KOS alone, some rows after others, written in a thread: a study has thousands of instances."""
        media = choose_media(demande.accept, JSON)
        question = recherche.read_question(demande.request.query.items())
        headers = {"Warning": _UNMATCHED} if recherche.unmatched(question, demande.ressource) else {}
        found, compte = _rows(demande, question), demande.compte
        rows = await in_thread(_some_of, found)
        if not rows:
            return web.Response(status=204, headers={**headers, "Cache-Control": "no-store"})
        sortie = Sortie(demande.request, self.limits.idle_seconds, compte)
        await sortie.open(media, headers)
        while rows:
            for row in rows:
                await sortie.write(b"," if compte.rows else b"[", row)
                compte.rows, compte.bytes = compte.rows + 1, compte.bytes + len(row) + 1
            rows = await in_thread(_some_of, found)
        await sortie.write(b"]")
        return await sortie.end()

    async def objects(self, demande: Demande) -> web.StreamResponse:
        """Send whole objects."""
        envoi = Envoi(read_accept(demande.accept), self.atelier, self.limits)
        async with self._reading(demande) as lecture:
            return await envoi.send(demande.request, lecture, demande.compte)

    async def metadata(self, demande: Demande) -> web.StreamResponse:
        """Send headers as JSON, as they come from the PACS; pixels are let through unread."""
        media, compte = choose_media(demande.accept, JSON), demande.compte
        async with self._reading(demande) as lecture:
            objet = await lecture.next()
            if objet is None:
                raise RessourceInconnue
            sortie = Sortie(demande.request, self.limits.idle_seconds, compte)
            content = await self._described(objet, demande)
            await sortie.open(media)
            while objet is not None:
                row = (b"," if compte.instances else b"[") + content
                await sortie.write(row)
                compte.instances, compte.bytes = compte.instances + 1, compte.bytes + len(row)
                if not lecture.ready:
                    await sortie.flush()
                objet = await lecture.next()
                content = b"" if objet is None else await self._described(objet, demande)
            await sortie.write(b"]")
            return await sortie.end()

    async def _described(self, objet: ObjetServi, demande: Demande) -> bytes:
        return await described(objet, _url_of(objet, demande), self.atelier.tenues)

    async def frames(self, demande: Demande) -> web.StreamResponse:
        """Send frames without their header, in their stored syntax unless the peer refuses it."""
        async with AsyncExitStack() as held:
            return await self._frames(demande, held)

    async def _frames(self, demande: Demande, held: AsyncExitStack) -> web.StreamResponse:
        acceptation, compte = read_frames_accept(demande.accept), demande.compte
        async with self._reading(demande) as lecture:
            objet = await self._image(lecture)
            stored = objet.transfer_syntax_uid
            choices, sent = acceptation.choices(stored, producible(stored, read_pixels(objet.entete, stored))), stored
            tenue = await held.enter_async_context(self.atelier.tenues.one())
            part10 = await gather(objet, self.limits.conversion.max_object_bytes, tenue)
            if stored not in choices:
                sent, content = await self.atelier.transcode_to_one_of(part10, choices, tenue.announced)
                part10 = file_head(objet.sop_class_uid, objet.sop_instance_uid, sent) + content
                compte.converted += 1
            found = await self._frames_of(part10, demande.ressource.frames, tenue)
            del part10  # only the frames wait for a slow peer
            tenue.converted(sum(map(len, found)))
        framing, sortie = (
            Framing(sent, media_of_frames(demande.accept, sent)),
            Sortie(demande.request, self.limits.idle_seconds, compte),
        )
        await sortie.open(framing.content_type)
        for rank, frame in enumerate(found):
            await sortie.write(framing.opening(rank, sent, len(frame)))
            await sortie.write(frame)
            compte.bytes += len(frame)
        compte.instances = 1
        await sortie.write(framing.closing())
        return await sortie.end()

    async def rendering(self, demande: Demande) -> web.StreamResponse:
        """Send one frame as an image that any browser shows, with the window of the header."""
        async with AsyncExitStack() as held:
            return await self._rendering(demande, held)

    async def _rendering(self, demande: Demande, held: AsyncExitStack) -> web.StreamResponse:
        media, compte = choose_media(demande.accept, IMAGES), demande.compte
        number = demande.ressource.frames[0] if demande.ressource.frames else 1
        async with self._reading(demande) as lecture:
            image = await self._image(lecture)
            tenue = await held.enter_async_context(self.atelier.tenues.one())
            part10 = await gather(image, self.limits.conversion.max_object_bytes, tenue)
            try:
                picture = await self.atelier.render(part10, number, media, tenue.announced)
            except ConversionImpossible as error:
                raise SansImage from error
            del part10  # only the picture waits for a slow peer
            tenue.converted(len(picture))
        sortie = Sortie(demande.request, self.limits.idle_seconds, compte)
        await sortie.open(media, {"Warning": _UNRENDERED} if demande.request.query.keys() - {"accept"} else {})
        await sortie.write(picture)
        compte.instances, compte.bytes = 1, len(picture)
        return await sortie.end()

    async def _image(self, lecture: Lecture) -> ObjetServi:
        objet = await lecture.next()
        if objet is None:
            raise RessourceInconnue
        if read_pixels(objet.entete, objet.transfer_syntax_uid) is None:
            raise SansImage
        return objet

    async def _frames_of(self, part10: bytes, numbers: tuple[int, ...], tenue: Tenue) -> list[bytes]:
        try:
            return await self.atelier.frames(part10, numbers, tenue.announced)
        except ConversionImpossible as error:
            raise RessourceInconnue from error

    def _reading(self, demande: Demande) -> _Reading:
        return _Reading(self.recuperations, demande)


class _Reading:
    """A retrieval whose time is counted."""

    def __init__(self, recuperations: Recuperations, demande: Demande) -> None:
        self._demande = demande
        peer = demande.admis.pair.dn.canonical
        self._reading = reading(recuperations, demande.pacs, demande.ressource, demande.admis.examen, peer)
        self._lecture: Lecture | None = None

    async def __aenter__(self) -> Lecture:
        self._lecture = await self._reading.__aenter__()
        try:
            await self._demande.begin()  # the PACS prepares its answer meanwhile
        except BaseException as error:
            await self.__aexit__(type(error), error, error.__traceback__)
            raise
        return self._lecture

    async def __aexit__(self, *error: object) -> None:
        if self._lecture is not None:
            self._demande.compte.pacs = self._lecture.pacs_seconds
            self._demande.compte.left_out = self._lecture.controle.left_out
        await self._reading.__aexit__(*error)  # type: ignore[arg-type]  # the three of the protocol


def _rows(demande: Demande, question: recherche.Question) -> Iterator[bytes]:
    """Yield the JSON of each row of a search."""
    level, db = demande.ressource.level, demande.admis.db
    for row in recherche.search(demande.admis.examen, demande.ressource, question):
        yield json_dicom.dumps([lignes.to_json(row, level, db)])[1:-1]


def _some_of(rows: Iterator[bytes]) -> list[bytes]:
    """Return the next rows; none at the end."""
    return list(islice(rows, ROWS_AT_ONCE))


def _url_of(objet: ObjetServi, demande: Demande) -> str:
    path = f"studies/{demande.admis.examen.lu.study_instance_uid}/series/{objet.series_instance_uid}/instances/{objet.sop_instance_uid}"
    return f"https://{demande.admis.db}{BASE}/{path}"
