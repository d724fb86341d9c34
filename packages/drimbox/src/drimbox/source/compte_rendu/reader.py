# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading of a validated imaging report: CDA-R2 bytes in, a :class:`CompteRendu` out.

The paths are those of the volets Structuration minimale and IMG-CR-IMG of the CI-SIS; templateIds are not checked, real reports carry any.
"""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo

from lxml import etree

from drimbox.socle.personnes import Code
from drimbox.source.compte_rendu.document import LimitesCda, attribute, find, find_all, parse
from drimbox.source.compte_rendu.errors import AutreDocument, ChampManquant
from drimbox.source.compte_rendu.examens import read_demandes, read_examens
from drimbox.source.compte_rendu.horodatage import parse_ts
from drimbox.source.compte_rendu.model import CompteRendu
from drimbox.source.compte_rendu.personnes_cda import read_code, read_patient, read_professionnel, read_structure

LIMITES = LimitesCda()
PARIS = ZoneInfo("Europe/Paris")
CR_IMAGERIE = "18748-4"
CONFIDENTIALITE = "2.16.840.1.113883.5.25"


def read_cda(data: bytes, *, limites: LimitesCda = LIMITES, zone: tzinfo = PARIS) -> CompteRendu:
    """Read a report.

    Args:
        data: the document, as carried by HL7.
        limites: what is accepted.
        zone: time zone of the imaging centre, for the times without offset.

    Raises:
        CompteRenduIllisible: the document cannot be used; its sub-classes say why.
    """
    root = parse(data, limites)
    if attribute(find(root, "h:code"), "code") != CR_IMAGERIE:
        raise AutreDocument
    etabli_le = parse_ts(attribute(find(root, "h:effectiveTime"), "value"), zone)
    if etabli_le is None:
        raise ChampManquant.of("effectiveTime")
    return CompteRendu(
        identifiant=_document_id(root),
        set_id=_join_ii(find(root, "h:setId")),
        version=attribute(find(root, "h:versionNumber"), "value") or None,
        remplace=_replaced(root),
        etabli_le=etabli_le,
        patient=read_patient(root),
        auteur=next((p for e in find_all(root, "h:author/h:assignedAuthor") if (p := read_professionnel(e))), None),
        structure=read_structure(root),
        authentificateur=read_professionnel(find(root, "h:legalAuthenticator/h:assignedEntity")),
        examens=read_examens(root, zone),
        confidentialite=read_code(find(root, "h:confidentialityCode")) or Code("N", CONFIDENTIALITE, "Normal"),
        cadre_exercice=_cadre_exercice(root),
        secteur_activite=read_code(find(root, "h:componentOf/h:encompassingEncounter/h:location/h:healthCareFacility/h:code")),
        demandes=tuple(read_demandes(root)),
    )


def _document_id(root: etree._Element) -> str:
    identifiant = _join_ii(find(root, "h:id"))
    if identifiant is None:
        raise ChampManquant.of("ClinicalDocument/id")
    return identifiant


def _join_ii(element: etree._Element | None) -> str | None:
    root, extension = attribute(element, "root"), attribute(element, "extension")
    return f"{root}^{extension}" if extension else root or None


def _replaced(root: etree._Element) -> tuple[str, ...]:
    related = [element for element in find_all(root, "h:relatedDocument") if element.get("typeCode") == "RPLC"]
    ids = (_join_ii(element) for parent in related for element in find_all(parent, "h:parentDocument/h:id"))
    return tuple(dict.fromkeys(identifiant for identifiant in ids if identifiant))


def _cadre_exercice(root: etree._Element) -> Code | None:
    paths = (
        "h:documentationOf/h:serviceEvent/h:performer/h:assignedEntity/h:representedOrganization/h:standardIndustryClassCode",
        "h:author/h:assignedAuthor/h:representedOrganization/h:standardIndustryClassCode",
    )
    return next((code for path in paths for element in find_all(root, path) if (code := read_code(element))), None)
