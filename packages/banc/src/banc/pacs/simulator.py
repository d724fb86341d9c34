# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A PACS on pynetdicom: C-ECHO, C-FIND, C-MOVE, C-GET and C-STORE over a folder of Part-10 files.

It keeps the bytes it receives and sends the bytes it keeps. It refuses what a real one refuses:

* an association under another called AE Title, or from a calling AE Title it does not know (rejected, permanent);
* an identifier that Study Root does not allow (0xA900), an unknown C-MOVE destination (0xA801);
* to send an object whose SOP class or transfer syntax was not negotiated (failed sub-operation; no transcoding here);
* to store an object whose header contradicts the command or cannot be read (0xA900, 0xC000).
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom import AE, AllStoragePresentationContexts, build_context, evt
from pynetdicom.association import Association
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.transport import ThreadedAssociationServer

from banc.pacs.index import Entry, Index, UnreadableObject
from banc.pacs.matching import BadIdentifier, answer, check, matches, search
from drimbox.socle.pacs.associations import ignore_late_events, keep_answers
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.objets import from_store
from drimbox.socle.pacs.syntaxes import MAX_CONTEXTS, SYNTAXES

VERIFICATION = "1.2.840.10008.1.1"
FIND, MOVE, GET = (f"1.2.840.10008.5.1.4.1.2.2.{n}" for n in (1, 2, 3))
UNCOMPRESSED = ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"]
POLL_SECONDS, POLLS_PER_LOOK = 0.05, 10
PENDING, CANCEL, BAD_IDENTIFIER, UNREADABLE, SUCCESS = 0xFF00, 0xFE00, 0xA900, 0xC000, 0x0000


