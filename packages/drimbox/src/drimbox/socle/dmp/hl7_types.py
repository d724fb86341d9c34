# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""HL7 v2 data types inside XDS metadata: CX (identifier), XCN (person), XON (organisation), DTM (time).

Source: IHE ITI TF-3 table 4.2.3.1.7-2, CI-SIS volet Partage de documents de santé.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from drimbox.socle.personnes import OID_PROFESSIONNEL, Identifiant, Professionnel, Structure

MAX_VALUE = 256
_ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "~": "\\R\\", "^": "\\S\\", "&": "\\T\\"}
_UNESCAPE = re.compile(r"\\([EFRST])\\")
_LETTERS = {"E": "\\", "F": "|", "R": "~", "S": "^", "T": "&"}
_DTM = re.compile(r"[0-9]{4}([0-9]{2}([0-9]{2}([0-9]{2}([0-9]{2}([0-9]{2})?)?)?)?)?")
_ZONE = re.compile(r"(?P<time>[0-9]+)(?:\.[0-9]+)?(?P<zone>[+-][0-9]{4})?")


def printable(text: str) -> str:
    """Turn to blanks the characters that nobody sees, among them those that XML cannot hold."""
    # nearly every text is, and a request holds hundreds
    return text if text.isprintable() else "".join(character if character.isprintable() else " " for character in text)


def escaped(text: str) -> str:
    """Write a text as one HL7 component: delimiters escaped, control characters turned to blanks."""
    return "".join(_ESCAPES.get(character, character) for character in printable(text))


def unescaped(text: str) -> str:
    """Read the text of one HL7 component."""
    return _UNESCAPE.sub(lambda found: _LETTERS[found[1]], text)


def cx(identifiant: Identifiant, type_code: str) -> str:
    """Write an identifier with its authority: ``279035121518989^^^&1.2.250.1.213.1.4.8&ISO^NH``."""
    return f"{escaped(identifiant.value)}^^^&{escaped(identifiant.oid)}&ISO^{type_code}"


def read_cx(text: str) -> Identifiant | None:
    """Read an identifier and its authority; None when the text does not hold both."""
    components = text.split("^")
    authority = components[3].split("&") if len(components) > 3 else []
    if len(authority) < 2 or not components[0] or not authority[1]:
        return None
    return Identifiant(value=unescaped(components[0]), oid=unescaped(authority[1]))


def xcn_person(professionnel: Professionnel) -> str:
    """Write a professional known by a national identifier."""
    names = f"{escaped(professionnel.nom)}^{escaped(professionnel.prenom)}"
    return f"{escaped(professionnel.identifiant)}^{names}^^^^^^&{escaped(professionnel.oid)}&ISO^D^^^IDNPS"


def xcn_system(structure: Structure, lps_id: str, lps_name: str) -> str:
    """Write a DRIMbox as an author: identifier internal to the structure, model, name of the software."""
    identifier = f"{escaped(structure.identifiant)}/{escaped(lps_id)}"
    return f"{identifier}^DRIMbox^{escaped(lps_name)}^^^^^^&{OID_PROFESSIONNEL}&ISO^U^^^EI"


def xon(structure: Structure) -> str:
    """Write a structure; its name is shortened where the value would pass the 256 characters of ebRIM."""
    tail = f"^^^^^&{escaped(structure.oid)}&ISO^IDNST^^^{escaped(structure.identifiant)}"
    name = structure.nom or structure.identifiant
    while len(escaped(name)) + len(tail) > MAX_VALUE:
        name = name[:-1]
    return escaped(name) + tail


def dtm(moment: datetime) -> str:
    """Write an aware instant in UTC, to the second, as XDS asks."""
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def read_dtm(text: str) -> datetime | None:
    """Read an instant; without zone it is UTC, with one (seen in accepted samples) it is converted. None when unreadable."""
    found = _ZONE.fullmatch(text.strip())
    if not found or not _DTM.fullmatch(found["time"]):
        return None
    digits = found["time"].ljust(14, "0")
    month, day = digits[4:6], digits[6:8]
    filled = digits[:4] + ("01" if month == "00" else month) + ("01" if day == "00" else day) + digits[8:]
    try:
        return datetime.strptime(filled + (found["zone"] or "+0000"), "%Y%m%d%H%M%S%z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
