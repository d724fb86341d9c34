# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Storage SCP that takes rejection notes from the PACS: who may connect, how long, how many at once.

Each bound holds before anything is kept: connections, then the time until an association is asked, then the PACS that asks, then the size
of each data set. A note is kept, with its job, before the PACS is told that it was taken.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db import Error
from procrastinate.exceptions import ProcrastinateException

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from drimbox.config import DrimboxSettings, Pacs
from drimbox.socle.orm import OrmThreads
from drimbox.socle.pacs.accueil import accept, judge
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.negotiation import Proposition, decode_request, encode_reject
from drimbox.socle.pacs.dimse.pdu import ASSOCIATE_RQ, Pdu
from drimbox.socle.pacs.liaison import Liaison
from drimbox.socle.pacs.uids import KEY_OBJECT_SELECTION
from drimbox.socle.reseaux import is_inside
from drimbox.source.reception.actions.rejets import keep_notes
from drimbox.source.reception.association_notes import LIMITES_PDU, MAX_PDU, SYNTAXES, NoteRecue, serve_notes
from drimbox.source.reception.ecoute import SOURCE_INCONNUE, TROP_DE_CONNEXIONS, Ecoute, ecoute_tls
from drimbox.source.reception.errors import NoteIllisible, PacsInconnu
from drimbox.source.reception.iocm import Limites, read_note
from drimbox.source.reception.pacs_appelant import recognise, titled

SUCCESS, OUT_OF_RESOURCES = 0x0000, 0xA700
_BY_USER, _CALLING_UNKNOWN, _CALLED_UNKNOWN, _BY_PROVIDER, _LIMIT = 1, 3, 7, 3, 2  # PS3.8 table 9-21
READERS = 2
"""Notes read and kept at once: reading one takes memory in proportion of its size."""
log = get_logger("reception")


class ServeurIocm:
    """Serves C-STORE of Key Object Selections to the PACS of the settings."""

    def __init__(self, settings: DrimboxSettings) -> None:
        self._settings = settings
        self._iocm = settings.iocm
        self._limites = Limites(octets=self._iocm.max_note_bytes, instances=self._iocm.max_instances)
        self._orm = OrmThreads(READERS)
        self._server: asyncio.Server | None = None
        self._ecoute = Ecoute(self._iocm.host, self._iocm.port or 0)
        self._serving: dict[asyncio.Task[None], Liaison] = {}

    @property
    def port(self) -> int:
        """Port really listened to."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def start(self) -> None:
        """Listen; nothing when the settings give no port.

        Raises:
            CertificatIllisible, AncresIllisibles: the files of the TLS settings cannot be used.
        """
        iocm, loop = self._iocm, asyncio.get_running_loop()
        if iocm.port is None:
            return
        tls: dict[str, Any] = {}
        if iocm.tls is not None:
            self._ecoute = ecoute_tls(iocm.host, iocm.port, iocm.tls, self._orm)
            tls = {"ssl": self._ecoute.context, "ssl_handshake_timeout": iocm.handshake_seconds}
        factory = partial(Liaison, LIMITES_PDU, self._on_connection)
        self._server = await loop.create_server(factory, iocm.host, iocm.port, **tls)
        log.info("reception:iocm:ready", address=iocm.host, port=iocm.port, aet=iocm.aet)

    async def stop(self) -> None:
        """Stop listening and abort what is open: a note that was not answered is sent again."""
        if self._server is not None:
            self._server.close()
        for task, liaison in list(self._serving.items()):
            liaison.abort()
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await asyncio.to_thread(self._orm.close)

    def _on_connection(self, liaison: Liaison) -> None:
        if not is_inside(liaison.peer, self._iocm.sources):
            log.warning("reception:iocm:refused", peer_ip=liaison.peer, code=SOURCE_INCONNUE)
            liaison.abort()
            return
        if len(self._serving) >= self._iocm.max_associations:
            log.warning("reception:iocm:refused", peer_ip=liaison.peer, code=TROP_DE_CONNEXIONS)
            liaison.send((encode_reject(permanent=False, source=_BY_PROVIDER, reason=_LIMIT),))
            liaison.cut()
            return
        task = asyncio.get_running_loop().create_task(self._serve(liaison))
        self._serving[task] = liaison
        task.add_done_callback(self._serving.pop)

    async def _serve(self, liaison: Liaison) -> None:
        try:
            async with asyncio.timeout(self._iocm.association_seconds):
                await self._converse(liaison)
        except DrimmError as error:
            log.info("reception:iocm:ended", peer_ip=liaison.peer, code=error.code)
        except TimeoutError:
            log.info("reception:iocm:ended", code="reception.association_longue")
        finally:
            liaison.abort()

    async def _converse(self, liaison: Liaison) -> None:
        event = await liaison.next(self._iocm.handshake_seconds)
        if not isinstance(event, Pdu) or event.kind != ASSOCIATE_RQ:
            raise ProtocoleRompu
        proposition = decode_request(event.body)
        if proposition.called != self._iocm.aet:
            liaison.send((encode_reject(permanent=True, source=_BY_USER, reason=_CALLED_UNKNOWN),))
            return
        try:
            pacs = await self._recognise(proposition, liaison)
        except DrimmError as error:
            log.warning("reception:iocm:refused", peer_ip=liaison.peer, code=error.code)
            liaison.send((encode_reject(permanent=True, source=_BY_USER, reason=_CALLING_UNKNOWN),))
            return
        results = judge(proposition, {KEY_OBJECT_SELECTION}.__contains__, SYNTAXES)
        association = accept(proposition, liaison, results, seconds=self._iocm.idle_seconds, max_pdu=MAX_PDU)
        await serve_notes(association, partial(self._keep, pacs), self._iocm.max_note_bytes)

    async def _recognise(self, proposition: Proposition, liaison: Liaison) -> Pacs:
        if liaison.transport is None:
            raise PacsInconnu
        appelant = await self._ecoute.appelant(liaison.transport)
        candidates = titled(self._settings.pacs, proposition.calling)
        return recognise(candidates, appelant, {pacs.host: await _addresses(pacs) for pacs in candidates if not pacs.notes.sources})

    async def _keep(self, pacs: Pacs, note: NoteRecue) -> int:
        return await self._orm.run(partial(keep, note, pacs.name, self._limites))


def keep(note: NoteRecue, pacs: str, limites: Limites) -> int:
    """Read a note and keep what it rejects; return the DIMSE status that tells the PACS what became of it."""
    try:
        rejets = read_note(note.data, syntax=note.syntax, limites=limites)
        if not rejets:
            log.info("reception:note:ignored", pacs=pacs)
            return SUCCESS
        keep_notes(rejets, pacs=pacs, now=datetime.now(UTC))
    except NoteIllisible as error:
        log.warning("reception:note:refused", pacs=pacs, code=error.code)
        return error.status
    except (Error, ProcrastinateException) as error:
        log.warning("reception:note:refused", pacs=pacs, error_type=type(error).__name__)
        return OUT_OF_RESOURCES
    return SUCCESS


async def _addresses(pacs: Pacs) -> tuple[str, ...]:
    with suppress(OSError):
        found = await asyncio.get_running_loop().getaddrinfo(pacs.host, None, type=socket.SOCK_STREAM)
        return tuple({str(entry[4][0]) for entry in found})
    return ()
