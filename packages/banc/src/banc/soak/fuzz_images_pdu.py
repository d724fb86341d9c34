# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fuzzing the readers of what a PACS sends: PDUs and messages, negotiations, heads of objects, files, answers in several parts.

The oracle is short: a reader refuses with one of its own errors, within its time, or what it says does not depend on how the bytes were
cut, loses none of them, and the INS written twice is the INS written once.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from banc.soak.fuzz import Surprise, judge
from confiance.errors import DrimmError
from drimbox.socle.multipart import Event, MultipartReader, PartData
from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.message import MessageData, MessageReader, frames
from drimbox.socle.pacs.dimse.negotiation import (
    ABORT_REQUEST,
    ACCEPTED,
    RELEASE_REQUEST,
    Proposition,
    contextes_of,
    decode_accept,
    decode_reject,
    decode_request,
    encode_accept,
    encode_reject,
    encode_request,
)
from drimbox.socle.pacs.dimse.pdu import Pdu, PduReader
from drimbox.socle.pacs.elements import DEFLATED, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, deflate, inflate
from drimbox.socle.pacs.entete import Ins, with_ins
from drimbox.socle.pacs.fichier import LecteurFichier
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.part10 import to_part10
from drimbox.socle.pacs.tete import MAX_INFLATED, LecteurTete
from drimbox.source.partage.tri import HeadFilter, HeadLimits

