# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Storage SCP that receives what a C-MOVE sends (PS3.4 annex B): open only while a C-MOVE is under way, for that PACS alone.

A PACS knows one address of ours. The process that brings images and the one that reads key-image notes listen there by turns.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count
from secrets import randbelow
from typing import Any

from confiance.distinguished_name import DistinguishedName
from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from drimbox.config import EcouteTls, Pacs
from drimbox.socle.annuaire.revocation import RevocationRelevee, fetched_in_passing
from drimbox.socle.pacs.accueil import accept, judge
from drimbox.socle.pacs.appel import AssociationPacs
from drimbox.socle.pacs.arrivee import receive
from drimbox.socle.pacs.attente import Attente, Livraison
from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.command import Commande
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.message import MessageStarted
from drimbox.socle.pacs.dimse.negotiation import decode_request, encode_reject
from drimbox.socle.pacs.dimse.pdu import ASSOCIATE_RQ, Pdu
from drimbox.socle.pacs.errors import PacsInjoignable, PacsOccupe, PortOccupe
from drimbox.socle.pacs.liaison import Liaison
from drimbox.socle.pacs.objet import DemandeImages
from drimbox.socle.pacs.ouverture import listen_by_turns
from drimbox.socle.pacs.syntaxes import SYNTAXES
from drimbox.socle.tls.peer import peer_certificate, peer_dn
from drimbox.socle.tls.server import server_context_ecoute

log = get_logger("pacs")

NOT_AUTHORIZED = 0x0124
_MESSAGE_IDS = 65_535
_GIVEN_UP = 64
"""C-MOVE left before their end that are remembered: what the PACS still sends for them is for nobody."""
_STORAGE = "1.2.840.10008.5.1.4."
_NOT_STORAGE = ("1.2.840.10008.5.1.4.1.2.", "1.2.840.10008.5.1.4.31", "1.2.840.10008.5.1.4.32", "1.2.840.10008.5.1.4.33")
_BY_USER, _CALLING_UNKNOWN, _CALLED_UNKNOWN, _BY_PROVIDER, _LIMIT = 1, 3, 7, 3, 2  # PS3.8 table 9-21


@dataclass(eq=False)
class _Connexion:
    """One connection of the PACS.

    Attributes:
        liaison: it.
        attentes: those it brought something to.
        at_rest: whether it holds nothing that was not handed over.
    """

    liaison: Liaison
    attentes: set[Attente] = field(default_factory=set)
    at_rest: bool = False