class PacsSimulator:
    """A PACS over a folder.

    Args:
        folder: Part-10 files to serve; what is stored is written there.
        aet: called AE Title.
        port: 0 for any free port.
        known_aets: calling AE Titles allowed, each with the address where C-MOVE sends for it, or None.
    """

    def __init__(self, folder: Path, aet: str, *, port: int = 0, known_aets: Mapping[str, tuple[str, int] | None]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.index = Index(folder)
        self.aet = aet
        self.port = port
        self._known = dict(known_aets)
        self._server: Any = None
        self._sockets: dict[int, socket.socket] = {}

    def start(self) -> Self:
        """Index the folder and listen; ``port`` then holds the real port."""
        self.index.scan()
        ae = _RawAE(ae_title=self.aet)
        ae.own_handlers = [(evt.EVT_CONN_OPEN, self._on_open), (evt.EVT_CONN_CLOSE, self._on_close)]
        ae.require_called_aet = True
        ae.require_calling_aet = sorted(self._known)
        ae.maximum_associations = 32
        ae.maximum_pdu_size = 131_072
        _add_contexts(ae)
        self._server = ae.start_server(("127.0.0.1", self.port), block=False, evt_handlers=self._handlers())
        self.port = self._server.server_address[1]
        return self

    def stop(self) -> None:
        """Stop listening and abort what is in progress."""
        if self._server is not None:
            self._server.ae.shutdown()
            self._server = None
        while self._sockets:
            self._sockets.popitem()[1].close()

    @property
    def associations(self) -> int:
        """Number of associations now open."""
        return len(self._server.ae.active_associations) if self._server else 0

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def _handlers(self) -> list[Any]:
        return [
            (evt.EVT_CONN_OPEN, self._on_open),
            (evt.EVT_CONN_CLOSE, self._on_close),
            (evt.EVT_ACCEPTED, _carry_bytes),
            (evt.EVT_C_ECHO, lambda _event: SUCCESS),
            (evt.EVT_C_FIND, self._on_find),
            (evt.EVT_C_GET, self._on_get),
            (evt.EVT_C_MOVE, self._on_move),
            (evt.EVT_C_STORE, self._on_store),
        ]

    def _on_open(self, event: Any) -> None:
        ignore_late_events(event.assoc)
        connection = event.assoc.dul.socket.socket
        if connection is not None:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets[id(event.assoc)] = connection

    def _on_close(self, event: evt.Event) -> None:
        # pynetdicom forgets to close a connection that the other side closed first
        connection = self._sockets.pop(id(event.assoc), None)
        if connection is not None:
            connection.close()
        event.assoc.dimse.msg_queue.put((None, None))  # whoever waits for an answer is told that none will come

    def _on_find(self, event: evt.Event) -> Iterator[tuple[int, Dataset | None]]:
        try:
            identifier = event.identifier
            level = check(identifier)
        except (BadIdentifier, AttributeError, ValueError):
            yield BAD_IDENTIFIER, None
            return
        for header in search((entry.header for entry in self.index.entries()), identifier, level):
            if event.is_cancelled:
                yield CANCEL, None
                return
            yield PENDING, answer(header, identifier, level)

    def _on_get(self, event: evt.Event) -> Iterator[Any]:
        try:
            entries = self._select(event.identifier)
        except (BadIdentifier, AttributeError, ValueError):
            yield 1
            yield BAD_IDENTIFIER, None
            return
        yield len(entries)
        yield from _send_all(event, entries)

    def _on_move(self, event: evt.Event) -> Iterator[Any]:
        address = self._known.get(str(event.move_destination))
        if address is None:
            yield None, None  # pynetdicom answers 0xA801, move destination unknown
            return
        try:
            entries = self._select(event.identifier)
        except (BadIdentifier, AttributeError, ValueError):
            yield (*address, {"contexts": [build_context(VERIFICATION)]})
            yield 1
            yield BAD_IDENTIFIER, None
            return
        kinds = dict.fromkeys((str(entry.header.SOPClassUID), entry.transfer_syntax_uid) for entry in entries)
        contexts = [build_context(*kind) for kind in kinds][:MAX_CONTEXTS] or [build_context(VERIFICATION)]
        yield (*address, {"contexts": contexts})
        yield len(entries)
        yield from _send_all(event, entries)

    def _on_store(self, event: evt.Event) -> int:
        try:
            self.index.add(from_store(event))
        except UnreadableObject as error:
            return UNREADABLE if error.__cause__ else BAD_IDENTIFIER
        return SUCCESS

    def _select(self, identifier: Dataset) -> list[Entry]:
        level = check(identifier, retrieve=True)
        found = [entry for entry in self.index.entries() if matches(entry.header, identifier, level)]
        return sorted(found, key=_sending_order)


class _Sendable(Dataset):
    """An object to send: pynetdicom sees a data set, our send_c_store finds the entry."""

    entry: Entry

    @classmethod
    def of(cls, entry: Entry) -> _Sendable:
        sendable = cls()
        sendable.SOPInstanceUID = entry.sop_instance_uid
        object.__setattr__(sendable, "entry", entry)
        return sendable


class _Server(ThreadedAssociationServer):
    """A listener that stops when told; by default it looks twice a second, and so long does every stop of a PACS last."""

    _polls = 0

    def serve_forever(self, poll_interval: float = POLL_SECONDS) -> None:
        super().serve_forever(poll_interval)

    def service_actions(self) -> None:
        # collects the garbage of the whole process once in so many calls: not more often than it would
        self._polls += 1
        if self._polls % POLLS_PER_LOOK == 0:
            super().service_actions()


class _RawAE(AE):
    """An AE whose outgoing associations (C-MOVE) carry bytes untouched, and whose connections are closed in every case."""

    own_handlers: list[Any]

    def make_server(self, *args: Any, **kwargs: Any) -> Any:
        return super().make_server(*args, **(kwargs | {"server_class": _Server}))

    def associate(self, *args: Any, **kwargs: Any) -> Association:
        association = super().associate(*args, **(kwargs | {"evt_handlers": self.own_handlers}))
        keep_answers(association)
        _send_raw_on(association)
        return association


def _send_all(event: evt.Event, entries: list[Entry]) -> Iterator[tuple[int, Dataset | None]]:
    for entry in entries:
        if event.is_cancelled:
            yield CANCEL, None
            return
        yield PENDING, _Sendable.of(entry)


def _carry_bytes(event: evt.Event) -> None:
    _send_raw_on(event.assoc)


def _send_raw_on(association: Any) -> None:
    # pynetdicom decodes and encodes what it sends; a PACS sends what it keeps
    def send(sendable: _Sendable, msg_id: int = 1, **_originator: object) -> Dataset:
        objet = sendable.entry.load()
        kind = (objet.sop_class_uid, objet.transfer_syntax_uid)
        context = next(cx for cx in association.accepted_contexts if (cx.abstract_syntax, cx.transfer_syntax[0]) == kind and cx.as_scu)
        status = Dataset()
        if not association.is_established:
            return status
        answer_status = _send_bytes(association, objet, context_id=context.context_id, message_id=msg_id)
        if answer_status is not None:
            status.Status = answer_status
        return status

    association.send_c_store = send


def _send_bytes(association: Any, objet: ObjetDicom, *, context_id: int, message_id: int) -> int | None:
    """Send one object as it is, one floor below pynetdicom's send_c_store; return the status, or None when nothing came back."""
    request = C_STORE()
    request.MessageID = message_id
    request.Priority = 2
    request.AffectedSOPClassUID = UID(objet.sop_class_uid)
    request.AffectedSOPInstanceUID = UID(objet.sop_instance_uid)
    request.DataSet = BytesIO(objet.dataset)
    association.dimse.send_msg(request, context_id)
    _context, answer = association.dimse.get_msg(block=True)
    if answer is None or not answer.is_valid_response:
        return None
    return int(answer.Status)


def _add_contexts(ae: AE) -> None:
    ae.add_supported_context(VERIFICATION)
    for model in (FIND, MOVE, GET):
        ae.add_supported_context(model, UNCOMPRESSED)
    for context in AllStoragePresentationContexts:
        ae.add_supported_context(str(context.abstract_syntax), list(SYNTAXES), scu_role=True, scp_role=True)


def _sending_order(entry: Entry) -> tuple[int, int, str]:
    header = entry.header
    return int(header.get("SeriesNumber") or 0), int(header.get("InstanceNumber") or 0), entry.sop_instance_uid
