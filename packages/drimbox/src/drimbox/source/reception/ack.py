# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Writing of acknowledgements (MSH, MSA, ERR)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from drimbox.source.reception.message import EnTete

ACCEPTED = "AA"
_ERRORS = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "103": "Table value not found",
    "200": "Unsupported message type",
    "201": "Unsupported event code",
    "202": "Unsupported processing id",
    "203": "Unsupported version id",
    "207": "Application internal error",
}
_ESCAPES = str.maketrans({"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "\r": " ", "\n": " "})
UNKNOWN = EnTete("", "", "", "", "ACK", "", "", "P", "2.5")


@dataclass(frozen=True, slots=True)
class Refus:
    """Why a message is not taken, as it is told to its sender.

    Attributes:
        ack: AE or AR.
        erreur: number of table HL70357.
        segment: segment at fault, or an empty text.
        texte: French sentence, without any data of the message.
        code: code of the error.
        trace: number that a person can quote to whoever runs this DRIMbox.
    """

    ack: str
    erreur: str
    segment: str
    texte: str
    code: str
    trace: str


def accept(en_tete: EnTete, now: datetime) -> bytes:
    """Write AA: the message is stored, and this DRIMbox answers for it."""
    return _message(en_tete, now, f"MSA|{ACCEPTED}|{en_tete.control_id}")


def refuse(en_tete: EnTete, refus: Refus, now: datetime) -> bytes:
    """Write AE or AR with ERR-2 (segment), ERR-3 (table 0357), ERR-4 (severity), ERR-7 (our code and trace) and ERR-8 (French sentence)."""
    label = _ERRORS.get(refus.erreur, "")
    location = f"{refus.segment}^1" if refus.segment else ""
    err = f"ERR||{location}|{refus.erreur}^{label}^HL70357|E|||{_escaped(refus.code)} {refus.trace}|{_escaped(refus.texte)}"
    return _message(en_tete, now, f"MSA|{refus.ack}|{en_tete.control_id}", err)


def _message(en_tete: EnTete, now: datetime, *segments: str) -> bytes:
    event = f"^{en_tete.event}^ACK" if en_tete.event else ""
    version = en_tete.version if en_tete.version.startswith("2.") else "2.5"
    msh = "|".join(
        (
            "MSH",
            "^~\\&",
            en_tete.receiving_application,
            en_tete.receiving_facility,
            en_tete.sending_application,
            en_tete.sending_facility,
            now.strftime("%Y%m%d%H%M%S%z"),
            "",
            f"ACK{event}",
            uuid4().hex[:20],
            en_tete.processing_id or "P",
            version,
            "",
            "",
            "",
            "",
            "FRA",
            "UNICODE UTF-8",
        )
    )
    return "\r".join((msh, *segments, "")).encode("utf-8")


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)
