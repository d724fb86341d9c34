# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The message that carries a report: MDM^T02 2.6, volet Transmission d'un document CDA-R2 en HL7v2, version 2.1.

And OMI^O23, the message that cancels a request.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime

from banc.jeux.identite import IDENTITE, IdentiteJeu
from drimbox.socle.personnes import Identifiant, Patient

FLAGS = {
    "MASQUE_PS": ("Masqué aux professionnels de Santé", False),
    "INVISIBLE_PATIENT": ("Document Non Visible par le patient", False),
    "INVISIBLE_REP_LEGAUX": ("Non visible par les représentants Légaux du patient", False),
    "CONNEXION_SECRETE": ("Connexion Secrete", False),
    "MODIF_CONF_CODE": ("Modification Confidentiality Code", False),
    "DESTDMP": ("Destinataire DMP", True),
    "DESTMSSANTEPS": ("Destinataire (Professionnel de Santé, organisation ou BAL applicative)", False),
    "DESTMSSANTEPAT": ("Destinataire Patient", False),
    "ACK_RECEPTION": ("Accusé de réception", False),
    "ACK_LECTURE_MSS": ("Accusé de lecture", False),
}
"""Metadata of the volet, in their order: label and default value."""

_PARTIES = "RIS-BANC|CENTRE-BANC|DRIMBOX|CENTRE-BANC"
_EVENTS = {"T02": ("NW", "F"), "T10": ("RO", "C"), "T04": ("CA", "D")}
_ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "\r": " ", "\n": " "}


def make_message(
    cda: bytes,
    identite: IdentiteJeu = IDENTITE,
    *,
    control_id: str = "000001",
    event: str = "T02",
    flags: Mapping[str, bool] | None = None,
    at: datetime | None = None,
) -> bytes:
    """Return the message, UTF-8, segments ended by CR, without MLLP framing.

    Args:
        cda: the report.
        identite: who it speaks of: PID and TXA say the same as the report.
        control_id: MSH-10.
        event: T02 (new), T10 (replaces the version before) or T04 (removes it).
        flags: values that differ from the defaults of :data:`FLAGS`.
        at: time of sending; now by default.
    """
    order_control, status = _EVENTS[event]
    sent = (at or datetime.now(UTC)).strftime("%Y%m%d%H%M%S%z")
    values = {code: default for code, (_label, default) in FLAGS.items()} | dict(flags or {})
    body = base64.b64encode(cda).decode("ascii")
    kind = "18748-4^CR d'imagerie médicale^LN"
    segments = [
        _msh(sent, event, control_id),
        f"EVN||{sent}",
        _pid(identite.patient),
        "PV1|1|O",
        f"ORC|{order_control}",
        f"OBR|1|||{kind}",
        f"TXA|1|18748-4|TEXT|{sent}||||||||{identite.document_id}|{identite.previous_id or ''}||||AU|||||{identite.auteur.identifiant}",
        f"OBX|1|ED|{kind}||^text^XML^Base64^{body}||||||{status}",
        _sender(identite),
        *(_flag(rank, code, values[code]) for rank, code in enumerate(FLAGS, 2)),
    ]
    return "".join(f"{segment}\r" for segment in segments).encode("utf-8")


def make_cancellation(identite: IdentiteJeu = IDENTITE, *, control_id: str = "000001") -> bytes:
    """Return the OMI^O23 that cancels the request of the first exam, UTF-8, segments ended by CR, without MLLP framing.

    Args:
        identite: whose exam is cancelled.
        control_id: MSH-10.
    """
    sent, examen = datetime.now(UTC).strftime("%Y%m%d%H%M%S%z"), identite.examens[0]
    accession = f"{_escape(examen.accession.value)}^^{examen.accession.oid}^ISO"
    segments = [
        f"MSH|^~\\&|{_PARTIES}|{sent}||OMI^O23^OMI_O23|{_escape(control_id)}|P|2.5.1|||||FRA|UNICODE UTF-8",
        _pid(identite.patient),
        f"ORC|CA|{_escape(examen.order.value)}^^{examen.order.oid}^ISO",
        f"TQ1|||||||{sent}",
        f"OBR|1|||{_escape(examen.acte.code)}^{_escape(examen.acte.label)}^LN",
        f"IPC|{accession}|{accession}|{examen.study_instance_uid}|{accession}",
    ]
    return "".join(f"{segment}\r" for segment in segments).encode("utf-8")


def _msh(sent: str, event: str, control_id: str) -> str:
    volet = "FRA|UNICODE UTF-8|||2.1^CISIS_CDA_HL7_V2"
    return f"MSH|^~\\&|{_PARTIES}|{sent}||MDM^{event}^MDM_T02|{_escape(control_id)}|P|2.6|||||{volet}"


def _pid(patient: Patient) -> str:
    traits = patient.traits
    ids = [_cx(patient.ins, "ASIP-SANTE-INS-NIR", "INS"), _cx(patient.ipp, "CENTRE-BANC", "PI")]
    names = [f"{_escape(traits.nom_naissance)}^{_escape(traits.premier_prenom)}^{_escape(traits.prenoms_naissance)}^^^^L"]
    if traits.nom_utilise:
        names.append(f"{_escape(traits.nom_utilise)}^{_escape(traits.prenom_utilise or '')}^^^^^D")
    place = f"^^^^^^BDL^^{traits.lieu_naissance}" if traits.lieu_naissance else ""
    fields = {3: "~".join(filter(None, ids)), 5: "~".join(names), 7: traits.date_naissance, 8: traits.sexe, 11: place, 31: "N", 32: "VALI"}
    return "PID|" + "|".join(fields.get(number, "") for number in range(1, 33))


def _cx(identifiant: Identifiant | None, authority: str, kind: str) -> str:
    return f"{_escape(identifiant.value)}^^^{authority}&{identifiant.oid}&ISO^{kind}" if identifiant else ""


def _sender(identite: IdentiteJeu) -> str:
    person, structure = identite.auteur, identite.structure
    who = f"{person.identifiant}^{_escape(person.nom)}^{_escape(person.prenom)}^^^^^^ASIP-SANTE-PS&{person.oid}&ISO^D^^^IDNPS"
    where = f"{_escape(structure.nom)}^^^^^ASIP-SANTE-ST&{structure.oid}&ISO^IDNST^^^{structure.identifiant}"
    return f"PRT||UC||SB^^participation|{who}|||{where}"


def _flag(rank: int, code: str, value: bool) -> str:
    return f"OBX|{rank}|CWE|{code}^{FLAGS[code][0]}^MetaDMPMSS||{'Y' if value else 'N'}^^expandedYes-NoIndicator||||||F"


def _escape(text: str) -> str:
    return "".join(_ESCAPES.get(char, char) for char in text)
