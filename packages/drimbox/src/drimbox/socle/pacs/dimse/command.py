# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Command sets: the short data set that opens every DIMSE message (PS3.7 section 6.3 and annex E), always Implicit VR Little Endian."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from drimbox.socle.pacs.dimse.errors import ProtocoleRompu

# command fields
C_STORE_RQ, C_STORE_RSP = 0x0001, 0x8001
C_GET_RQ, C_GET_RSP = 0x0010, 0x8010
C_FIND_RQ, C_FIND_RSP = 0x0020, 0x8020
C_MOVE_RQ, C_MOVE_RSP = 0x0021, 0x8021
C_ECHO_RQ, C_ECHO_RSP = 0x0030, 0x8030

# elements of group 0000
CLASS_UID, FIELD, MESSAGE_ID, RESPONDED_ID = 0x0002, 0x0100, 0x0110, 0x0120
DESTINATION, PRIORITY, DATA_SET_TYPE, STATUS, INSTANCE_UID = 0x0600, 0x0700, 0x0800, 0x0900, 0x1000
REMAINING, COMPLETED, FAILED, WARNINGS = 0x1020, 0x1021, 0x1022, 0x1023
ORIGINATOR_AET, ORIGINATOR_ID = 0x1030, 0x1031

SUCCESS, NO_DATA_SET, WITH_DATA_SET, MEDIUM = 0x0000, 0x0101, 0x0001, 0x0000
_ELEMENT = struct.Struct("<HHI")
_GROUP_LENGTH = struct.Struct("<HHII")
_STORE_ANSWER = struct.Struct("<" + 4 * "HHIH")


class Commande:
    """One command set. Values are read when asked for.

    Args:
        elements: element number of group 0000 → its value, as encoded.
    """

    __slots__ = ("_elements",)

    def __init__(self, elements: Mapping[int, bytes]) -> None:
        self._elements = elements

    def number(self, element: int, default: int | None = None) -> int:
        """Return a US value.

        Raises:
            ProtocoleRompu: it is absent without a default, or not a US.
        """
        value = self._elements.get(element, b"")
        if not value and default is not None:
            return default
        if len(value) != 2:
            raise ProtocoleRompu("Le PACS envoie une commande DIMSE incomplète.")
        return int.from_bytes(value, "little")

    def text(self, element: int) -> str:
        """Return a text without its padding; empty when absent.

        Raises:
            ProtocoleRompu: it is not ASCII.
        """
        try:
            return self._elements.get(element, b"").rstrip(b"\0 ").decode("ascii")
        except UnicodeDecodeError:
            raise ProtocoleRompu("Le PACS envoie une commande DIMSE illisible.") from None

    @property
    def field(self) -> int:
        """What is asked or answered."""
        return self.number(FIELD)

    @property
    def has_data_set(self) -> bool:
        """Whether a data set follows."""
        return self.number(DATA_SET_TYPE) != NO_DATA_SET


def decode(data: bytes) -> Commande:
    """Read a command set.

    Raises:
        ProtocoleRompu: it is cut, or holds something else than group 0000.
    """
    elements: dict[int, bytes] = {}
    place = 0
    while place < len(data):
        if place + 8 > len(data):
            raise ProtocoleRompu("Le PACS envoie une commande DIMSE coupée.")
        group, element, length = _ELEMENT.unpack_from(data, place)
        place += 8
        if group or place + length > len(data):
            raise ProtocoleRompu("Le PACS envoie une commande DIMSE illisible.")
        elements[element] = data[place : place + length]
        place += length
    return Commande(elements)


def encode(values: Mapping[int, int | str]) -> bytes:
    """Write a command set: elements in order behind their group length (PS3.7 section 6.3.1).

    Args:
        values: element number → US value or text.
    """
    parts = []
    for element in sorted(values):
        value = values[element]
        data = value.to_bytes(2, "little") if isinstance(value, int) else _padded(value, b"\0" if element not in _SPACED else b" ")
        parts += [_ELEMENT.pack(0, element, len(data)), data]
    body = b"".join(parts)
    return _ELEMENT.pack(0, 0, 4) + len(body).to_bytes(4, "little") + body


_SPACED = frozenset({DESTINATION, ORIGINATOR_AET})  # AE Titles are padded with spaces, UIDs with a null


def _padded(text: str, pad: bytes) -> bytes:
    data = text.encode("ascii")
    return data + pad * (len(data) % 2)


def request(field: int, sop_class: str, message_id: int, *, destination: str = "") -> bytes:
    """Write a C-FIND-RQ, a C-GET-RQ or, with a destination, a C-MOVE-RQ; an identifier follows it."""
    values: dict[int, int | str] = {
        CLASS_UID: sop_class, FIELD: field, MESSAGE_ID: message_id, PRIORITY: MEDIUM, DATA_SET_TYPE: WITH_DATA_SET,
    }  # fmt: skip
    return encode(values | ({DESTINATION: destination} if destination else {}))


def store_answer(request: Commande, status: int) -> bytes:
    """Write the C-STORE-RSP to a C-STORE-RQ: the PACS waits for it before its next object."""
    sop_class, instance = _padded(request.text(CLASS_UID), b"\0"), _padded(request.text(INSTANCE_UID), b"\0")
    body = b"".join((
        _ELEMENT.pack(0, CLASS_UID, len(sop_class)), sop_class,
        _STORE_ANSWER.pack(
            0, FIELD, 2, C_STORE_RSP, 0, RESPONDED_ID, 2, request.number(MESSAGE_ID), 0, DATA_SET_TYPE, 2, NO_DATA_SET, 0, STATUS, 2, status
        ),
        _ELEMENT.pack(0, INSTANCE_UID, len(instance)), instance,
    ))  # fmt: skip
    return _GROUP_LENGTH.pack(0, 0, 4, len(body)) + body


def echo_answer(request: Commande) -> bytes:
    """Write the C-ECHO-RSP to a C-ECHO-RQ."""
    return encode({
        CLASS_UID: request.text(CLASS_UID),
        FIELD: C_ECHO_RSP,
        RESPONDED_ID: request.number(MESSAGE_ID),
        DATA_SET_TYPE: NO_DATA_SET,
        STATUS: SUCCESS,
    })  # fmt: skip
