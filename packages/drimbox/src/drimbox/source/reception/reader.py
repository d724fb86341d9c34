# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading of a received message: header, intention, patient, flags and the report it carries.

Tolerant where the public samples show it is needed (line ends, base64 padding, case of TEXT, mislabelled charset, older names of flags),
strict where a patient is at stake: a visibility flag that is neither Y nor N, or that nobody knows, is refused; so are contradictory
intentions. Every version of the volet is read by the same rules: MSH-21 names one, and decides nothing.
"""

from __future__ import annotations

import base64
import binascii
import re

from drimbox.source.reception.errors import (
    ChampAbsent,
    CompteRenduProvisoire,
    DocumentIllisible,
    DocumentInattendu,
    DrapeauIllisible,
    EvenementNonTraite,
    IntentionContradictoire,
    ModeNonTraite,
    TypeNonTraite,
    VersionNonTraitee,
)
from drimbox.source.reception.identite import read_patient
from drimbox.source.reception.message import EnTete, Intention, MessageHl7
from drimbox.source.reception.rules import agree, is_validated
from drimbox.source.reception.segments import Message, Segment, parse, segments, value

CR_IMAGERIE = "18748-4"
DESTDMP = "DESTDMP"
KNOWN_EVENTS = {"ORU": frozenset({"R01"}), "MDM": frozenset({"T02", "T04", "T10"}), "OMI": frozenset({"O23"})}
FLAGS = frozenset({"MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REP_LEGAUX", "CONNEXION_SECRETE", "MODIF_CONF_CODE", DESTDMP})
"""Flags that change what is deposited; those of MSSanté are not ours."""
_OLDER_NAMES = {
    "INVISIBLE_REPRESENTANTS_LEGAUX": "INVISIBLE_REP_LEGAUX",
    "INVISIBLE_REPRENSANTS_LEGAUX": "INVISIBLE_REP_LEGAUX",
    "MODIF_CONFIDENTIALITYCODE": "MODIF_CONF_CODE",
}
_HIDING = ("MASQUE", "INVISIBLE")
_MOST_DOCUMENTS = {"ORU": 2}
"""Volets 2.0 and 2.1: an ORU may carry one report in two levels of CDA, an MDM never."""
_OID = re.compile(r"[0-2](\.(0|[1-9]\d*))+")
_BASE64_NOISE = (" ", "\t", "\r", "\n")


def read_header(message: Message) -> EnTete:
    """Read MSH, without judging it: enough to answer, even by a refusal."""
    msh = next(segments(message, "MSH"))
    return EnTete(
        sending_application=_short(_raw(msh, 3), 227),
        sending_facility=_short(_raw(msh, 4), 227),
        receiving_application=_short(_raw(msh, 5), 227),
        receiving_facility=_short(_raw(msh, 6), 227),
        message_type=_short(_part(msh, 9, 1), 10),
        event=_short(_part(msh, 9, 2), 10),
        control_id=_short(_raw(msh, 10), 199),
        processing_id=_short(_part(msh, 11), 10),
        version=_short(_part(msh, 12), 10),
    )


def check_header(en_tete: EnTete) -> None:
    """Refuse what is not offered here (HL7 v2 chapter 2.9.2: the header alone decides of AR).

    Raises:
        MessageRefuse: one of the four refusals of table 0357, or an empty MSH-10.
    """
    if en_tete.message_type not in KNOWN_EVENTS:
        raise TypeNonTraite
    if en_tete.event not in KNOWN_EVENTS[en_tete.message_type]:
        raise EvenementNonTraite
    if en_tete.processing_id != "P":
        raise ModeNonTraite
    if not en_tete.version.startswith("2."):
        raise VersionNonTraitee
    if not en_tete.control_id:
        raise ChampAbsent("L'identifiant du message (MSH-10) est vide.", segment="MSH")


def read_message(data: bytes) -> MessageHl7:
    """Read a whole message that carries a report.

    Args:
        data: the message without its MLLP frame.

    Raises:
        MessageRefuse: one of its kinds; the error says how to answer.
    """
    return read_report(parse(data))


def read_report(message: Message) -> MessageHl7:
    """Read a message already cut into segments; see :func:`read_message`."""
    en_tete = read_header(message)
    check_header(en_tete)
    documents = _documents(message, en_tete)
    flags = _flags(message)
    txa = next(segments(message, "TXA"), None)
    orc = next(segments(message, "ORC"), None)
    return MessageHl7(
        en_tete=en_tete,
        intention=_intention(en_tete, orc, txa, documents),
        patient=read_patient(message),
        compte_rendu=_decoded(documents[0]),
        jumeau=_decoded(documents[1]) if len(documents) > 1 else None,
        flags=frozenset(name for name, is_set in flags.items() if is_set and name != DESTDMP),
        depot_demande=flags.get(DESTDMP, True),
        document_id=_reference(txa, 12),
        remplace=_reference(txa, 13),
    )


def _documents(message: Message, en_tete: EnTete) -> list[Segment]:
    reports = [segment for segment in segments(message, "OBX") if value(segment, 2) == "ED" and value(segment, 3) == CR_IMAGERIE]
    if not 1 <= len(reports) <= _MOST_DOCUMENTS.get(en_tete.message_type, 1):
        raise DocumentInattendu
    return reports


def _intention(en_tete: EnTete, orc: Segment | None, txa: Segment | None, documents: list[Segment]) -> Intention:
    asked = {agree(en_tete.event, value(orc, 1), value(document, 11)) for document in documents}
    if len(asked) > 1:
        raise IntentionContradictoire
    intention = asked.pop()
    if intention is not Intention.SUPPRESSION and not all(is_validated(value(document, 11), value(txa, 17)) for document in documents):
        raise CompteRenduProvisoire
    return intention


def _reference(txa: Segment | None, field: int) -> str | None:
    # EI: an OID alone (volets 2.x) or a number under one; the number of a RIS alone (volets 1.x) names nothing in a report
    number, oid = value(txa, field), value(txa, field, 3)
    if _OID.fullmatch(oid):
        return f"{oid}^{number}" if number else oid
    return number if _OID.fullmatch(number) else None


def _decoded(document: Segment) -> bytes:
    # the last component: the volet writes ^TEXT^XML^Base64^DATA, the public prototype DATA alone
    text = _raw(document, 5).rpartition("^")[2]
    if any(blank in text for blank in _BASE64_NOISE):
        text = "".join(text.split())
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise DocumentIllisible from None
    if not content:
        raise DocumentIllisible
    return content


def _flags(message: Message) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for segment in segments(message, "OBX"):
        # volet 1.1 changed the case of some of them: a flag is the same in any case
        given = value(segment, 3).upper()
        name = _OLDER_NAMES.get(given, given)
        if name not in FLAGS:
            if name.startswith(_HIDING):
                raise DrapeauIllisible("Un indicateur de visibilité (MASQUE…, INVISIBLE…) porte un code inconnu (OBX-3).")
            continue
        answer = value(segment, 5)
        if answer not in {"Y", "N"} or found.get(name, answer == "Y") != (answer == "Y"):
            raise DrapeauIllisible(f"L'indicateur {name} (OBX-5) ne vaut ni Y ni N, ou vaut les deux.")
        found[name] = answer == "Y"
    return found


def _raw(segment: Segment, field: int) -> str:
    # without unescaping: a document of megabytes holds no escape, and an identifier is compared as it was written
    return segment.field(field).strip()


def _part(segment: Segment, field: int, component: int = 1) -> str:
    # a header is answered in the words it came with: nothing in it is unescaped
    parts = _raw(segment, field).split("^")
    return parts[component - 1].strip() if component <= len(parts) else ""


def _short(text: str, limit: int) -> str:
    return "".join(character for character in text if character.isprintable())[:limit]
