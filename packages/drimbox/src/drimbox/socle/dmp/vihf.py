# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""VIHF 3.0: the signed SAML 2.0 assertion that says who asks, from where, for which patient.

Source: CI-SIS, volet Transport synchrone (VIHF); shape of the published exchanges with the DMP. The assertion is built, signed under
exclusive canonicalisation and given as bytes, to be spliced as they are into a SOAP header: no library may touch it afterwards.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from lxml import etree

from drimbox.config import Dmp
from drimbox.socle.dmp.errors import DmpReponseInvalide, ProfessionInconnue
from drimbox.socle.dmp.hl7_types import cx, printable
from drimbox.socle.dmp.model import ContexteVihf, LimitesDmp, ModeVihf
from drimbox.socle.dmp.signataire import Signataire
from drimbox.socle.personnes import Code, Professionnel

SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
DSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
EXC_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
HL7V3: Final = "urn:hl7-org:v3"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
X509_SUBJECT: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"

PROFESSIONS: Final = "1.2.250.1.71.1.2.7"
SAVOIR_FAIRE: Final = "1.2.250.1.71.4.2.5"
_WITH_SAVOIR_FAIRE: Final = frozenset({"10", "21"})
"""Physicians and pharmacists: the DMP wants their specialty as a second role."""

_CODED: Final[Any] = {None: HL7V3, "xsi": XSI}  # lxml-stubs do not know that None is the default namespace

ATTRIBUTE_PATIENT: Final = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
ATTRIBUTE_SUBJECT: Final = "urn:oasis:names:tc:xspa:1.0:subject:subject-id"
ATTRIBUTE_PURPOSE: Final = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse"
ATTRIBUTE_ROLE: Final = "urn:oasis:names:tc:xacml:2.0:subject:role"


@dataclass(frozen=True, slots=True)
class Logiciel:
    """The software as the DMP knows it (LPS)."""

    identifiant: str
    nom: str
    version: str
    homologation: str

    @classmethod
    def of(cls, settings: Dmp) -> Logiciel:
        """Read it from the settings."""
        return cls(settings.lps_id, settings.lps_name, settings.lps_version, settings.lps_homologation)


def build_vihf(contexte: ContexteVihf, logiciel: Logiciel, signataire: Signataire, now: datetime, limits: LimitesDmp) -> bytes:
    """Build and sign an assertion.

    Args:
        contexte: who asks.
        logiciel: with which software.
        signataire: ORG SIGN of the structure.
        now: aware instant of issue.
        limits: validity of the assertion.

    Returns:
        The assertion, canonical UTF-8 without XML declaration.

    Raises:
        ProfessionInconnue: the professional's profession (or a physician's specialty) is unknown.
    """
    assertion = _assertion(signataire.dn)
    etree.SubElement(etree.SubElement(assertion, _saml("Subject")), _saml("NameID")).text = printable(contexte.professionnel.identifiant)
    etree.SubElement(assertion, _saml("Conditions"))
    assertion.append(_authn_statement(contexte.mode))
    assertion.append(_attribute_statement(contexte, logiciel))
    return _date_and_sign(assertion, signataire, now, limits)


def renew_vihf(assertion: bytes, signataire: Signataire, now: datetime, limits: LimitesDmp) -> bytes:
    """Issue again an assertion that we made earlier: same professional and patient, new ID, new dates, new signature.

    A request kept in the outbox during an outage outlives its assertion; its documents and metadata must not change.

    Raises:
        DmpReponseInvalide: these bytes are not an assertion.
    """
    root = _parse_own(assertion)
    for signature in root.findall(f"{{{DSIG}}}Signature"):
        root.remove(signature)
    issuer = root.find(_saml("Issuer"))
    if issuer is None:
        raise DmpReponseInvalide
    issuer.text = signataire.dn
    return _date_and_sign(root, signataire, now, limits)