Order: TypeAlias = Literal["little", "big"]
MAX_SECONDS: Final = 2.0
ACCEPTEE: Final = "accepté"
CT, GET, STUDY = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.2.2.3", "1.2.3"
_INS: Final = Ins("279035121518989", "1.2.250.1.213.1.4.10")
_BOUNDARY: Final = b"drimm"
TOKENS: Final = (
    *(bytes([octet]) for octet in b"\0\1\2\3\4\5\7\x7f\x80\xff"),
    *(b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0", b"\xfe\xff\xdd\xe0", b"\xff\xfe\xe0\x00"),
    *(b"SQ\0\0\xff\xff\xff\xff", b"UN\0\0\xff\xff\xff\xff", b"OB\0\0", b"\x10\x00\x02\x10", b"\xe0\x7f\x10\x00", b"\x00\x10\x10\x02"),
    *(b"\r\n--drimm", b"\r\n--drimm--", b"\r\n\r\n", b"Content-Length: 9\r\n", b"DICM", b"\x04\0\0\0\0\x06\0\0\0\x02\x03\x03"),
)


def _element(tag: int, vr: bytes, value: bytes, *, explicit: bool, order: Order) -> bytes:
    head = (tag >> 16).to_bytes(2, order) + (tag & 0xFFFF).to_bytes(2, order)
    if not explicit:
        return head + len(value).to_bytes(4, "little") + value
    if vr in {b"SQ", b"OW", b"OB"}:
        return head + vr + b"\0\0" + len(value).to_bytes(4, order) + value
    return head + vr + len(value).to_bytes(2, order) + value


def _object(syntax: str) -> bytes:
    """A small image of this syntax."""
    explicit = syntax != IMPLICIT_LE
    order: Order = "big" if syntax == EXPLICIT_BE else "little"
    item = _element(0x00100020, b"LO", b"AUTRE ", explicit=explicit, order=order)
    sequence = (b"\xff\xfe\xe0\x00" if order == "big" else b"\xfe\xff\x00\xe0") + len(item).to_bytes(4, order) + item
    values = (
        (0x00080016, b"UI", CT.encode() + b"\0"), (0x00080018, b"UI", b"1.2.3.1\0"), (0x00100010, b"PN", b"NOM^PRENOM"),
        (0x00100020, b"LO", b"IPP1"), (0x00101002, b"SQ", sequence), (0x0020000D, b"UI", b"1.2.3\0"), (0x7FE00010, b"OW", bytes(64)),
    )  # fmt: skip
    return b"".join(_element(tag, vr, value, explicit=explicit, order=order) for tag, vr, value in values)


def _association() -> bytes:
    asked = command.encode({
        command.CLASS_UID: CT, command.FIELD: command.C_STORE_RQ, command.MESSAGE_ID: 1, command.PRIORITY: 0,
        command.DATA_SET_TYPE: command.WITH_DATA_SET, command.INSTANCE_UID: "1.2.3.1",
    })  # fmt: skip
    store = [
        *frames(3, asked, command=True, last=True, max_pdu=200),
        *frames(3, _object(EXPLICIT_LE), command=False, last=True, max_pdu=200),
    ]
    return b"".join(store) * 2 + RELEASE_REQUEST + ABORT_REQUEST


_PROPOSITION: Final = Proposition(
    "DRIMBOX", "PACSA", contextes_of([(GET, (IMPLICIT_LE,)), (CT, (EXPLICIT_LE, IMPLICIT_LE))]), frozenset({CT})
)
_PLAIN: Final = {syntax: _object(syntax) for syntax in (EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE)}
_OBJECTS: Final = {**_PLAIN, DEFLATED: deflate(_PLAIN[EXPLICIT_LE])}
_FILE: Final = to_part10(ObjetDicom(CT, "1.2.3.1", EXPLICIT_LE, _PLAIN[EXPLICIT_LE]))
_PARTS: Final = b"".join(b"\r\n--drimm\r\nContent-Type: application/dicom\r\n\r\n" + _FILE for _ in range(3)) + b"\r\n--drimm--"
_NEGOTIATIONS: Final = (
    encode_request(_PROPOSITION),
    encode_accept(_PROPOSITION, {1: (ACCEPTED, IMPLICIT_LE), 3: (ACCEPTED, EXPLICIT_LE)}),
    encode_reject(permanent=True, source=1, reason=7),
)


def _pieces(data: bytes, chance: random.Random) -> Iterator[bytes]:
    cuts = sorted({0, len(data), *(chance.randint(0, len(data)) for _ in range(chance.randint(0, 8)))})
    yield from (data[start:end] for start, end in pairwise(cuts))


def _pdu(data: bytes, chance: random.Random) -> None:
    """What a stream says before it is refused, if it is, must not depend on its cuts."""
    if _said(iter([data])) != _said(_pieces(data, chance)):
        raise Surprise("the cuts change what is said")


def _said(pieces: Iterator[bytes]) -> tuple[list[object], str]:
    pdus, messages, said = PduReader(), MessageReader(), list[object]()
    try:
        for piece in pieces:
            for event in pdus.feed(piece):
                for one in (event,) if isinstance(event, Pdu) else messages.take(event):
                    _add(said, one)
    except DrimmError as error:
        # a whole feed may be refused before what it began to say is told: only what is said in every case is compared
        return [], error.code
    return said, ""


def _add(said: list[object], one: object) -> None:
    if not isinstance(one, MessageData):
        said.append(type(one).__name__)
    elif said and isinstance(said[-1], bytes):
        said[-1] += bytes(one.data)
    elif one.data:
        said.append(bytes(one.data))


def _negotiation(data: bytes, _chance: random.Random) -> None:
    for read in (decode_request, decode_accept, decode_reject):
        read(data[6:])


def _command(data: bytes, _chance: random.Random) -> None:
    commande = command.decode(data)
    _ = commande.field, commande.has_data_set, commande.text(command.CLASS_UID), commande.number(command.FAILED, 0)


def _head(syntax: str) -> Callable[[bytes, random.Random], None]:
    def check(data: bytes, chance: random.Random) -> None:
        lecteur, rest, tete = LecteurTete(syntax, limit=4096), b"", None
        for piece in _pieces(data, chance):
            if tete is not None:
                rest += piece
            elif (found := lecteur.feed(memoryview(piece))) is not None:
                tete, rest = found[0], bytes(found[1])
        tete = tete or lecteur.end()
        if tete.entete + rest != data:
            raise Surprise("bytes of an object are lost or made up")
        plain = inflate(tete.entete, MAX_INFLATED) if syntax == DEFLATED else tete.entete
        once = with_ins(plain, syntax, _INS)
        if with_ins(once, syntax, _INS) != once:
            raise Surprise("the INS written twice is not the INS written once")

    return check


def _long_head(syntax: str) -> Callable[[bytes, random.Random], None]:
    limits = HeadLimits(gathered=4096, kept=2048)

    def said(pieces: Iterable[bytes]) -> bytes | str:
        tri = HeadFilter(syntax, limits)
        try:
            for piece in pieces:
                tri.feed(piece)
                if tri.held > limits.gathered + limits.kept:
                    raise Surprise("more is held of a head than its bounds say")
            return tri.end()
        except DrimmError as error:
            return error.code

    def check(data: bytes, chance: random.Random) -> None:
        whole, cut = said([data[start : start + 1024] for start in range(0, len(data), 1024)]), said(_pieces(data, chance))
        if whole != cut:
            raise Surprise("what is kept of a head depends on how it is cut")

    return check


def _file(data: bytes, chance: random.Random) -> None:
    lecteur, fed = LecteurFichier(), 0
    for piece in _pieces(data, chance):
        fed += len(piece)
        found = lecteur.feed(memoryview(piece))
        if found is not None:
            if found[0].length + len(found[1]) != fed:
                raise Surprise("a file and its head do not add up")
            return


def _multipart(data: bytes, chance: random.Random) -> None:
    def said(pieces: Iterator[bytes]) -> tuple[list[object], str]:
        reader, events = MultipartReader(_BOUNDARY), list[object]()
        try:
            for piece in pieces:
                for event in reader.feed(piece):
                    _join(events, event)
        except DrimmError as error:
            return [], error.code
        return events, ""

    if said(iter([data])) != said(_pieces(data, chance)):
        raise Surprise("the cuts change what is said")


def _join(events: list[object], event: Event) -> None:
    if isinstance(event, PartData) and events and isinstance(events[-1], bytes):
        events[-1] += bytes(event.data)
    else:
        events.append(bytes(event.data) if isinstance(event, PartData) else event)


DOORS: Final[dict[str, tuple[Callable[[bytes, random.Random], None], tuple[bytes, ...]]]] = {
    "pdu": (_pdu, (_association(),)),
    "negociation": (_negotiation, _NEGOTIATIONS),
    "commande": (_command, (command.request(command.C_MOVE_RQ, GET, 7, destination="DRIMOVE"),)),
    **{f"tete {syntax}": (_head(syntax), (data,)) for syntax, data in _OBJECTS.items()},
    **{f"longue tete {syntax}": (_long_head(syntax), (data,)) for syntax, data in _OBJECTS.items() if syntax != DEFLATED},
    "fichier": (_file, (_FILE,)),
    "parties": (_multipart, (_PARTS,)),
}


def check(door: str, data: bytes, chance: random.Random) -> str:
    """Give bytes to a reader and return the code of its refusal, or that it took them.

    Raises:
        Surprise: it did something it must never do.
    """

    def read() -> str:
        DOORS[door][0](data, chance)
        return ACCEPTEE

    return judge(read, DrimmError, MAX_SECONDS)
