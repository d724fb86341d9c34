# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Retrieval by WADO-RS (PS3.18 section 10.4): one answer in several parts, read as it comes.

The objects are always asked as they are stored: a request is never the Accept of our own client, which some servers answer by converting
a whole study, or by crashing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager, suppress

import aiohttp

from drimbox.config import Pacs, PacsDicomweb
from drimbox.socle.multipart import Event, Limits, MultipartReader, PartData, PartStarted, boundary_of
from drimbox.socle.pacs.bassin_web import session_for
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.errors import PacsAbsent, PacsCoupe, PacsIncomplet, PacsIndisponible, PacsInjoignable, PacsRefuse
from drimbox.socle.pacs.fichier import LecteurFichier
from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.socle.pacs.objet import DemandeImages, ObjetEnCours, read_tete
from drimbox.socle.pacs.places import place_held
from drimbox.socle.pacs.porte_web import credentials_of
from drimbox.socle.pacs.requete import SANS_IMAGE
from drimbox.socle.pacs.tete import LecteurTete

ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=*'
LIMITS = Limits(max_part=1 << 40)  # nothing of a part is kept: only the wait for its end is bounded
EPILOGUE_SECONDS = 2.0
_FOR_THE_MOMENT = frozenset({429, 502, 503})
_TOO_LATE = 504


class _Reader(MultipartReader):
    """The machine with the errors of this room."""

    illisible = trop_gros = ProtocoleRompu


async def objets_by_dicomweb(pacs: Pacs, door: PacsDicomweb, demande: DemandeImages) -> AsyncGenerator[ObjetEnCours, None]:
    """Ask, then yield what the PACS sends; an object that is not read to its end is passed over.

    Raises:
        PacsAbsent: the PACS holds nothing of what is asked.
        PacsIncomplet: after the last object: one that was awaited did not come.
        PacsInjoignable: it was not reached, or refuses for a while.
        PacsIndisponible: silence or cut.
        PacsRefuse: the PACS answers no, or nonsense.
    """
    received: set[str] = set()
    async with place_held(pacs), _answer(pacs, door, demande) as answer, aclosing(_events(answer)) as events:
        async for event in events:
            if isinstance(event, PartStarted):
                objet = await _receive(events, event.headers)
                received.add(objet.sop_instance_uid)
                yield objet
                await objet.finish()
    if not received:
        raise PacsAbsent
    if demande.attendus is not None and demande.attendus - received:
        raise PacsIncomplet


@asynccontextmanager
async def _answer(pacs: Pacs, door: PacsDicomweb, demande: DemandeImages) -> AsyncGenerator[aiohttp.ClientResponse, None]:
    """Send the request; a connection whose answer was not read to its end is closed, the others serve again."""
    headers = {"Accept": ACCEPT, "Accept-Encoding": "identity", **await asyncio.to_thread(credentials_of, door)}
    async with session_for(pacs, door) as session:
        try:
            async with asyncio.timeout(pacs.image_seconds) as patience:  # its own time is between two reads, and « 102 Processing » is one
                answer = await session.get(_url(door, demande), headers=headers, allow_redirects=False)
        except aiohttp.ClientConnectorCertificateError:
            raise PacsRefuse("Le certificat TLS de la porte DICOMweb du PACS n'est pas celui attendu.") from None
        except aiohttp.SocketTimeoutError as error:
            raise PacsIndisponible from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if patience.expired():
                raise PacsIndisponible(SANS_IMAGE) from None
            raise PacsInjoignable from error
        try:
            _check(answer.status)
            yield answer
        finally:
            if answer.connection is not None and answer.connection.transport is not None:
                answer.connection.transport.abort()
            answer.close()


async def _events(answer: aiohttp.ClientResponse) -> AsyncGenerator[Event, None]:
    boundary = boundary_of(answer.headers.get("Content-Type", ""))
    if answer.status == 204:
        return
    if boundary is None:
        raise ProtocoleRompu("La réponse DICOMweb du PACS n'est pas un multipart/related d'objets DICOM.")
    reader = _Reader(boundary, LIMITS)
    chunks = answer.content.iter_any()
    while (chunk := await _next_chunk(chunks)) is not None:
        for event in reader.feed(chunk):
            yield event
        if reader.ended:
            await _come_to_the_end(chunks)
            return
    raise PacsCoupe


async def _come_to_the_end(chunks: aiohttp.streams.AsyncStreamIterator[bytes]) -> None:
    """Read what may follow the closing boundary, which means nothing: a connection at its end serves again, one that is not is closed."""
    with suppress(PacsIndisponible, TimeoutError):
        async with asyncio.timeout(EPILOGUE_SECONDS):
            while await _next_chunk(chunks) is not None:
                pass


async def _next_chunk(chunks: aiohttp.streams.AsyncStreamIterator[bytes]) -> bytes | None:
    try:
        return await anext(chunks, None)
    except TimeoutError:
        raise PacsIndisponible("Le PACS s'est tu pendant l'envoi des images.") from None
    except (aiohttp.ClientError, OSError):
        raise PacsCoupe from None


async def _receive(events: AsyncGenerator[Event, None], headers: dict[str, str]) -> ObjetEnCours:
    """Read the head of the file, then the head of its data set."""

    async def more() -> memoryview | None:
        event = await anext(events, None)
        return event.data if isinstance(event, PartData) else None

    fichier = LecteurFichier()
    found = None
    while found is None:
        data = await more()
        if data is None:
            raise ObjetIllisible
        found = fichier.feed(data)
    meta, first = found

    length, come = _announced(headers, meta.length), 0

    async def rest() -> memoryview | None:
        nonlocal first, come
        data: memoryview | None = first
        if first:
            first = memoryview(b"")
        else:
            data = await more()
        come += len(data or b"")
        if length is not None and (come > length or (data is None and come != length)):
            raise ProtocoleRompu("Le PACS n'envoie pas le nombre d'octets qu'il annonce pour une image.")
        return data

    tete, after = await read_tete(LecteurTete(meta.transfer_syntax_uid), rest)
    return ObjetEnCours(
        sop_class_uid=meta.sop_class_uid,
        sop_instance_uid=meta.sop_instance_uid,
        transfer_syntax_uid=meta.transfer_syntax_uid,
        tete=tete,
        rest=after,
        more=rest,
        longueur=length,
    )


def _announced(headers: dict[str, str], before: int) -> int | None:
    """Return how many bytes the PACS says the data set has, after those that precede it; it is what we tell our own peer."""
    said = headers.get("content-length", "")
    length = int(said) - before if said.isdecimal() and len(said) < 16 else 0
    return length if length > 0 else None


def _url(door: PacsDicomweb, demande: DemandeImages) -> str:
    path = f"{door.url.rstrip('/')}/studies/{demande.study}"
    if demande.series:
        path += f"/series/{demande.series}"
    return f"{path}/instances/{demande.instance}" if demande.instance else path


def _check(status: int) -> None:
    if status == 404:
        raise PacsAbsent
    if status in _FOR_THE_MOMENT:
        raise PacsInjoignable(f"La porte DICOMweb du PACS ne répond pas pour le moment (HTTP {status}).")
    if status == _TOO_LATE:
        raise PacsIndisponible(f"Ce qui précède la porte DICOMweb du PACS ne l'a pas vue répondre à temps (HTTP {status}).")
    if status not in {200, 204}:
        raise PacsRefuse(f"Le PACS refuse l'envoi des images par DICOMweb (HTTP {status}).")
