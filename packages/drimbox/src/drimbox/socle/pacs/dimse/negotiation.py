# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Opening and ending an association, as bytes (PS3.8 sections 9.3.2 to 9.3.8, PS3.7 annex D.3)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.pdu import ABORT, ASSOCIATE_AC, ASSOCIATE_RJ, ASSOCIATE_RQ, RELEASE_RP, RELEASE_RQ
from drimbox.socle.pacs.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"
MAX_PDU = 131_072  # the longest that DCMTK sends; larger ones gain nothing
MAX_CONTEXTS = 128
ACCEPTED, NO_ABSTRACT_SYNTAX, NO_TRANSFER_SYNTAX = 0, 3, 4
_FIXED = 68  # version, AE Titles and reserved bytes in front of the items
(
    _CONTEXT_NAME, _CONTEXT_RQ, _CONTEXT_AC, _ABSTRACT, _TRANSFER, _USER,
    _MAX_LENGTH, _CLASS_UID, _WINDOW, _ROLE, _VERSION_NAME,
) = 0x10, 0x20, 0x21, 0x30, 0x40, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55  # fmt: skip

RELEASE_REQUEST = struct.pack(">BBII", RELEASE_RQ, 0, 4, 0)
RELEASE_ANSWER = struct.pack(">BBII", RELEASE_RP, 0, 4, 0)
ABORT_REQUEST = struct.pack(">BBIBBBB", ABORT, 0, 4, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Contexte:
    """One presentation context as proposed.

    Attributes:
        context_id: odd, 1 to 255.
        abstract_syntax: SOP class.
        transfer_syntaxes: in order of preference.
    """

    context_id: int
    abstract_syntax: str
    transfer_syntaxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposition:
    """An A-ASSOCIATE-RQ.

    Attributes:
        calling: AE Title of who asks.
        called: AE Title of who is asked.
        contextes: what is proposed.
        scp_roles: SOP classes for which the one who asks serves as SCP (C-GET).
        max_pdu: longest PDU that the one who asks takes; 0 for no limit.
        window: operations that the one who asks would like to have under way at once.
    """

    calling: str
    called: str
    contextes: tuple[Contexte, ...]
    scp_roles: frozenset[str] = frozenset()
    max_pdu: int = MAX_PDU
    window: int = 1


@dataclass(frozen=True, slots=True)
class Accord:
    """An A-ASSOCIATE-AC.

    Attributes:
        accepted: context identifier → transfer syntax.
        max_pdu: longest PDU that the other side takes; 0 for no limit.
        window: operations that may be under way at once; 0 for no limit.
    """

    accepted: dict[int, str]
    max_pdu: int
    window: int = 1


@dataclass(frozen=True, slots=True)
class Rejet:
    """An A-ASSOCIATE-RJ."""

    permanent: bool
    source: int
    reason: int


def encode_request(proposition: Proposition) -> bytes:
    """Write an A-ASSOCIATE-RQ."""
    contexts = b"".join(
        _item(
            _CONTEXT_RQ,
            bytes((c.context_id, 0, 0, 0)) + _uid(_ABSTRACT, c.abstract_syntax) + b"".join(_uid(_TRANSFER, t) for t in c.transfer_syntaxes),
        )
        for c in proposition.contextes
    )
    roles = b"".join(_role(uid, scu=False, scp=True) for uid in sorted(proposition.scp_roles))
    user = _user_information(proposition.max_pdu, proposition.window, roles)
    return _associate(ASSOCIATE_RQ, proposition.called, proposition.calling, contexts, user)


def encode_accept(proposition: Proposition, results: dict[int, tuple[int, str]], *, max_pdu: int = MAX_PDU, window: int = 1) -> bytes:
    """Write the A-ASSOCIATE-AC to a proposition.

    Args:
        proposition: what was proposed.
        results: context identifier → (result, transfer syntax).
        max_pdu: longest PDU that we take.
        window: operations that we take at once.
    """
    contexts = b"".join(_item(_CONTEXT_AC, bytes((i, 0, result, 0)) + _uid(_TRANSFER, syntax)) for i, (result, syntax) in results.items())
    return _associate(ASSOCIATE_AC, proposition.called, proposition.calling, contexts, _user_information(max_pdu, window, b""))


def encode_reject(*, permanent: bool, source: int, reason: int) -> bytes:
    """Write an A-ASSOCIATE-RJ (PS3.8 table 9-21)."""
    return struct.pack(">BBIBBBB", ASSOCIATE_RJ, 0, 4, 0, 1 if permanent else 2, source, reason)


def decode_request(body: bytes) -> Proposition:
    """Read the body of an A-ASSOCIATE-RQ.

    Raises:
        ProtocoleRompu: it cannot be read.
    """
    called, calling, items = _split(body)
    contexts: dict[int, Contexte] = {}
    user: dict[int, list[bytes]] = {}
    for kind, value in items:
        if kind == _CONTEXT_RQ:
            contexte = _read_context(value)
            contexts.setdefault(contexte.context_id, contexte)
        elif kind == _USER:
            user = _group(_items(value))
    return Proposition(calling, called, tuple(contexts.values())[:MAX_CONTEXTS], _read_roles(user), _read_max_length(user))


def decode_accept(body: bytes) -> Accord:
    """Read the body of an A-ASSOCIATE-AC.

    Raises:
        ProtocoleRompu: it cannot be read.
    """
    accepted: dict[int, str] = {}
    user: dict[int, list[bytes]] = {}
    for kind, value in _split(body)[2]:
        if kind == _CONTEXT_AC:
            if len(value) < 4:
                raise ProtocoleRompu("Le PACS répond par une association illisible.")
            if value[2] == ACCEPTED:
                accepted[value[0]] = next((_text(syntax) for item, syntax in _items(value[4:]) if item == _TRANSFER), "")
        elif kind == _USER:
            user = _group(_items(value))
    return Accord(accepted, _read_max_length(user), _read_window(user))


def decode_reject(body: bytes) -> Rejet:
    """Read the body of an A-ASSOCIATE-RJ.

    Raises:
        ProtocoleRompu: it cannot be read.
    """
    if len(body) < 4:
        raise ProtocoleRompu("Le PACS refuse l'association par un message illisible.")
    return Rejet(body[1] == 1, body[2], body[3])


def _associate(kind: int, called: str, calling: str, contexts: bytes, user: bytes) -> bytes:
    body = b"\0\1\0\0" + _title(called) + _title(calling) + bytes(32) + _uid(_CONTEXT_NAME, APPLICATION_CONTEXT) + contexts + user
    return struct.pack(">BBI", kind, 0, len(body)) + body


def _user_information(max_pdu: int, window: int, roles: bytes) -> bytes:
    parts = [_item(_MAX_LENGTH, struct.pack(">I", max_pdu)), _uid(_CLASS_UID, str(IMPLEMENTATION_CLASS_UID))]
    if window != 1:
        parts.append(_item(_WINDOW, struct.pack(">HH", window, 1)))
    return _item(_USER, b"".join((*parts, roles, _uid(_VERSION_NAME, IMPLEMENTATION_VERSION_NAME))))


def _item(kind: int, value: bytes) -> bytes:
    return struct.pack(">BBH", kind, 0, len(value)) + value


def _uid(kind: int, uid: str) -> bytes:
    return _item(kind, uid.encode("ascii"))


def _role(uid: str, *, scu: bool, scp: bool) -> bytes:
    return _item(_ROLE, struct.pack(">H", len(uid)) + uid.encode("ascii") + bytes((scu, scp)))


def _title(title: str) -> bytes:
    return title.encode("ascii", "replace")[:16].ljust(16)


def _split(body: bytes) -> tuple[str, str, Iterator[tuple[int, bytes]]]:
    if len(body) < _FIXED:
        raise ProtocoleRompu("Le PACS négocie une association illisible.")
    return _text(body[4:20]), _text(body[20:36]), _items(body[_FIXED:])


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place < len(data):
        if place + 4 > len(data):
            raise ProtocoleRompu("Le PACS négocie une association illisible.")
        kind, _, length = struct.unpack_from(">BBH", data, place)
        place += 4
        if place + length > len(data):
            raise ProtocoleRompu("Le PACS négocie une association illisible.")
        yield kind, data[place : place + length]
        place += length


def _group(items: Iterator[tuple[int, bytes]]) -> dict[int, list[bytes]]:
    grouped: dict[int, list[bytes]] = {}
    for kind, value in items:
        grouped.setdefault(kind, []).append(value)
    return grouped


def _read_context(value: bytes) -> Contexte:
    if len(value) < 4 or not value[0] % 2:
        raise ProtocoleRompu("Le PACS propose un contexte de présentation illisible.")
    inner = _group(_items(value[4:]))
    abstract = inner.get(_ABSTRACT, [b""])[0]
    return Contexte(value[0], _text(abstract), tuple(_text(syntax) for syntax in inner.get(_TRANSFER, ())))


def _read_max_length(user: dict[int, list[bytes]]) -> int:
    value = user.get(_MAX_LENGTH, [b""])[0]
    return int.from_bytes(value, "big") if len(value) == 4 else 0


def _read_window(user: dict[int, list[bytes]]) -> int:
    value = user.get(_WINDOW, [b""])[0]
    return int.from_bytes(value[:2], "big") if len(value) == 4 else 1


def _read_roles(user: dict[int, list[bytes]]) -> frozenset[str]:
    """Return the classes whose role selection gives the SCP role to the one who asked for the association."""
    roles = set()
    for value in user.get(_ROLE, ()):
        length = int.from_bytes(value[:2], "big")
        if len(value) == length + 4 and value[-1] == 1:
            roles.add(_text(value[2 : 2 + length]))
    return frozenset(roles)


def _text(value: bytes) -> str:
    return value.decode("ascii", "replace").strip(" \0")


def contextes_of(kinds: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[Contexte, ...]:
    """Number contexts: odd identifiers from 1 (PS3.8 section 9.3.2.2).

    Args:
        kinds: (SOP class, transfer syntaxes), at most 128.
    """
    return tuple(Contexte(2 * rank + 1, abstract, syntaxes) for rank, (abstract, syntaxes) in enumerate(kinds[:MAX_CONTEXTS]))
