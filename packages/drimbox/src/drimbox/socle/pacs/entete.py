# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The INS written into the head of an object: one item of OtherPatientIDsSequence (0010,1002), every other byte untouched.

The length of its group (0010,0000), a retired element that would become false, is left out, as pydicom does. An item that already bears an
INS is replaced, the others stay as they are, in their order.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache

from drimbox.socle.pacs.elements import (
    ITEM,
    PIXELS,
    UNDEFINED,
    Element,
    Encodage,
    Marche,
    OctetsManquants,
    encodage_of,
)
from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.socle.personnes import OID_INS_NIA, OIDS_INS

GROUP_LENGTH, OTHER_PATIENT_IDS = 0x00100000, 0x00101002
_QUALIFIERS, _ENTITY = 0x00100024, 0x00400032


@dataclass(frozen=True, slots=True)
class Ins:
    """A national identity and its authority. Its repr shows neither.

    Attributes:
        value: fifteen characters.
        oid: of its authority.
    """

    value: str
    oid: str

    def __repr__(self) -> str:
        return "Ins(•••)"

    @property
    def issuer(self) -> str:
        """IssuerOfPatientID."""
        return "ASIP-SANTE-INS-NIA" if self.oid == OID_INS_NIA else "ASIP-SANTE-INS-NIR"


def with_ins(entete: bytes, transfer_syntax: str, ins: Ins, patient_place: int = 0) -> bytes:
    """Return a head that bears the INS in OtherPatientIDsSequence.

    Args:
        entete: the first bytes of a data set, inflated if it was deflated.
        transfer_syntax: of these bytes.
        ins: identity that the report of this exam bears.
        patient_place: where PatientID begins, when who read the head noted it: what comes before is not walked again.

    Raises:
        ObjetIllisible: the place of the sequence cannot be found in these bytes, or what is there is no sequence.
    """
    encodage = encodage_of(transfer_syntax)
    try:
        if entete.find(_group_length(encodage), 0, patient_place or len(entete)) >= 0:
            entete, patient_place = _without_group_length(entete, encodage), 0
        return _spliced(entete, encodage, ins, patient_place)
    except OctetsManquants:
        raise ObjetIllisible from None


@lru_cache(maxsize=4)
def _group_length(encodage: Encodage) -> bytes:
    """Return the eight bytes that precede its value."""
    return _element(GROUP_LENGTH, "UL", bytes(4), encodage)[:8]


def _without_group_length(entete: bytes, encodage: Encodage) -> bytes:
    found = Marche(entete, encodage).reach(GROUP_LENGTH)
    if found is None or found.tag != GROUP_LENGTH:  # bytes of a value that look like it
        return entete
    return entete[: found.start] + entete[found.end :]


def _spliced(entete: bytes, encodage: Encodage, ins: Ins, patient_place: int) -> bytes:
    marche = Marche(entete, encodage)
    following = marche.reach(OTHER_PATIENT_IDS, patient_place)
    if following is not None and following.tag == OTHER_PATIENT_IDS:
        return _into(entete, encodage, following, ins)
    place = marche.place if following is None else following.start
    if place > len(entete):  # a value that runs past the head: what follows it is unknown
        raise ObjetIllisible
    if _tag(OTHER_PATIENT_IDS, encodage) in entete:
        _refuse_misplaced(entete, encodage)
    return b"".join((entete[:place], _sequence(ins, encodage), entete[place:]))


def _refuse_misplaced(entete: bytes, encodage: Encodage) -> None:
    """Refuse a head whose elements are not in the order of their tags, and whose sequence is elsewhere: it must not get a second one."""
    marche, place = Marche(entete, encodage), 0
    while (found := marche.reach(OTHER_PATIENT_IDS, place)) is not None and found.tag < PIXELS:
        if found.tag == OTHER_PATIENT_IDS:
            raise ObjetIllisible
        place = found.end


def _into(entete: bytes, encodage: Encodage, sequence: Element, ins: Ins) -> bytes:
    """Put the item into the sequence that is there, whose items may be in Implicit VR under an unknown VR."""
    if encodage.explicit and sequence.vr not in {b"SQ", b"UN"}:
        raise ObjetIllisible
    inner = Encodage(explicit=False) if sequence.vr == b"UN" else encodage
    kept = [
        entete[item.start : item.end]
        for item in Marche(entete, inner).items(sequence)
        if not _bears_an_ins(entete[: item.end], inner, item)
    ]
    content = b"".join((*kept, _item(ins, inner)))
    if sequence.length == UNDEFINED:
        return entete[: sequence.value] + content + entete[sequence.end - 8 :]
    return entete[: sequence.start] + _element(OTHER_PATIENT_IDS, sequence.vr.decode() or "SQ", content, encodage) + entete[sequence.end :]


def _bears_an_ins(data: bytes, encodage: Encodage, item: Element) -> bool:
    """Tell whether the qualifiers of an item name an authority of the INS."""
    end = item.end - 8 if item.length == UNDEFINED else item.end
    inside = data[item.value : end]
    for element in Marche(inside, encodage).elements():
        if element.tag == _QUALIFIERS:
            return any(_names_an_ins(inside[: part.end], encodage, part) for part in Marche(inside, encodage).items(element))
    return False


def _names_an_ins(data: bytes, encodage: Encodage, item: Element) -> bool:
    end = item.end - 8 if item.length == UNDEFINED else item.end
    inside = data[item.value : end]
    found = [inside[e.value : e.end] for e in Marche(inside, encodage).elements() if e.tag == _ENTITY]
    return any(value.decode("latin-1").strip(" \0") in OIDS_INS for value in found)


@lru_cache(maxsize=16)  # one identity for all the objects of an exam
def _sequence(ins: Ins, encodage: Encodage) -> bytes:
    return _element(OTHER_PATIENT_IDS, "SQ", _item(ins, encodage), encodage)


def _item(ins: Ins, encodage: Encodage) -> bytes:
    authority = _element(_ENTITY, "UT", ins.oid.encode(), encodage) + _element(0x00400033, "CS", b"ISO", encodage)
    content = (
        _element(0x00100020, "LO", ins.value.encode(), encodage)
        + _element(0x00100021, "LO", ins.issuer.encode(), encodage)
        + _element(0x00100022, "CS", b"TEXT", encodage)
        + _element(_QUALIFIERS, "SQ", _bare_item(authority, encodage), encodage)
    )
    return _bare_item(content, encodage)


def _bare_item(content: bytes, encodage: Encodage) -> bytes:
    return struct.pack(encodage.order + "HHI", ITEM >> 16, ITEM & 0xFFFF, len(content)) + content


def _tag(tag: int, encodage: Encodage) -> bytes:
    return struct.pack(encodage.order + "HH", tag >> 16, tag & 0xFFFF)


def _element(tag: int, vr: str, value: bytes, encodage: Encodage) -> bytes:
    value += b" " * (len(value) % 2)
    order, group, number = encodage.order, tag >> 16, tag & 0xFFFF
    if not encodage.explicit:
        return struct.pack(order + "HHI", group, number, len(value)) + value
    if vr in {"SQ", "UN", "UT"}:
        return struct.pack(order + "HH2sHI", group, number, vr.encode(), 0, len(value)) + value
    return struct.pack(order + "HH2sH", group, number, vr.encode(), len(value)) + value
