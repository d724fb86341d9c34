# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Calling a PACS on an event loop: the connection, the negotiation, and the end of the association."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress

from drimbox.config import Pacs
from drimbox.socle.pacs.dimse.command import C_STORE_RQ, SUCCESS, store_answer
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.message import MessageEnded, MessageStarted, frames
from drimbox.socle.pacs.dimse.negotiation import (
    RELEASE_ANSWER,
    RELEASE_REQUEST,
    Accord,
    Proposition,
    Rejet,
    decode_accept,
    decode_reject,
    encode_request,
)  # fmt: skip
from drimbox.socle.pacs.dimse.pdu import ASSOCIATE_AC, ASSOCIATE_RJ, RELEASE_RP, RELEASE_RQ, Pdu
from drimbox.socle.pacs.errors import PacsCoupe, PacsIndisponible, PacsInjoignable, PacsRefuse
from drimbox.socle.pacs.liaison import Event, Liaison
from drimbox.socle.tls.client import client_context
from drimbox.socle.tls.context import load_identity

RELEASE_SECONDS = 2.0


class AssociationPacs:
    """An association on an event loop, whoever opened it.

    Args:
        liaison: its connection, already negotiated.
        proposition: what the one who opened it proposed.
        accord: what the other one accepted.
        silence: longest wait for the other side, in seconds; None when something else watches over it.

    Attributes:
        contextes: context identifier → (SOP class, transfer syntax), those accepted.
        served: exchanges begun on it so far.
        at_rest: whether the last one, if any, had its last answer; else the other side may still be sending.
    """

    def __init__(self, liaison: Liaison, proposition: Proposition, accord: Accord, silence: float | None) -> None:
        self._liaison = liaison
        self._max_pdu = accord.max_pdu
        self._silence = silence
        abstract = {contexte.context_id: contexte.abstract_syntax for contexte in proposition.contextes}
        self.contextes = {i: (abstract[i], syntax) for i, syntax in accord.accepted.items() if i in abstract}
        self.proposition = proposition
        self.served = 0
        self.at_rest = True

    def context_for(self, sop_class: str) -> tuple[int, str] | None:
        """Return the first accepted context of a SOP class, with its transfer syntax."""
        return next(((i, syntax) for i, (abstract, syntax) in self.contextes.items() if abstract == sop_class), None)

    def next_message_id(self) -> int:
        """Return a message identifier not used on this association for a long while."""
        self.served += 1
        return self.served % 65_535 + 1

    def is_past(self, message_id: int) -> bool:
        """Tell whether an answer is to an exchange that came before the last one."""
        return 0 < (self.served % 65_535 + 1 - message_id) % 65_535 < self.served

    def ask(self, context_id: int, command: bytes, identifier: bytes) -> None:
        """Begin an exchange; who reads its last answer calls :meth:`answered`."""
        self.at_rest = False
        self.send(context_id, command, identifier)

    def answered(self) -> None:
        """Know that the exchange is over."""
        self.at_rest = True

    def send(self, context_id: int, command: bytes, data_set: bytes | None = None) -> None:
        """Send a short message."""
        pieces: list[bytes | memoryview] = [*frames(context_id, command, command=True, last=True, max_pdu=self._max_pdu)]
        if data_set is not None:
            pieces += frames(context_id, data_set, command=False, last=True, max_pdu=self._max_pdu)
        self._liaison.send(pieces)

    async def next(self, *, patient: bool = False) -> Event:
        """Return what comes next.

        Args:
            patient: wait without limit: somebody else watches over the exchange.

        Raises:
            PacsIndisponible: silence, cut or abort.
            ProtocoleRompu: it cannot be read, or is not a message.
        """
        event = await self._liaison.next(None if patient else self._silence)
        if isinstance(event, Pdu):
            if event.kind == RELEASE_RQ:
                self._liaison.send((RELEASE_ANSWER,))
                self._liaison.cut()
                raise PacsCoupe
            raise ProtocoleRompu
        return event

    def data_here(self) -> list[memoryview]:
        """Return, without waiting, the bytes that are here of the data set of the current message; none says nothing of what follows."""
        return self._liaison.take_data()

    async def next_message(self, *, patient: bool = False) -> MessageStarted:
        """Return the beginning of the next message.

        Args:
            patient: as for :meth:`next`.

        Raises:
            PacsIndisponible: silence, cut or abort.
            ProtocoleRompu: it cannot be read.
        """
        event = await self.next(patient=patient)
        if not isinstance(event, MessageStarted):
            raise ProtocoleRompu
        return event

    async def skip(self) -> None:
        """Pass over what is left of the current message."""
        while not isinstance(await self.next(), MessageEnded):
            pass

    def answer_stores(self, taken: Callable[[MessageStarted], bool]) -> None:
        """Answer C-STORE requests as soon as their last byte is here, even if the reader is behind: the PACS prepares the next object.

        Args:
            taken: tells which ones are answered so, with success.
        """

        def answer(started: MessageStarted) -> None:
            if started.commande.field == C_STORE_RQ and taken(started):
                self.send(started.context_id, store_answer(started.commande, SUCCESS))

        self._liaison.on_message_end = answer

    @property
    def reusable(self) -> bool:
        """Whether another exchange may begin on it."""
        return self.at_rest and self._liaison.alive

    async def release(self) -> None:
        """End it politely, for as long as ``RELEASE_SECONDS``; the connection is closed in every case."""
        try:
            if self._liaison.alive:
                self._liaison.send((RELEASE_REQUEST,))
                with suppress(PacsIndisponible, PacsRefuse, TimeoutError):
                    async with asyncio.timeout(RELEASE_SECONDS):
                        await self._released()
        finally:
            self._liaison.cut()
        await self._liaison.closed

    async def _released(self) -> None:
        while True:
            event = await self._liaison.next(None)
            if isinstance(event, Pdu) and event.kind == RELEASE_RP:
                return
            if isinstance(event, Pdu) and event.kind == RELEASE_RQ:  # both leave at once
                self._liaison.send((RELEASE_ANSWER,))

    def abort(self) -> None:
        """End it at once."""
        self._liaison.abort()


