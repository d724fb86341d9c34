# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The sample report: CDA-R2 level 1 (a PDF in a structured header), volets Structuration minimale and IMG-CR-IMG of the CI-SIS."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker  # type: ignore[import-not-found]  # lxml ships no types for its builder

from banc.jeux.identite import IDENTITE, LOINC, ExamenJeu, IdentiteJeu
from banc.jeux.pdf import make_pdf
from drimbox.socle.personnes import Code, Identifiant, Professionnel, Structure

V3 = "urn:hl7-org:v3"
PS3_20 = "urn:dicom-org:ps3-20"
GENDER = "2.16.840.1.113883.5.1"
CONFIDENTIALITY = "2.16.840.1.113883.5.25"
SECTORS = "1.2.250.1.71.4.2.4"
PRACTICE_SETTINGS = "1.2.250.1.213.1.1.4.9"
CR_IMAGERIE = Code("18748-4", LOINC, "CR d'imagerie médicale")
SEXES = {"M": "Masculin", "F": "Féminin"}

E = ElementMaker(namespace=V3, nsmap={None: V3, "ps3-20": PS3_20})


def make_report(identite: IdentiteJeu = IDENTITE) -> bytes:
    """Return the report, UTF-8 XML, valid against the CDA schema of the CI-SIS."""
    document = E.ClinicalDocument(
        E.realmCode(code="FR"),
        E.typeId(root="2.16.840.1.113883.1.3", extension="POCD_HD000040"),
        E.templateId(root="2.16.840.1.113883.2.8.2.1"),
        E.templateId(root="1.2.250.1.213.1.1.1.1"),
        E.templateId(root="1.3.6.1.4.1.19376.1.2.20"),
        E.id(root=identite.document_id),
        _code("code", CR_IMAGERIE, *(_code("translation", examen.acte) for examen in identite.examens)),
        E.title(f"CR d'imagerie médicale - {identite.examens[0].description}"),
        E.effectiveTime(value=_ts(identite.valide_le)),
        _code("confidentialityCode", Code("N", CONFIDENTIALITY, "Normal")),
        E.languageCode(code="fr-FR"),
        E.setId(root=identite.document),
        E.versionNumber(value=str(identite.version)),
        _record_target(identite),
        _author(identite),
        _custodian(identite.structure),
        _authenticator(identite),
        *(_order(examen) for examen in identite.examens),
        *(_documentation(examen, identite) for examen in identite.examens),
        *([_replaces(identite.previous_id)] if identite.previous_id else []),
        _encounter(identite),
        E.component(E.nonXMLBody(E.text(_body(identite), mediaType="application/pdf", representation="B64"))),
    )
    return bytes(etree.tostring(document, encoding="UTF-8", xml_declaration=True))


def _body(identite: IdentiteJeu) -> str:
    lines = [
        "Centre d'imagerie du banc - document d'essai, sans valeur médicale",
        "",
        *(f"Examen : {examen.description} ({examen.debut:%d/%m/%Y})" for examen in identite.examens),
        "",
        "Technique : acquisition hélicoïdale, coupes axiales.",
        "Résultat : images d'essai livrées avec la bibliothèque pydicom.",
        "Conclusion : ce compte rendu sert à éprouver une DRIMbox.",
    ]
    return base64.b64encode(make_pdf(lines)).decode("ascii")


def _record_target(identite: IdentiteJeu) -> Any:
    patient, traits = identite.patient, identite.patient.traits
    ids = [_ii("id", identifiant) for identifiant in (patient.ins, patient.ipp) if identifiant]
    names = [
        E.family(traits.nom_naissance, qualifier="BR"),
        E.given(traits.prenoms_naissance),
        E.given(traits.premier_prenom, qualifier="BR"),
    ]
    names += [E.family(traits.nom_utilise, qualifier="CL")] if traits.nom_utilise else []
    names += [E.given(traits.prenom_utilise, qualifier="CL")] if traits.prenom_utilise else []
    person = E.patient(
        E.name(*names),
        _code("administrativeGenderCode", Code(traits.sexe, GENDER, SEXES.get(traits.sexe, "Inconnu"))),
        E.birthTime(value=traits.date_naissance),
        *([E.birthplace(E.place(E.addr(E.county(traits.lieu_naissance))))] if traits.lieu_naissance else []),
    )
    return E.recordTarget(E.patientRole(*ids, E.addr(nullFlavor="UNK"), E.telecom(nullFlavor="UNK"), person))


