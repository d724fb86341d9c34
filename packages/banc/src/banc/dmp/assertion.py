# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The VIHF as the DMP checks it: signature, certificate, dates, attributes.

Source: CI-SIS volet Transport synchrone; mapping of the volet Transmission d'un document CDA-R2 en HL7v2 (VIHF).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from banc.dmp.config import DmpConfig
from banc.dmp.names import INS_AUTHORITIES, name
from banc.dmp.products import SIGN, Anchors, BadCertificate
from banc.dmp.refusals import SecurityFault
from banc.dmp.xmldsig import BadSignature, verify_enveloped
from confiance.distinguished_name import DistinguishedName, DistinguishedNameError

X509_SUBJECT: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
PATIENT: Final = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
SUBJECT: Final = "urn:oasis:names:tc:xspa:1.0:subject:subject-id"
PURPOSE: Final = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse"
ROLE: Final = "urn:oasis:names:tc:xacml:2.0:subject:role"
REQUIRED: Final = (
    "VIHF_Version", "Authentification_Mode", "Identifiant_Structure", "Secteur_Activite", "Ressource_URN", PATIENT, SUBJECT,
    "LPS_Nom", "LPS_Version", "LPS_ID_HOMOLOGATION_DMP",
)  # fmt: skip
MODES: Final = frozenset({"DIRECTE", "INDIRECTE", "INDIRECTE_RENFORCEE"})
_SECTEUR: Final = re.compile(r"[A-Z0-9_]{2,16}\^1\.2\.250\.1\.71\.4\.2\.4")
_PATIENT: Final = re.compile(r"([0-9AB]{15})\^\^\^&([0-9.]+)&ISO\^NH")
_WITH_SPECIALTY: Final = frozenset({"10", "21"})


@dataclass(frozen=True, slots=True)
class VerifiedVihf:
    """A VIHF that passed every check. Only :func:`verify_vihf` makes it.

    Attributes:
        identifier: ID of the assertion.
        subject: national identifier of the professional.
        mode: Authentification_Mode.
        structure: Identifiant_Structure.
        patient: resource-id, as a CX.
    """

    identifier: str
    subject: str
    mode: str
    structure: str
    patient: str

    def __repr__(self) -> str:
        return f"VerifiedVihf({self.identifier})"


def verify_vihf(assertion: etree._Element | None, anchors: Anchors, config: DmpConfig) -> VerifiedVihf:
    """Check an assertion: first its bytes, then its signer, then its dates, then what it says.

    Raises:
        SecurityFault: with the subcode of WS-Security that tells why.
    """
    if assertion is None:
        raise SecurityFault("wsse:SecurityTokenUnavailable", "Il faut une assertion VIHF, et une seule.")
    _check_signer(assertion, anchors, config.now())
    _check_dates(assertion, config.now(), config.clock_skew, config.assertion_life)
    attributes = _attributes(assertion)
    _check_attributes(assertion, attributes)
    subject = (assertion.findtext(f"{name('saml:Subject')}/{name('saml:NameID')}") or "").strip()
    identifier = assertion.get("ID", "")
    if not subject or not identifier:
        raise SecurityFault("wsse:InvalidSecurityToken", "L'assertion ne nomme pas le professionnel.")
    return VerifiedVihf(identifier, subject, attributes["Authentification_Mode"], attributes["Identifiant_Structure"], attributes[PATIENT])


def _check_signer(assertion: etree._Element, anchors: Anchors, now: datetime) -> None:
    try:
        certificate = verify_enveloped(assertion)
        anchors.check(certificate, SIGN, now)
    except (BadSignature, BadCertificate) as error:
        raise SecurityFault("wsse:FailedCheck", str(error)) from None
    issuer = assertion.find(name("saml:Issuer"))
    try:
        told = DistinguishedName.parse("" if issuer is None else issuer.text or "")
    except DistinguishedNameError:
        raise SecurityFault("wsse:InvalidSecurityToken", "L'émetteur de l'assertion n'est pas un DN.") from None
    if issuer is None or issuer.get("Format") != X509_SUBJECT or told != DistinguishedName.from_certificate(certificate):
        raise SecurityFault("wsse:InvalidSecurityToken", "L'émetteur de l'assertion n'est pas le signataire.")


