# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One association that carries objects to a PACS, from a thread: the bytes of each go out as they are, without a copy.

Several objects may be under way when the PACS says so (asynchronous operations window, PS3.7 annex D.3.3.3); most say one.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Sequence
from contextlib import suppress

from drimbox.config import Pacs
from drimbox.socle.pacs.appel import tls_context, why_no_tls, why_rejected
from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.command import Commande
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.message import MessageReader, MessageStarted, frames
from drimbox.socle.pacs.dimse.negotiation import (
    ABORT_REQUEST,
    RELEASE_REQUEST,
    Accord,
    Proposition,
    contextes_of,
    decode_accept,
    decode_reject,
    encode_request,
)
from drimbox.socle.pacs.dimse.pdu import ABORT, ASSOCIATE_AC, ASSOCIATE_RJ, RELEASE_RP, Pdu, PduReader
from drimbox.socle.pacs.errors import PacsCoupe, PacsIndisponible
from drimbox.socle.pacs.model import ObjetDicom

WINDOW = 8
RELEASE_SECONDS = 2.0
_MAX_PIECES = 512  # of one system call; Linux takes 1024
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)  # Linux


class Envoi:
    """The association. It is open once made.

    Args:
        pacs: whom to call.
        kinds: (SOP class, transfer syntax) of the objects to send, at most 128.

    Attributes:
        window: objects that may be sent before the first is answered.

    Raises:
        PacsIndisponible: no connection, no answer in time, or a refusal said to be transient.
        PacsRefuse: the PACS refuses us.
    """

    def __init__(self, pacs: Pacs, kinds: Sequence[tuple[str, str]]) -> None:
        self._pdus, self._messages = PduReader(), MessageReader()
        self._events: list[MessageStarted | Pdu] = []
        self._message_id = 0
        self._socket = _connect(pacs)
        proposition = Proposition(pacs.calling_aet, pacs.aet, contextes_of([(c, (s,)) for c, s in kinds]), window=WINDOW)
        try:
            accord = self._negotiate(proposition)
        except BaseException:
            self._socket.close()
            raise
        self.window = min(accord.window or WINDOW, WINDOW)
        self._max_pdu = accord.max_pdu
        proposed = {contexte.context_id: contexte.abstract_syntax for contexte in proposition.contextes}
        self._contextes = {(proposed[i], syntax): i for i, syntax in accord.accepted.items() if i in proposed}

    def takes(self, objet: ObjetDicom) -> bool:
        """Whether the PACS accepted this kind of object."""
        return (objet.sop_class_uid, objet.transfer_syntax_uid) in self._contextes

    def send(self, objet: ObjetDicom) -> int:
        """Send an object and return the identifier of its message.

        Raises:
            PacsIndisponible: the PACS does not read, or is gone.
        """
        self._message_id = self._message_id % 65_535 + 1
        context_id = self._contextes[objet.sop_class_uid, objet.transfer_syntax_uid]
        asked = command.encode({
            command.CLASS_UID: objet.sop_class_uid,
            command.FIELD: command.C_STORE_RQ,
            command.MESSAGE_ID: self._message_id,
            command.PRIORITY: command.MEDIUM,
            command.DATA_SET_TYPE: command.WITH_DATA_SET,
            command.INSTANCE_UID: objet.sop_instance_uid,
        })  # fmt: skip
        pieces = [*frames(context_id, asked, command=True, last=True, max_pdu=self._max_pdu)]
        self._write([*pieces, *frames(context_id, objet.dataset, command=False, last=True, max_pdu=self._max_pdu)])
        return self._message_id

    def answer(self) -> tuple[int, int]:
        """Return the next answer: identifier of the message, status.

        Raises:
            PacsIndisponible: silence, cut or abort.
            ProtocoleRompu: what comes is no answer to a C-STORE.
        """
        event = self._next()
        if not isinstance(event, MessageStarted) or event.commande.field != command.C_STORE_RSP or event.commande.has_data_set:
            raise ProtocoleRompu
        return _answered(event.commande)

    def close(self, *, abort: bool = False) -> None:
        """End the association, politely unless told otherwise; the connection is closed in every case."""
        with suppress(PacsIndisponible, ProtocoleRompu, OSError):
            self._socket.settimeout(RELEASE_SECONDS)
            self._write([ABORT_REQUEST if abort else RELEASE_REQUEST])
            while not abort:
                event = self._next()
                if isinstance(event, Pdu) and event.kind == RELEASE_RP:
                    break
        self._socket.close()

    def _negotiate(self, proposition: Proposition) -> Accord:
        self._write([encode_request(proposition)])
        event = self._next()
        if not isinstance(event, Pdu) or event.kind not in {ASSOCIATE_AC, ASSOCIATE_RJ}:
            raise ProtocoleRompu
        if event.kind == ASSOCIATE_RJ:
            raise why_rejected(decode_reject(event.body))
        return decode_accept(event.body)

    def _next(self) -> MessageStarted | Pdu:
        while not self._events:
            for read in self._pdus.feed(self._read()):
                if isinstance(read, Pdu):
                    self._events.append(read)
                else:
                    self._events += [message for message in self._messages.take(read) if isinstance(message, MessageStarted)]
        event = self._events.pop(0)
        if isinstance(event, Pdu) and event.kind == ABORT:
            raise PacsCoupe("Le PACS a interrompu l'association.")
        return event

    def _read(self) -> bytes:
        try:
            data = self._socket.recv(1 << 16)
        except TimeoutError:
            raise PacsIndisponible("Le PACS s'est tu.") from None
        except OSError:
            raise PacsCoupe from None
        if not data:
            raise PacsCoupe
        _acknowledge_at_once(self._socket)
        return data

    def _write(self, pieces: Iterable[bytes | memoryview]) -> None:
        try:
            if isinstance(self._socket, ssl.SSLSocket):
                self._socket.sendall(b"".join(pieces))
            else:
                _send_all(self._socket, [memoryview(piece) for piece in pieces if piece])
        except TimeoutError:
            raise PacsIndisponible("Le PACS ne lit plus ce qui lui est envoyé.") from None
        except OSError:
            raise PacsCoupe from None


def _connect(pacs: Pacs) -> socket.socket:
    context = tls_context(pacs)
    try:
        connection = socket.create_connection((pacs.host, pacs.port), timeout=pacs.timeout)
    except OSError as error:
        raise PacsIndisponible from error
    try:
        # Nagle's algorithm costs 40 ms per object when the other side delays its acknowledgements
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is None or pacs.tls is None:
            return connection
        return context.wrap_socket(connection, server_hostname=pacs.tls.server_name or pacs.host)
    except ssl.SSLError as error:
        connection.close()
        raise why_no_tls(error) from None
    except OSError as error:
        connection.close()
        raise PacsIndisponible from error


def _send_all(connection: socket.socket, views: list[memoryview]) -> None:
    first = 0
    while first < len(views):
        sent = connection.sendmsg(views[first : first + _MAX_PIECES])
        while first < len(views) and sent >= len(views[first]):
            sent -= len(views[first])
            first += 1
        if sent:
            views[first] = views[first][sent:]


def _acknowledge_at_once(connection: socket.socket) -> None:
    if _QUICKACK is not None:
        with suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)


def _answered(commande: Commande) -> tuple[int, int]:
    return commande.number(command.RESPONDED_ID), commande.number(command.STATUS)