def expires_at(assertion: bytes) -> datetime:
    """Return the instant from which an assertion of ours is refused.

    Raises:
        DmpReponseInvalide: these bytes are not an assertion with a validity.
    """
    conditions = _parse_own(assertion).find(_saml("Conditions"))
    try:
        return datetime.fromisoformat(conditions.get("NotOnOrAfter", "") if conditions is not None else "")
    except ValueError:
        raise DmpReponseInvalide from None


def roles_of(professionnel: Professionnel) -> tuple[Code, ...]:
    """Return the profession, then the specialty of physicians and pharmacists.

    Raises:
        ProfessionInconnue: unknown profession, or a physician or pharmacist without specialty.
    """
    profession, savoir_faire = _told_roles(professionnel)
    if profession is None or (profession.code in _WITH_SAVOIR_FAIRE and savoir_faire is None):
        raise ProfessionInconnue
    return (profession,) if savoir_faire is None else (profession, savoir_faire)


def with_roles(professionnel: Professionnel, profession: str, savoir_faire: str) -> Professionnel:
    """Complete a professional whose report does not tell the profession: many do not, and HL7 has no place for it.

    Args:
        professionnel: as the report tells.
        profession: profession taken when none is told (1.2.250.1.71.1.2.7).
        savoir_faire: specialty taken for that profession when none is told (1.2.250.1.71.4.2.5).
    """
    told, specialty = _told_roles(professionnel)
    told = told or Code(profession, PROFESSIONS)
    if specialty is None and told.code == profession and savoir_faire:
        specialty = Code(savoir_faire, SAVOIR_FAIRE)
    return replace(professionnel, profession=told, savoir_faire=specialty)


def _told_roles(professionnel: Professionnel) -> tuple[Code | None, Code | None]:
    """Return profession and specialty. A CDA gives both at once (``G15_10/SM44``, TRE_A01): the pair is split."""
    profession, savoir_faire = professionnel.profession, professionnel.savoir_faire
    if profession is not None and profession.code.startswith("G15_"):
        code, _, specialty = profession.code.removeprefix("G15_").partition("/")
        if specialty and savoir_faire is None:
            savoir_faire = Code(specialty, SAVOIR_FAIRE, profession.label)
        profession = Code(code, PROFESSIONS, profession.label)
    if profession is not None:
        profession = Code(profession.code, PROFESSIONS, profession.label) if profession.code else None
    if savoir_faire is not None:
        savoir_faire = Code(savoir_faire.code, SAVOIR_FAIRE, savoir_faire.label) if savoir_faire.code else None
    return profession, savoir_faire


def _assertion(issuer: str) -> etree._Element:
    assertion = etree.Element(_saml("Assertion"), nsmap={"saml2": SAML}, Version="2.0")
    etree.SubElement(assertion, _saml("Issuer"), Format=X509_SUBJECT).text = issuer
    return assertion


def _authn_statement(mode: ModeVihf) -> etree._Element:
    statement = etree.Element(_saml("AuthnStatement"))
    context = etree.SubElement(statement, _saml("AuthnContext"))
    # a machine of the structure shows its certificate; a person came by Pro Santé Connect, two factors, and the structure vouches (AIR)
    person = mode is ModeVihf.INDIRECTE_RENFORCEE
    reference = "MobileTwoFactorUnregistered" if person else "TLSClient"
    etree.SubElement(context, _saml("AuthnContextClassRef")).text = f"urn:oasis:names:tc:SAML:2.0:ac:classes:{reference}"
    if person:
        etree.SubElement(context, _saml("AuthnContextDecl")).text = "APP_BROWSER_AUTH"
    return statement