def _check_dates(assertion: etree._Element, now: datetime, skew: timedelta, life: timedelta) -> None:
    issued = _instant(assertion.get("IssueInstant"))
    if assertion.get("Version") != "2.0" or issued is None or not now - life <= issued <= now + skew:
        raise SecurityFault("wsse:InvalidSecurityToken", "La date d'émission de l'assertion n'est pas acceptable.")
    conditions = assertion.find(name("saml:Conditions"))
    if conditions is None:
        return  # optional in the VIHF: the date of issue bounds the assertion
    if conditions.find(name("saml:AudienceRestriction")) is not None:
        raise SecurityFault("wsse:InvalidSecurityToken", "AudienceRestriction ne doit pas être renseigné.")
    before, after = conditions.get("NotBefore"), conditions.get("NotOnOrAfter")
    start, end = _instant(before) if before else issued, _instant(after) if after else issued + life
    if start is None or end is None or not start - skew <= now < end + skew:
        raise SecurityFault("wsse:MessageExpired", "L'assertion est hors de ses dates.")


def _attributes(assertion: etree._Element) -> dict[str, str]:
    texts: dict[str, str] = {}
    for attribute in assertion.findall(f"{name('saml:AttributeStatement')}/{name('saml:Attribute')}"):
        key = attribute.get("Name", "")
        if key in texts:
            raise SecurityFault("wsse:InvalidSecurityToken", "Un attribut du VIHF est répété.")
        texts[key] = (attribute.findtext(name("saml:AttributeValue")) or "").strip()
    return texts


def _check_attributes(assertion: etree._Element, attributes: Mapping[str, str]) -> None:
    missing = [key for key in REQUIRED if not attributes.get(key)]
    if missing:
        raise SecurityFault("wsse:InvalidSecurityToken", f"Attributs absents du VIHF : {', '.join(missing)}.")
    patient = _PATIENT.fullmatch(attributes[PATIENT])
    right = {
        "VIHF_Version": attributes["VIHF_Version"] in {"3.0", "4.0"},
        "Authentification_Mode": attributes["Authentification_Mode"] in MODES,
        "Ressource_URN": attributes["Ressource_URN"] == "urn:dmp",
        "Secteur_Activite": _SECTEUR.fullmatch(attributes["Secteur_Activite"]) is not None,
        "resource-id": patient is not None and patient[2] in INS_AUTHORITIES,
        "purposeofuse": _has_purpose(assertion),
        "subject:role": _has_roles(assertion),
        "AuthnContext": _has_context(assertion, attributes["Authentification_Mode"]),
    }
    wrong = [told for told, is_right in right.items() if not is_right]
    if wrong:
        raise SecurityFault("wsse:InvalidSecurityToken", f"Attributs faux du VIHF : {', '.join(wrong)}.")


def _coded(assertion: etree._Element, attribute: str, element: str) -> list[tuple[str, str]]:
    values = (
        value
        for found in assertion.iter(name("saml:Attribute"))
        if found.get("Name") == attribute
        for value in found.findall(f"{name('saml:AttributeValue')}/{name(element)}")
    )
    return [(value.get("code", ""), value.get("codeSystem", "")) for value in values]


def _has_purpose(assertion: etree._Element) -> bool:
    return _coded(assertion, PURPOSE, "hl7:PurposeOfUse") == [("normal", "1.2.250.1.213.1.1.4.248")]


def _has_roles(assertion: etree._Element) -> bool:
    roles = _coded(assertion, ROLE, "hl7:Role")
    if not roles or roles[0][1] != "1.2.250.1.71.1.2.7" or not roles[0][0].isalnum():
        return False
    with_specialty = len(roles) > 1 and roles[1][1] == "1.2.250.1.71.4.2.5" and bool(roles[1][0])
    return with_specialty or roles[0][0] not in _WITH_SPECIALTY


def _has_context(assertion: etree._Element, mode: str) -> bool:
    context = assertion.find(f"{name('saml:AuthnStatement')}/{name('saml:AuthnContext')}")
    if context is None or not (context.findtext(name("saml:AuthnContextClassRef")) or "").startswith("urn:oasis:names:tc:SAML:2.0:ac:"):
        return False
    return mode != "INDIRECTE_RENFORCEE" or context.findtext(name("saml:AuthnContextDecl")) == "APP_BROWSER_AUTH"


def _instant(text: str | None) -> datetime | None:
    try:
        value = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return value if value.tzinfo is not None else None