def _author(identite: IdentiteJeu) -> Any:
    return E.author(
        E.time(value=_ts(identite.valide_le)), E.assignedAuthor(*_professional(identite.auteur), _organisation(identite.structure))
    )


def _authenticator(identite: IdentiteJeu) -> Any:
    return E.legalAuthenticator(
        E.time(value=_ts(identite.valide_le)),
        E.signatureCode(code="S"),
        E.assignedEntity(*_professional(identite.auteur), _organisation(identite.structure)),
    )


def _custodian(structure: Structure) -> Any:
    return E.custodian(
        E.assignedCustodian(
            E.representedCustodianOrganization(
                E.id(root=structure.oid, extension=structure.identifiant),
                E.name(structure.nom),
                E.telecom(nullFlavor="UNK"),
                E.addr(nullFlavor="UNK"),
            )
        )
    )


def _order(examen: ExamenJeu) -> Any:
    accession = etree.Element(f"{{{PS3_20}}}accessionNumber", root=examen.accession.oid, extension=examen.accession.value)
    return E.inFulfillmentOf(E.order(_ii("id", examen.order), accession))


def _documentation(examen: ExamenJeu, identite: IdentiteJeu) -> Any:
    code = _code(
        "code",
        examen.acte,
        _code("translation", examen.acte_ccam),
        _code("translation", examen.modalite, _qualifier("121139", examen.modalite.scheme, "Modalité d'imagerie")),
        _code("translation", examen.region, _qualifier("39111-0", LOINC, "localisation anatomique")),
    )
    return E.documentationOf(
        E.serviceEvent(
            E.id(root=examen.study_instance_uid),
            code,
            E.effectiveTime(E.low(value=_ts(examen.debut)), E.high(value=_ts(examen.fin))),
            E.performer(E.assignedEntity(*_professional(identite.auteur), _organisation(identite.structure)), typeCode="PRF"),
        )
    )


def _replaces(identifiant: str) -> Any:
    return E.relatedDocument(E.parentDocument(E.id(root=identifiant)), typeCode="RPLC")


def _encounter(identite: IdentiteJeu) -> Any:
    examen = identite.examens[0]
    return E.componentOf(
        E.encompassingEncounter(
            E.effectiveTime(E.low(value=_ts(examen.debut)), E.high(value=_ts(examen.fin))),
            E.location(E.healthCareFacility(_code("code", Code("SA08", SECTORS, "Cabinet de groupe")))),
        )
    )


def _professional(person: Professionnel) -> list[Any]:
    parts = [E.id(root=person.oid, extension=person.identifiant)]
    parts += [_code("code", person.profession)] if person.profession else []
    name = E.assignedPerson(E.name(E.family(person.nom), E.given(person.prenom)))
    return [*parts, E.addr(nullFlavor="UNK"), E.telecom(nullFlavor="UNK"), name]


def _organisation(structure: Structure) -> Any:
    return E.representedOrganization(
        E.id(root=structure.oid, extension=structure.identifiant),
        E.name(structure.nom),
        E.telecom(nullFlavor="UNK"),
        E.addr(nullFlavor="UNK"),
        _code("standardIndustryClassCode", Code("AMBULATOIRE", PRACTICE_SETTINGS, "Ambulatoire")),
    )


def _qualifier(code: str, scheme: str, label: str) -> Any:
    return E.qualifier(_code("name", Code(code, scheme, label)))


def _code(tag: str, code: Code, *children: Any) -> Any:
    return E(tag, *children, code=code.code, displayName=code.label, codeSystem=code.scheme)


def _ii(tag: str, identifiant: Identifiant) -> Any:
    return E(tag, root=identifiant.oid, extension=identifiant.value)


def _ts(moment: datetime) -> str:
    return moment.strftime("%Y%m%d%H%M%S%z")
