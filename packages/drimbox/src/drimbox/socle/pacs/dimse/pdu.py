# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reads PDUs as their bytes arrive (PS3.8 section 9.3): a machine without input nor output.

::

    HEADER → P-DATA: (PDV HEADER → PDV DATA)* → HEADER
           → any other PDU: BODY → HEADER

What a P-DATA carries is never gathered: each piece goes out as a view of the bytes that were fed, whatever their cut. All that is kept
between two feeds is a header of six bytes, or the body of a negotiation, bounded.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from drimbox.socle.pacs.dimse.errors import ProtocoleRompu

ASSOCIATE_RQ, ASSOCIATE_AC, ASSOCIATE_RJ, P_DATA, RELEASE_RQ, RELEASE_RP, ABORT = range(1, 8)
_HEADER = 6
_USUAL = struct.Struct(">BxIIBB")  # headers of a P-DATA and of its first value: nearly every P-DATA has one, the cut is rarely inside
_COMMAND, _LAST = 0x01, 0x02  # message control header, PS3.8 annex E.2
_TLS_RECORDS = (0x14, 0x15, 0x16)


@dataclass(frozen=True, slots=True)
class LimitesPdu:
    """Bounds of what is read.

    Attributes:
        max_pdu: bytes of one P-DATA; nothing of it is kept, so it is well above what we announce.
        max_negotiation: bytes of the body of any other PDU.
        max_command: bytes of a command set.
        max_identifier: bytes of the data set of an answer (list of failed instances).
    """

    max_pdu: int = 1 << 24
    max_negotiation: int = 1 << 18
    max_command: int = 1 << 16
    max_identifier: int = 1 << 23


class Fragment(NamedTuple):
    """Some bytes of a presentation data value.

    Attributes:
        context_id: presentation context.
        command: of a command set, else of a data set.
        last: these bytes end the command set or the data set.
        data: view of what was fed.
    """

    context_id: int
    command: bool
    last: bool
    data: memoryview


class Pdu(NamedTuple):
    """A whole PDU other than P-DATA."""

    kind: int
    body: bytes


PduEvent: TypeAlias = Fragment | Pdu


class PduReader:
    """The machine. Feed it bytes, take its events.

    Args:
        limites: bounds of what is read.
    """

    def __init__(self, limites: LimitesPdu | None = None) -> None:
        self._limites = limites or LimitesPdu()
        self._kept = bytearray()
        self._kind = 0
        self._pdu_left = 0  # bytes of the current PDU not read yet
        self._pdv_left = 0  # bytes of the current PDV not read yet
        self._context_id = self._control = 0
        self._body: bytearray | None = None

    def feed(self, data: bytes | bytearray | memoryview) -> list[PduEvent]:
        """Take some bytes and return what they complete; views stay valid as long as the bytes fed are not changed.

        Raises:
            ProtocoleRompu: these bytes are not those of an association.
        """
        view = memoryview(data)
        events: list[PduEvent] = []
        place, end = 0, len(view)
        while place < end:
            if self._pdv_left:
                place = self._read_value(view, place, events)
            elif self._body is not None:
                place = self._read_body(view, place, events)
            elif self._pdu_left or self._kept or end - place < _USUAL.size:
                place = self._read_header(view, place, events)
            else:
                place = self._read_usual(view, place, end, events) or self._read_header(view, place, events)
        return events

    def _read_usual(self, view: memoryview, place: int, end: int, events: list[PduEvent]) -> int:
        """Read a P-DATA of one value at one go, as most are; return 0 to leave anything else to the machine."""
        kind, length, value_length, context_id, control = _USUAL.unpack_from(view, place)
        if kind != P_DATA or length != value_length + 4 or value_length < 2 or length > self._limites.max_pdu:
            return 0
        place += _USUAL.size
        stop: int = place + value_length - 2
        if stop > end:  # the rest comes with the next bytes
            self._kind, self._context_id, self._control, self._pdv_left = kind, context_id, control, stop - end
            if place < end:
                events.append(Fragment(context_id, bool(control & _COMMAND), False, view[place:end]))
            return end
        events.append(Fragment(context_id, bool(control & _COMMAND), bool(control & _LAST), view[place:stop]))
        return stop

    def _read_value(self, view: memoryview, place: int, events: list[PduEvent]) -> int:
        stop = min(len(view), place + self._pdv_left)
        self._pdv_left -= stop - place
        last = not self._pdv_left and bool(self._control & _LAST)
        events.append(Fragment(self._context_id, bool(self._control & _COMMAND), last, view[place:stop]))
        return stop

    def _read_body(self, view: memoryview, place: int, events: list[PduEvent]) -> int:
        assert self._body is not None
        stop = min(len(view), place + self._pdu_left)
        self._body += view[place:stop]
        self._pdu_left -= stop - place
        if not self._pdu_left:
            events.append(Pdu(self._kind, bytes(self._body)))
            self._body = None
        return stop

    def _read_header(self, view: memoryview, place: int, events: list[PduEvent]) -> int:
        if not self._kept and len(view) - place >= _HEADER:
            header: memoryview | bytearray = view[place : place + _HEADER]
            place += _HEADER
        else:
            stop = min(len(view), place + _HEADER - len(self._kept))
            self._kept += view[place:stop]
            if len(self._kept) < _HEADER:
                return stop
            header, self._kept, place = self._kept, bytearray(), stop
        if self._pdu_left:
            self._start_value(header, events)
        else:
            self._start_pdu(header, events)
        return place

    def _start_pdu(self, header: memoryview | bytearray, events: list[PduEvent]) -> None:
        self._kind, length = header[0], int.from_bytes(header[2:6], "big")
        if not ASSOCIATE_RQ <= self._kind <= ABORT:
            raise ProtocoleRompu(_why_not_dicom(header))
        if length > (self._limites.max_pdu if self._kind == P_DATA else self._limites.max_negotiation):
            raise ProtocoleRompu("Le PACS annonce un PDU trop long.")
        self._pdu_left = length
        if self._kind == P_DATA:
            if 0 < length < _HEADER:
                raise ProtocoleRompu("Le PACS envoie un PDU de données trop court.")
        elif length:
            self._body = bytearray()
        else:
            events.append(Pdu(self._kind, b""))

    def _start_value(self, header: memoryview | bytearray, events: list[PduEvent]) -> None:
        length = int.from_bytes(header[:4], "big")
        if length < 2 or length + 4 > self._pdu_left:
            raise ProtocoleRompu("Le PACS envoie un fragment qui déborde de son PDU.")
        self._context_id, self._control = header[4], header[5]
        self._pdv_left = length - 2
        self._pdu_left -= length + 4
        if 0 < self._pdu_left < _HEADER:
            raise ProtocoleRompu("Le PACS envoie un PDU de données dont la fin est illisible.")
        if not self._pdv_left:
            events.append(Fragment(self._context_id, bool(self._control & _COMMAND), bool(self._control & _LAST), memoryview(b"")))


def _why_not_dicom(header: memoryview | bytearray) -> str:
    if header[0] in _TLS_RECORDS and header[1] == 0x03:
        return "Le PACS parle TLS sur ce port, alors que la configuration l'appelle en clair."
    if bytes(header[:5]) == b"HTTP/":
        return "Un serveur HTTP répond sur le port DICOM du PACS."
    return "Ce qui répond à l'adresse du PACS ne parle pas DICOM."