class ReceptionStockage:
    """The listener of one PACS on one event loop.

    Args:
        pacs: whose ``move`` says where to listen, and who alone may connect.
    """

    def __init__(self, pacs: Pacs) -> None:
        assert pacs.move is not None
        self._pacs = pacs
        self._move = pacs.move
        self._server: asyncio.Server | None = None
        self._revocation: RevocationRelevee | None = None
        self._allowed: frozenset[str] = frozenset()
        self._attentes: list[Attente] = []
        self._changed = asyncio.Condition()
        self._serving: dict[asyncio.Task[None], _Connexion] = {}
        self._message_ids = count(randbelow(_MESSAGE_IDS))  # another process of ours, that listens here by turns, begins elsewhere
        self._given_up: deque[int] = deque(maxlen=_GIVEN_UP)

    @asynccontextmanager
    async def attending(self, demande: DemandeImages) -> AsyncIterator[Attente]:
        """Be ready to receive what is asked, for the time of a block; what could answer two requests is asked one after the other.

        Raises:
            PacsInjoignable: the host of the PACS has no address.
            PacsOccupe: another request that overlaps is under way, for longer than ``pacs.timeout``.
            PortOccupe: another program listens there, for longer than ``pacs.timeout``.
        """
        message_id = next(self._message_ids) % _MESSAGE_IDS + 1
        attente = Attente(demande, self._pacs.calling_aet, message_id, self._holds_something)
        await self._enter(attente)
        try:
            yield attente
        finally:
            self._leave(attente)  # at once: a second cancellation could come while we wait for our turn
            async with self._changed:
                if not self._attentes:
                    await self._close()
                self._changed.notify_all()

    async def _enter(self, attente: Attente) -> None:
        until = asyncio.get_running_loop().time() + self._pacs.timeout
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout_at(until):
                    await held.enter_async_context(self._changed)
                    await self._changed.wait_for(lambda: not any(other.overlaps(attente.demande) for other in self._attentes))
            except TimeoutError:
                raise PacsOccupe(
                    "Le PACS envoie encore ce qu'une autre demande du même examen attend.", remede="Réessayer dans un instant."
                ) from None
            if self._server is None:
                await self._open(until)
            self._attentes.append(attente)

    async def _open(self, until: float) -> None:
        loop = asyncio.get_running_loop()
        tls = {} if self._move.tls is None else await asyncio.to_thread(_tls, self._move.tls, self._pacs.timeout)
        if self._move.tls is not None and self._move.tls.crl and self._revocation is None:
            self._revocation = await asyncio.to_thread(RevocationRelevee, self._move.tls.clients, fetched_in_passing)
        try:
            found = await loop.getaddrinfo(self._pacs.host, None, type=socket.SOCK_STREAM)
        except OSError as error:
            raise PacsInjoignable from error
        self._allowed = frozenset(str(entry[4][0]) for entry in found) | frozenset(self._move.sources)
        try:
            factory = partial(Liaison, opened=self._on_connection)
            self._server = await listen_by_turns(factory, self._move.host, self._move.port, until=until, tls=tls)
        except OSError as error:
            raise PortOccupe from error

    async def _close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for connexion in self._serving.values():
            connexion.liaison.abort()
        await asyncio.gather(*self._serving, return_exceptions=True)
        if server is not None:
            await server.wait_closed()

    def _leave(self, attente: Attente) -> None:
        """Give up what was handed over and not read; what still comes for a C-MOVE left before its end must reach no other one."""
        self._attentes.remove(attente)
        while not attente.arrivals.empty():
            arrival = attente.arrivals.get_nowait()
            if isinstance(arrival, Livraison) and not arrival.done.done():
                arrival.done.set_result(False)
        if not attente.whole:
            self._given_up.append(attente.message_id)
        for connexion in self._serving.values():
            if attente in connexion.attentes:
                connexion.attentes.remove(attente)
                if not attente.whole and not connexion.attentes:
                    connexion.liaison.abort()

    def _rest(self, connexion: _Connexion) -> None:
        connexion.at_rest = True
        for attente in self._attentes:
            attente.look()

    def _holds_something(self) -> bool:
        return not all(connexion.at_rest for connexion in self._serving.values())

    def _on_connection(self, liaison: Liaison) -> None:
        if liaison.peer not in self._allowed or len(self._serving) >= self._move.max_connections:
            liaison.send((encode_reject(permanent=False, source=_BY_PROVIDER, reason=_LIMIT),))
            liaison.cut()
            return
        connexion = _Connexion(liaison)
        task = asyncio.get_running_loop().create_task(self._serve(connexion))
        self._serving[task] = connexion
        task.add_done_callback(self._serving.pop)

    async def _serve(self, connexion: _Connexion) -> None:
        try:
            with suppress(DrimmError):  # the PACS tells of its failures in its last answer; a connection that breaks has nothing to add
                association = await self._accept(connexion.liaison)
                if association is not None:
                    association.answer_stores(self._is_named)
                    while await self._serve_one(association, connexion):
                        pass
        finally:
            connexion.liaison.abort()
            self._rest(connexion)

    async def _accept(self, liaison: Liaison) -> AssociationPacs | None:
        event = await liaison.next(self._pacs.timeout)
        if not isinstance(event, Pdu) or event.kind != ASSOCIATE_RQ:
            raise ProtocoleRompu
        proposition = decode_request(event.body)
        if proposition.called != self._move.aet:
            liaison.send((encode_reject(permanent=True, source=_BY_USER, reason=_CALLED_UNKNOWN),))
            return None
        if proposition.calling != (self._move.source_aet or self._pacs.aet) or not await self._shows_its_certificate(liaison):
            log.warning("pacs:reception:refused", pacs=self._pacs.name, peer_ip=liaison.peer)
            liaison.send((encode_reject(permanent=True, source=_BY_USER, reason=_CALLING_UNKNOWN),))
            return None
        return accept(proposition, liaison, judge(proposition, is_storage, SYNTAXES), seconds=self._pacs.timeout)

    async def _shows_its_certificate(self, liaison: Liaison) -> bool:
        """Tell whether, where TLS is asked for, the certificate is in force and is this PACS's."""
        if self._move.tls is None:
            return True
        try:
            if self._revocation is not None:
                await self._revocation.check(peer_certificate(liaison.transport), datetime.now(UTC))
            dn = peer_dn(liaison.transport)
        except DrimmError as error:
            log.warning("pacs:reception:unproved", pacs=self._pacs.name, code=error.code)
            return False
        return not self._move.dn or dn in {DistinguishedName.parse(known) for known in self._move.dn}

    async def _serve_one(self, association: AssociationPacs, connexion: _Connexion) -> bool:
        """Serve one message; return whether another may come. A PACS may keep a connection silent between two series."""
        self._rest(connexion)
        started = await association.next_message(patient=True)
        connexion.at_rest = False
        if started.commande.field == command.C_ECHO_RQ:
            await association.skip()
            association.send(started.context_id, command.echo_answer(started.commande))
            return True
        if started.commande.field != command.C_STORE_RQ:
            raise ProtocoleRompu
        if self._is_of_the_past(started.commande):
            return False
        return await self._hand_over(association, connexion, started)

    async def _hand_over(self, association: AssociationPacs, connexion: _Connexion, started: MessageStarted) -> bool:
        named = self._is_named(started)
        objet = await receive(association, started)
        attente = next((one for one in self._attentes if one.wants(objet) and (not named or one.is_originator_of(started.commande))), None)
        if attente is None:
            if not named:  # else it is answered already: the count of the last answer will tell that it is missing
                association.send(started.context_id, command.store_answer(started.commande, NOT_AUTHORIZED))
            return False
        connexion.attentes.add(attente)
        livraison = Livraison(objet, asyncio.get_running_loop().create_future())
        attente.arrivals.put_nowait(livraison)
        read = await livraison.done
        if read and not named:
            association.send(started.context_id, command.store_answer(started.commande, command.SUCCESS))
        return read

    def _is_named(self, started: MessageStarted) -> bool:
        return any(attente.is_originator_of(started.commande) for attente in self._attentes)

    def _is_of_the_past(self, commande: Commande) -> bool:
        by_us = commande.text(command.ORIGINATOR_AET).strip() == self._pacs.calling_aet
        return by_us and commande.number(command.ORIGINATOR_ID, 0) in self._given_up


def _tls(settings: EcouteTls, seconds: float) -> dict[str, Any]:
    return {"ssl": server_context_ecoute(settings), "ssl_handshake_timeout": seconds}


def is_storage(abstract_syntax: str) -> bool:
    """Tell whether an abstract syntax is that of images or of other composite objects."""
    return abstract_syntax.startswith(_STORAGE) and not abstract_syntax.startswith(_NOT_STORAGE)


_receptions: dict[tuple[asyncio.AbstractEventLoop, str, str, int], ReceptionStockage] = {}


def reception_of(pacs: Pacs) -> ReceptionStockage:
    """Return the listener of a PACS on this event loop."""
    assert pacs.move is not None
    for known in list(_receptions):
        if known[0].is_closed():
            _receptions.pop(known, None)  # loops of several threads: another one may have done it
    key = (asyncio.get_running_loop(), pacs.name, pacs.move.host, pacs.move.port)
    return _receptions.setdefault(key, ReceptionStockage(pacs))