def _attribute_statement(contexte: ContexteVihf, logiciel: Logiciel) -> etree._Element:
    statement = etree.Element(_saml("AttributeStatement"))
    professionnel, secteur = contexte.professionnel, contexte.secteur_activite
    texts = {
        "VIHF_Version": "3.0",
        "Authentification_Mode": contexte.mode.value,
        "Identifiant_Structure": contexte.structure.identifiant,
        "Secteur_Activite": f"{secteur.code}^{secteur.scheme}",
        "Ressource_URN": "urn:dmp",
        ATTRIBUTE_PATIENT: cx(contexte.patient_ins, "NH"),
        ATTRIBUTE_SUBJECT: f"{professionnel.prenom} {professionnel.nom}".strip(),
        "LPS_ID": logiciel.identifiant,
        "LPS_Nom": logiciel.nom,
        "LPS_Version": logiciel.version,
        "LPS_ID_HOMOLOGATION_DMP": logiciel.homologation,
    }
    for name, text in texts.items():
        etree.SubElement(_attribute(statement, name), _saml("AttributeValue")).text = printable(text)
    purpose = Code("normal", "1.2.250.1.213.1.1.4.248", "Acces normal")
    _coded_attribute(statement, ATTRIBUTE_PURPOSE, "PurposeOfUse", "mode acces VIHF 1.0", [purpose])
    _coded_attribute(statement, ATTRIBUTE_ROLE, "Role", "", roles_of(professionnel))
    return statement


def _attribute(statement: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(statement, _saml("Attribute"), Name=name)


def _coded_attribute(statement: etree._Element, name: str, element: str, table: str, codes: Iterable[Code]) -> None:
    attribute = _attribute(statement, name)
    for code in codes:
        value = etree.SubElement(attribute, _saml("AttributeValue"))
        coded = etree.SubElement(value, f"{{{HL7V3}}}{element}", nsmap=_CODED)
        coded.set("code", printable(code.code))
        coded.set("codeSystem", code.scheme)
        coded.set("codeSystemName", table)
        coded.set("displayName", printable(code.label))
        coded.set(f"{{{XSI}}}type", "CE")


def _date_and_sign(assertion: etree._Element, signataire: Signataire, now: datetime, limits: LimitesDmp) -> bytes:
    identifier = f"_{uuid.uuid4()}"
    assertion.set("ID", identifier)
    assertion.set("IssueInstant", _instant(now))
    conditions, statement = assertion.find(_saml("Conditions")), assertion.find(_saml("AuthnStatement"))
    if conditions is None or statement is None:
        raise DmpReponseInvalide
    conditions.set("NotBefore", _instant(now - limits.clock_skew))
    conditions.set("NotOnOrAfter", _instant(now + limits.vihf_validity))
    statement.set("AuthnInstant", _instant(now))
    # SAML core §2.3.3: the signature follows the issuer
    assertion.insert(1, _signature(_canonical(assertion), identifier, signataire))
    return _canonical(assertion)


def _signature(signed: bytes, identifier: str, signataire: Signataire) -> etree._Element:
    signature = etree.Element(_ds("Signature"), nsmap={"ds": DSIG})
    info = etree.SubElement(signature, _ds("SignedInfo"))
    etree.SubElement(info, _ds("CanonicalizationMethod"), Algorithm=EXC_C14N)
    etree.SubElement(info, _ds("SignatureMethod"), Algorithm=signataire.algorithmes.signature)
    reference = etree.SubElement(info, _ds("Reference"), URI=f"#{identifier}")
    transforms = etree.SubElement(reference, _ds("Transforms"))
    for algorithm in (ENVELOPED, EXC_C14N):
        etree.SubElement(transforms, _ds("Transform"), Algorithm=algorithm)
    etree.SubElement(reference, _ds("DigestMethod"), Algorithm=signataire.algorithmes.digest)
    etree.SubElement(reference, _ds("DigestValue")).text = _base64(signataire.digest(signed))
    etree.SubElement(signature, _ds("SignatureValue")).text = _base64(signataire.sign(_canonical(info)))
    data = etree.SubElement(etree.SubElement(signature, _ds("KeyInfo")), _ds("X509Data"))
    etree.SubElement(data, _ds("X509Certificate")).text = _base64(signataire.der)
    return signature


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _parse_own(assertion: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(assertion, parser)
    except etree.XMLSyntaxError:
        raise DmpReponseInvalide from None
    if root.tag != _saml("Assertion"):
        raise DmpReponseInvalide
    return root


def _saml(name: str) -> str:
    return f"{{{SAML}}}{name}"


def _ds(name: str) -> str:
    return f"{{{DSIG}}}{name}"
