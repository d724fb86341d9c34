# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One report in every form that the volets Transmission d'un document CDA gave its message, from 1.0 to 2.1.

What differs is taken from the history that the volet 2.1 publishes of its versions and from the public samples of 1.2, 2.0 and 2.1.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

from banc.jeux import IDENTITE, make_report
from banc.jeux.identite import IdentiteJeu

MASQUE, PATIENT, LEGAUX, MODIF = "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REP_LEGAUX", "MODIF_CONF_CODE"
DESTDMP = "DESTDMP"
STATUS = {"initial": "F", "remplacement": "C", "suppression": "D"}
EVENTS = {"initial": "T02", "remplacement": "T10", "suppression": "T04"}
NAMES_1_0 = {MASQUE: "Masque_PS", PATIENT: "Invisible_Patient", LEGAUX: "Invisible_Reprensants_Legaux", MODIF: "Modif_ConfidentialityCode"}
NAMES_1_1 = {LEGAUX: "INVISIBLE_REPRENSANTS_LEGAUX", MODIF: "MODIF_CONFIDENTIALITYCODE"}
NAMES_1_2 = {LEGAUX: "INVISIBLE_REPRESENTANTS_LEGAUX", MODIF: "MODIF_CONFIDENTIALITYCODE"}


@dataclass(frozen=True)
class Forme:
    """How one version of the volet writes a message.

    Attributes:
        profil: MSH-21; empty before 1.2.
        table: coding system of the answers of flags; empty before 2.0.
        orders: ORC-1 of each action; an action without one has no ORC segment.
        names: flags under another name than today.
        document: TXA-12 and 13 made from the id of a report; ``{0}`` is that id.
        ipp: whether PID-3 gives the local number too.
        levels: whether an ORU carries the report in two levels of CDA.
        padded: whether base64 is complete.
    """

    profil: str
    table: str = ""
    orders: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    document: str = "{0}"
    ipp: bool = False
    levels: bool = False
    padded: bool = True


_SC = dict.fromkeys(STATUS, "SC")
_AGREED = {"initial": "NW", "remplacement": "RO", "suppression": "CA"}
FORMES = {
    "1.0": Forme("", orders=_SC, names=NAMES_1_0, document="2638", padded=False),
    "1.1": Forme("", orders=_SC, names=NAMES_1_1, document="2638", padded=False),
    "1.2": Forme("1.2^CISIS_CDA_HL7_V1", orders=_SC, names=NAMES_1_2, document="2638", padded=False),
    "2.0": Forme("2.0^CISIS_CDA_HL7_V2", table="^^HL70136", document="{0}^Organisation-Y"),
    "2.0, two levels": Forme("2.0^CISIS_CDA_HL7_V2", table="^^HL70136", document="{0}^Organisation-Y", levels=True),
    "2.1": Forme("2.1^CISIS_CDA_HL7_V2", table="^^expandedYes-NoIndicator", orders=_AGREED, ipp=True),
    "2.1, two levels": Forme("2.1^CISIS_CDA_HL7_V2", table="^^expandedYes-NoIndicator", orders=_AGREED, ipp=True, levels=True),
}


