# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Patient, professionals and structures of a CDA header."""

from __future__ import annotations

from lxml import etree

from drimbox.socle.personnes import OID_PROFESSIONNEL, OIDS_INS, Code, Identifiant, Patient, Professionnel, Structure, TraitsPatient
from drimbox.source.compte_rendu.document import attribute, find, find_all, text
from drimbox.source.compte_rendu.errors import ChampManquant, PlusieursPatients

_PATIENT = ("h:recordTarget", "h:recordTarget/h:patientRole", "h:recordTarget/h:patientRole/h:patient")


def read_identifiant(element: etree._Element | None) -> Identifiant | None:
    """Return extension and root of an II element, or None when one is missing."""
    value, oid = attribute(element, "extension"), attribute(element, "root")
    return Identifiant(value, oid) if value and oid else None


def read_code(element: etree._Element | None) -> Code | None:
    """Return a coded value, or None when it has no code."""
    code = attribute(element, "code")
    return Code(code, attribute(element, "codeSystem"), attribute(element, "displayName")) if code else None


def read_patient(root: etree._Element) -> Patient:
    """Return the patient: INS and IPP told apart by their OID, traits by their qualifier (RNIV: BR birth, CL used).

    Raises:
        ChampManquant: no recordTarget, or no birth name.
        PlusieursPatients: more than one patient.
    """
    if any(len(find_all(root, path)) > 1 for path in _PATIENT):
        raise PlusieursPatients
    role = find(root, "h:recordTarget/h:patientRole")
    person = None if role is None else find(role, "h:patient")
    if role is None or person is None:
        raise ChampManquant.of("recordTarget/patientRole/patient")
    ids = [identifiant for element in find_all(role, "h:id") if (identifiant := read_identifiant(element))]
    return Patient(
        ins=next((identifiant for identifiant in ids if identifiant.oid in OIDS_INS), None),
        ipp=next((identifiant for identifiant in ids if identifiant.oid not in OIDS_INS), None),
        traits=_read_traits(person),
    )


def _read_traits(person: etree._Element) -> TraitsPatient:
    families = _by_qualifier(find_all(person, "h:name/h:family"))
    givens = _by_qualifier(find_all(person, "h:name/h:given"))
    # older reports qualify the only name SP or not at all: it is then taken as the birth name
    nom = families.get("BR") or families.get("") or families.get("SP")
    if not nom:
        raise ChampManquant.of("recordTarget/patientRole/patient/name/family")
    return TraitsPatient(
        nom_naissance=nom,
        premier_prenom=givens.get("BR") or givens.get("", ""),
        prenoms_naissance=givens.get("") or givens.get("BR", ""),
        nom_utilise=families.get("CL"),
        prenom_utilise=givens.get("CL"),
        date_naissance=attribute(find(person, "h:birthTime"), "value")[:8],
        sexe=attribute(find(person, "h:administrativeGenderCode"), "code") or "U",
        lieu_naissance=text(find(person, "h:birthplace/h:place/h:addr/h:county")) or None,
    )


def _by_qualifier(elements: list[etree._Element]) -> dict[str, str]:
    """Map each qualifier to the first non-empty value that bears it; no qualifier is the empty key."""
    values: dict[str, str] = {}
    for element in elements:
        value = text(element)
        for qualifier in attribute(element, "qualifier").split() or [""]:
            if value:
                values.setdefault(qualifier, value)
    return values


def read_professionnel(entity: etree._Element | None) -> Professionnel | None:
    """Return the person of an assignedAuthor or an assignedEntity, or None when it is not an identified person."""
    if entity is None:
        return None
    identifiant = next((i for e in find_all(entity, "h:id") if (i := read_identifiant(e))), None)
    name = find(entity, "h:assignedPerson/h:name")
    if identifiant is None or name is None:
        return None
    return Professionnel(
        identifiant=identifiant.value,
        nom=text(find(name, "h:family")),
        prenom=text(find(name, "h:given")),
        oid=identifiant.oid or OID_PROFESSIONNEL,
        profession=read_code(find(entity, "h:code")),
    )


def read_structure(root: etree._Element) -> Structure | None:
    """Return the organisation that answers for the report.

    The first identified one of author, legalAuthenticator, performer and custodian: the KOS bears the author's (cross-validation of the
    homologation), the others stand in when the author has none.
    """
    paths = (
        "h:author/h:assignedAuthor/h:representedOrganization",
        "h:legalAuthenticator/h:assignedEntity/h:representedOrganization",
        "h:documentationOf/h:serviceEvent/h:performer/h:assignedEntity/h:representedOrganization",
        "h:custodian/h:assignedCustodian/h:representedCustodianOrganization",
    )
    organisations = (element for path in paths for element in find_all(root, path))
    return next((structure for element in organisations if (structure := _read_organisation(element))), None)


def _read_organisation(element: etree._Element) -> Structure | None:
    identifiant = read_identifiant(find(element, "h:id"))
    return Structure(identifiant.value, text(find(element, "h:name")), identifiant.oid) if identifiant else None
