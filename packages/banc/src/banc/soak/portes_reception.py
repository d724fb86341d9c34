# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The four doors by which the outside writes to a DRIMbox source, each with what it must never do."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from banc.soak import colonnes
from banc.soak.fuzz import Surprise
from drimbox.source.compte_rendu.errors import CompteRenduIllisible
from drimbox.source.compte_rendu.liens import read_liens
from drimbox.source.compte_rendu.reader import read_cda
from drimbox.source.pointeur.errors import IdentiteDiscordante
from drimbox.source.pointeur.evenements import Rejeter
from drimbox.source.pointeur.interpretation import interpret
from drimbox.source.reception import ack
from drimbox.source.reception.errors import MessageRefuse, NoteIllisible, TrameRefusee
from drimbox.source.reception.iocm import read_note
from drimbox.source.reception.mllp import Framer, Limits
from drimbox.source.reception.reader import read_header
from drimbox.source.reception.segments import parse, segments

ACCEPTED: Final = "accepte"
NOW: Final = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MESSAGE_ID: Final = UUID(int=1)
FRAME_BYTES: Final = 4096


@dataclass(frozen=True)
class Porte:
    """One door.

    Attributes:
        nom: its name.
        check: takes bytes, returns ``accepte`` or the code of the refusal; what else it raises is a surprise.
        tokens: what is worth inserting.
    """

    nom: str
    check: Callable[[bytes], str]
    tokens: tuple[bytes, ...]


def check_mllp(data: bytes) -> str:
    """Cutting what comes into messages does not depend on how it was cut on the way, and keeps no more than its limit."""
    whole, pieces = _framed([data]), _framed(_cut(data))
    if whole != pieces:
        raise Surprise("the same bytes gave other messages when they came in pieces")
    return whole[1]


def check_hl7(data: bytes) -> str:
    """A message is interpreted or refused, and what it gives fits the database; the answer to any readable header can be read back."""
    try:
        message = parse(data)
        en_tete = read_header(message)
        answer = ack.accept(en_tete, NOW)
        if next(segments(parse(answer), "MSA")).field(1) != ack.ACCEPTED:
            raise Surprise("an acknowledgement says something else than AA")
        events = interpret(MESSAGE_ID, data)
    except (MessageRefuse, CompteRenduIllisible, IdentiteDiscordante) as refusal:
        return refusal.code
    if any(isinstance(event, Rejeter) or not (event.reperes.study_uid or event.reperes.accession) for event in events):
        raise Surprise("an event that could find no exam")
    colonnes.check_header(en_tete)
    for event in events:
        colonnes.check_event(event)
    return ACCEPTED


def check_cda(data: bytes) -> str:
    """A report is read or refused; what is read has dates with a zone and studies that are UIDs."""
    try:
        report = read_cda(data)
        read_liens(data)
    except CompteRenduIllisible as refusal:
        return refusal.code
    if report.etabli_le.tzinfo is None or not report.examens:
        raise Surprise("a report without a date or without a study was accepted")
    if any(not set(examen.study_instance_uid) <= set("0123456789.") for examen in report.examens):
        raise Surprise("a study that is no UID was accepted")
    colonnes.check_report(report)
    return ACCEPTED


def check_note(data: bytes) -> str:
    """A rejection note is read or refused; what is read rejects something."""
    try:
        rejets = read_note(data)
    except NoteIllisible as refusal:
        return refusal.code
    if any(not rejet.instances for rejet in rejets):
        raise Surprise("a rejection of nothing was accepted")
    for rejet in rejets:
        colonnes.check_rejet(rejet)
    return ACCEPTED if rejets else "sans_objet"


def _framed(pieces: list[bytes]) -> tuple[list[bytes], str]:
    framer, messages = Framer(Limits(message_bytes=FRAME_BYTES, noise_bytes=FRAME_BYTES)), []
    try:
        for piece in pieces:
            messages += framer.feed(piece)
            if framer.buffered > FRAME_BYTES:
                raise Surprise("more is held than the limit")
    except TrameRefusee as refusal:
        # what came before the fault may be lost with the connection: the sender got no answer and sends it again
        return [], refusal.code
    return messages, ACCEPTED


def _cut(data: bytes) -> list[bytes]:
    chance, pieces, start = random.Random(len(data)), [], 0
    while start < len(data):
        end = start + chance.choice((1, 2, 3, 7, 50, 700))
        pieces.append(data[start:end])
        start = end
    return pieces


# longer than any column, and half a character
_LONG_OR_CUT = (b"A" * 230, b"1" * 65, b"\xed\xa0\x80", b"&#xD800;", b"\\X00\\", b"\\XEDA080\\")
_HL7 = (
    *(b"|", b"^", b"~", b"&", b"\\", b"\r", b"\n", b"\r\n", b'""', b"\\F\\", b"\\X41\\", b"\\.br\\", b"\\Q\\"),
    *(b"\xe9", b"\xc3\xa9", b"\x00", b"\xef\xbb\xbf", b"|D|", b"|CA|", b"|RO|", b"ORC|CA\r", b"TXA|1\r", b"PID|||\r"),
    *(
        b"MDM^T10",
        b"MDM^T04",
        b"ORU^R01",
        b"OMI^O23",
        b"IPC|A||1.2.3\r",
        b"A" * 70,
        b"18748-4",
        b"^text^XML^Base64^",
        b"=",
        b"||Y^^",
        b"||N^^",
    ),
    *_LONG_OR_CUT,
)
_CDA = (
    *(b"<", b">", b'"', b"&", b"&amp;", b"&#0;", b"<!DOCTYPE x>", b"<?x?>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"\xe9", b"\x00"),
    *(b"<id/>", b'<id root="1.2.3"/>', b"<serviceEvent>", b"</serviceEvent>", b' value="99991231"', b' nullFlavor="UNK"', b'xmlns=""'),
    *(
        b"https://vi1.1.z.fr/IHEInvokeImageDisplay?studyUID=1.2",
        b"stream\n",
        b"20210108102500+0100",
        b"+9999",
        b"A" * 70,
    ),
    *_LONG_OR_CUT,
)
_MLLP = (b"\x0b", b"\x1c", b"\x0d", b"\x1c\x0d", b"\x0bMSH|", b"\x0b\x0b", b"\x1c\x1c", b"x" * 300, b"\r\n")
_DICOM = (
    b"\x00",
    b"\xff\xff\xff\xff",
    b"SQ\x00\x00",
    b"\xfe\xff\x00\xe0",
    b"\xfe\xff\x0d\xe0",
    b"DICM",
    b"UI\x04\x00",
    b"113001",
    b"1.2.3",
    b"1" * 60,
)

PORTES: Final = (
    Porte("mllp", check_mllp, _MLLP),
    Porte("hl7", check_hl7, _HL7),
    Porte("cda", check_cda, _CDA),
    Porte("note", check_note, _DICOM),
)