async def appeler(pacs: Pacs, proposition: Proposition) -> AssociationPacs:
    """Open an association. The caller releases or aborts it, and holds a place for it.

    Raises:
        PacsInjoignable: no connection, or a refusal said to be transient.
        PacsIndisponible: no answer in time.
        PacsRefuse: the PACS refuses us, or offers none of the services.
        ProtocoleRompu: what answers does not speak DICOM.
    """
    liaison = await _connect(pacs)
    try:
        liaison.send((encode_request(proposition),))
        event = await liaison.next(pacs.timeout)
        if not isinstance(event, Pdu) or event.kind not in {ASSOCIATE_AC, ASSOCIATE_RJ}:
            raise ProtocoleRompu
        if event.kind == ASSOCIATE_RJ:
            liaison.cut()  # a rejected association has nothing to abort
            raise why_rejected(decode_reject(event.body))
        accord = decode_accept(event.body)
        if not accord.accepted:
            raise PacsRefuse("Le PACS n'offre aucun des services demandés.")
    except BaseException:
        liaison.abort()
        raise
    return AssociationPacs(liaison, proposition, accord, pacs.timeout)


def why_rejected(rejet: Rejet) -> PacsInjoignable | PacsRefuse:
    """Return the error of an A-ASSOCIATE-RJ."""
    if rejet.permanent:
        return PacsRefuse("Le PACS refuse l'association : AE Title inconnu ou non autorisé.")
    return PacsInjoignable("Le PACS refuse l'association pour le moment.")


def tls_context(pacs: Pacs) -> ssl.SSLContext | None:
    """Return the TLS context towards a PACS, or None when it is called in clear.

    Raises:
        CertificatIllisible: our certificate cannot be used.
        AncresIllisibles: the authorities of the PACS cannot be read.
    """
    if pacs.tls is None:
        return None
    context = client_context(pacs.tls.trust)
    if pacs.tls.identity is not None:
        load_identity(context, pacs.tls.identity)
    return context


async def _connect(pacs: Pacs) -> Liaison:
    context = await asyncio.to_thread(tls_context, pacs) if pacs.tls else None
    server_name = (pacs.tls.server_name or pacs.host) if pacs.tls else None
    try:
        async with asyncio.timeout(pacs.timeout):
            _transport, liaison = await asyncio.get_running_loop().create_connection(
                Liaison, pacs.host, pacs.port, ssl=context, server_hostname=server_name
            )
    except ssl.SSLError as error:
        raise why_no_tls(error) from None
    except (OSError, TimeoutError) as error:
        raise PacsInjoignable from error
    return liaison


def why_no_tls(error: ssl.SSLError) -> PacsInjoignable | PacsRefuse:
    """Return the error of a failed handshake."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return PacsRefuse("Le certificat TLS du PACS n'est pas celui attendu.", remede="Vérifier trust et server_name de ce PACS.")
    if error.reason == "WRONG_VERSION_NUMBER":
        return PacsRefuse("Le PACS répond en clair sur ce port, alors que la configuration l'appelle en TLS.")
    return PacsInjoignable("La connexion TLS avec le PACS a échoué.")
