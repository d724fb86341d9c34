# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""TD 0.2: does this patient have a DMP, and may the structure open it? HL7 v3 find-candidates query, written and read.

Source: shape of the published exchanges with the DMP (PRPA_IN201307UV02, reason TEST_EXST). The two dates and the identifiers of a query
are its own; the rest is constant.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lxml import etree

from drimbox.socle.dmp.errors import DmpRefuse, DmpReponseInvalide
from drimbox.socle.dmp.hl7_types import dtm, printable
from drimbox.socle.dmp.soap import Reponse
from drimbox.socle.personnes import Identifiant

HL7: Final = "urn:hl7-org:v3"
INTERACTIONS: Final = "2.16.840.1.113883.1.6"
DMP_DEVICE: Final = "1.2.250.1.213.4.1.1.1"
REASONS: Final = "1.2.250.1.213.1.1.4.11"
ANSWER: Final = "PRPA_IN201308UV02"
_DEFAULT: Final[Any] = {None: HL7}  # lxml-stubs do not know that None is the default namespace
_STATUS: Final = {"VALIDE": True, "INTERDIT": False}


@dataclass(frozen=True, slots=True)
class Existence:
    """What the DMP says of a patient.

    Attributes:
        existe: the patient has an open DMP.
        autorise: the structure may use it; None when the DMP does not say.
    """

    existe: bool
    autorise: bool | None


def write_existence(patient_ins: Identifiant, source_oid: str, now: datetime) -> bytes:
    """Write the question for one patient.

    Args:
        patient_ins: whose record.
        source_oid: OID of this instance.
        now: aware instant of the question.
    """
    request = etree.Element(_hl7("PRPA_IN201307UV02"), nsmap=_DEFAULT, ITSVersion="XML_1.0")
    _add(request, "id", root=source_oid, extension=uuid.uuid4().hex)
    _add(request, "creationTime", value=dtm(now))
    _add(request, "interactionId", root=INTERACTIONS, extension="PRPA_IN201307UV02")
    _add(request, "processingCode", code="P")
    _add(request, "processingModeCode", code="T")
    _add(request, "acceptAckCode", code="AL")
    _add_device(request, "receiver", "RCV", DMP_DEVICE)
    _add_device(request, "sender", "SND", source_oid)
    act = _add(request, "controlActProcess", classCode="CACT", moodCode="EVN")
    _add(act, "code", code="PRPA_TE201307UV02", codeSystem=INTERACTIONS)
    _add(act, "reasonCode", code="TEST_EXST", codeSystem=REASONS)
    query = _add(act, "queryByParameter")
    _add(query, "queryId", root=source_oid, extension=uuid.uuid4().hex)
    _add(query, "statusCode", code="new")
    _add(query, "responsePriorityCode", code="I")
    identifier = _add(_add(query, "parameterList"), "patientIdentifier")
    _add(identifier, "value", root=patient_ins.oid, extension=printable(patient_ins.value))
    _add(identifier, "semanticsText").text = "Patient.id"
    return etree.tostring(request)


def read_existence(reponse: Reponse) -> Existence:
    """Read the answer.

    Raises:
        DmpRefuse: the DMP could not answer (queryAck AE, or QE).
        DmpReponseInvalide: not an answer to this question.
    """
    if reponse.body.tag != _hl7(ANSWER):
        raise DmpReponseInvalide("La réponse du DMP au test d'existence n'est pas lisible.")
    acknowledgement = reponse.body.find(f".//{_hl7('queryAck')}/{_hl7('queryResponseCode')}")
    code = "" if acknowledgement is None else acknowledgement.get("code", "")
    if code == "NF":
        return Existence(existe=False, autorise=None)
    if code != "OK":
        raise DmpRefuse([f"hl7.{code}"])
    return Existence(existe=True, autorise=_authorisation(reponse.body))


def _authorisation(answer: etree._Element) -> bool | None:
    """Return what follows AUTORISATION: the DMP gives it as an observation beside the patient, whatever its wrapping."""
    seen = False
    for element in answer.iter():
        code = element.get("code") or element.get("extension") or ""
        if seen and code in _STATUS:
            return _STATUS[code]
        seen = seen or code == "AUTORISATION"
    return None


def _add_device(request: etree._Element, tag: str, kind: str, oid: str) -> None:
    device = _add(_add(request, tag, typeCode=kind), "device", classCode="DEV", determinerCode="INSTANCE")
    _add(device, "id", root=oid)


def _add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, _hl7(tag))
    for name, value in attributes.items():
        element.set(name, value)
    return element


def _hl7(name: str) -> str:
    return f"{{{HL7}}}{name}"
