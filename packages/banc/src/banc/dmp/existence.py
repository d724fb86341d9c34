# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""TD 0.2 as the DMP answers it: the existence of a patient's record, and the authorisation of who asks."""

from __future__ import annotations

import re
from typing import Any, Final

from lxml import etree

from banc.dmp.config import DmpConfig
from banc.dmp.metadata import check_known
from banc.dmp.names import INS_AUTHORITIES, name
from banc.dmp.refusals import RegistryFailure, SenderFault

DMP_DEVICE: Final = "1.2.250.1.213.4.1.1.1"
INTERACTIONS: Final = "2.16.840.1.113883.1.6"
AUTHORISATIONS: Final = "1.2.250.1.213.1.1.4.11"
_INS: Final = re.compile(r"[0-9AB]{15}")
_DEFAULT: Final[Any] = {None: "urn:hl7-org:v3"}  # lxml-stubs do not know that None is the default namespace


def answer_existence(request: etree._Element, asked_patient: str, config: DmpConfig) -> etree._Element:
    """Answer an existence test.

    Args:
        request: PRPA_IN201307UV02.
        asked_patient: patient of the VIHF, as a CX.
        config: patients known.

    Raises:
        SenderFault: the question is not the one that the DMP takes.
    """
    patient = _patient(request)
    if patient != asked_patient:
        raise SenderFault("patient", "Le patient cherché n'est pas celui du VIHF.")
    try:
        check_known(patient, config)
    except RegistryFailure:
        return _answer(exists=False)
    return _answer(exists=True)


def _patient(request: etree._Element) -> str:
    reason = request.find(f"{name('hl7:controlActProcess')}/{name('hl7:reasonCode')}")
    device = request.find(f"{name('hl7:receiver')}/{name('hl7:device')}/{name('hl7:id')}")
    values = request.findall(f".//{name('hl7:patientIdentifier')}/{name('hl7:value')}")
    right = (
        request.get("ITSVersion") == "XML_1.0"
        and reason is not None
        and (reason.get("code"), reason.get("codeSystem")) == ("TEST_EXST", AUTHORISATIONS)
        and device is not None
        and device.get("root") == DMP_DEVICE
        and len(values) == 1
    )
    if not right:
        raise SenderFault("hl7", "Ce n'est pas un test d'existence.")
    value, authority = values[0].get("extension", ""), values[0].get("root", "")
    if not _INS.fullmatch(value) or authority not in INS_AUTHORITIES:
        raise SenderFault("hl7", "Le patient n'est pas désigné par un INS.")
    return f"{value}^^^&{authority}&ISO^NH"


def _answer(*, exists: bool) -> etree._Element:
    answer = etree.Element(name("hl7:PRPA_IN201308UV02"), nsmap=_DEFAULT, ITSVersion="XML_1.0")
    etree.SubElement(answer, name("hl7:interactionId"), root=INTERACTIONS, extension="PRPA_IN201308UV02")
    act = etree.SubElement(answer, name("hl7:controlActProcess"), classCode="CACT", moodCode="EVN")
    if exists:
        subject = etree.SubElement(act, name("hl7:subject"), typeCode="SUBJ")
        observation = etree.SubElement(subject, name("hl7:administrativeObservation"), classCode="OBS", moodCode="EVN")
        etree.SubElement(observation, name("hl7:code"), code="AUTORISATION", codeSystem=AUTHORISATIONS)
        etree.SubElement(observation, name("hl7:value"), code="VALIDE", codeSystem=AUTHORISATIONS)
    acknowledgement = etree.SubElement(act, name("hl7:queryAck"))
    etree.SubElement(acknowledgement, name("hl7:queryResponseCode"), code="OK" if exists else "NF")
    return answer