def make_form(
    volet: str,
    kind: str,
    action: str,
    *,
    flags: Mapping[str, str] | None = None,
    identite: IdentiteJeu = IDENTITE,
) -> bytes:
    """Return a message.

    Args:
        volet: a key of :data:`FORMES`.
        kind: ORU or MDM.
        action: initial, remplacement or suppression.
        flags: Y or N by the name of today; those that are not given are N, but for DESTDMP.
        identite: who it speaks of.
    """
    forme = FORMES[volet]
    documents = [make_report(identite)] * (2 if forme.levels and kind == "ORU" else 1)
    answers = {MASQUE: "N", PATIENT: "N", LEGAUX: "N", "CONNEXION_SECRETE": "N", MODIF: "N", DESTDMP: "Y"} | dict(flags or {})
    is_mdm = kind == "MDM"
    lines = [
        _msh(forme, kind, action),
        *(["EVN||20211005152908"] if is_mdm else []),
        _pid(forme, identite),
        "PV1|1|I|UFNEPH",
        *([f"ORC|{forme.orders[action]}|98765431^Nephro|1001-E1^labo"] if action in forme.orders else []),
        *(["OBR|1|||18748-4^CR d'imagerie médicale^LN"] if action in forme.orders else []),
        *([_txa(forme, identite, action)] if is_mdm else []),
        *(_document(forme, rank, kind, data, action) for rank, data in enumerate(documents, 1)),
        "PRT||UC||REPLY|||||||||||^^X.400^adam.hoda@test-ci-sis.mssante.fr",
        *(_flag(forme, rank, kind, name, answer) for rank, (name, answer) in enumerate(answers.items(), 3)),
        "OBX|12|ED|CORPSMAIL_PS^Corps du mail pour un PS||^text^^Base64^QQ==||||||F|",
    ]
    return "\n".join(lines).encode()


def make_pair(second: bytes, *, status: str = "F") -> bytes:
    """Return an ORU of volet 2.1 that carries the sample report, then another document.

    Args:
        second: that document.
        status: its OBX-11.
    """
    lines = make_form("2.1, two levels", "ORU", "initial").decode().split("\n")
    rank = next(rank for rank, line in enumerate(lines) if line.startswith("OBX|2|ED|18748-4"))
    lines[rank] = f"OBX|2|ED|18748-4^CR||^TEXT^XML^Base64^{base64.b64encode(second).decode()}||||||{status}|"
    return "\n".join(lines).encode()


def _msh(forme: Forme, kind: str, action: str) -> str:
    trigger, version = ("ORU^R01^ORU_R01", "2.5") if kind == "ORU" else (f"MDM^{EVENTS[action]}^MDM_T02", "2.6")
    profil = f"|||{forme.profil}" if forme.profil else ""
    return f"MSH|^~\\&|SIL-Y|labo|PFI-X|Nephro|202106060931||{trigger}|015|P|{version}|||||FRA|UNICODE UTF-8{profil}"


def _pid(forme: Forme, identite: IdentiteJeu) -> str:
    patient, traits = identite.patient, identite.patient.traits
    assert patient.ins is not None
    assert patient.ipp is not None
    ids = [f"{patient.ins.value}^^^ASIP-SANTE-INS-NIR&{patient.ins.oid}&ISO^INS^^20101207"]
    ids += [f"{patient.ipp.value}^^^AUT-AFFECTATION&{patient.ipp.oid}&ISO^PI"] if forme.ipp else []
    return f"PID|||{'~'.join(ids)}||{traits.nom_naissance}^{traits.premier_prenom}^^^^^L||{traits.date_naissance}|{traits.sexe}"


def _txa(forme: Forme, identite: IdentiteJeu, action: str) -> str:
    replaced = forme.document.format(identite.previous_id) if action == "remplacement" else ""
    return f"TXA|1|18748-4|TEXT|202212160932||||||||{forme.document.format(identite.document_id)}|{replaced}||||LA|"


def _document(forme: Forme, rank: int, kind: str, data: bytes, action: str) -> str:
    body = base64.b64encode(data).decode()
    encoded = body if forme.padded else body.rstrip("=")
    return (
        f"OBX|{rank}|ED|18748-4^CR d'imagerie médicale||^{'TEXT' if kind == 'ORU' else 'text'}^XML^Base64^{encoded}||||||{STATUS[action]}|"
    )


def _flag(forme: Forme, rank: int, kind: str, name: str, answer: str) -> str:
    return f"OBX|{rank}|{'CE' if kind == 'ORU' else 'CWE'}|{forme.names.get(name, name)}^Libellé||{answer}{forme.table}||||||F|"
