# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""ITI-18 (registry stored query): queries written, entries read.

Source: IHE ITI TF-2 §3.18. Reading is lenient where accepted samples are (slots after classifications, zone suffixes, upper-case
digests), strict on what is used later: uniqueId, patient, repository.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from lxml import etree

from confiance.exploitation.logs import get_logger
from drimbox.socle.dmp import vocabulary as voc
from drimbox.socle.dmp.errors import DmpReponseInvalide, TropDeReponses
from drimbox.socle.dmp.hl7_types import cx, dtm, read_cx, read_dtm, unescaped
from drimbox.socle.dmp.model import Criteres, FicheDocument, LimitesDmp
from drimbox.socle.dmp.repository import check_registry_response
from drimbox.socle.dmp.rim import slot
from drimbox.socle.dmp.soap import Reponse
from drimbox.socle.personnes import Code, Identifiant

log = get_logger("dmp")
_STATUS_PREFIXES: Final = (voc.STATUS_PREFIX, "urn:asip:ci-sis:2010:StatusType:")


def write_search(patient_ins: Identifiant, criteres: Criteres) -> bytes:
    """Write the search of a patient's KOS: FindDocuments, or FindDocumentsByReferenceId when an exam is named."""
    references = _references(criteres)
    slots = [
        ("$XDSDocumentEntryPatientId", [_quoted(cx(patient_ins, "NH"))]),
        ("$XDSDocumentEntryStatus", [_listed([voc.STATUS_APPROVED])]),
        ("$XDSDocumentEntryFormatCode", [_listed([f"{voc.KOS_FORMAT.code}^^{voc.KOS_FORMAT.scheme}"])]),
        # two slots of the same name: a modality AND a region (IHE ITI TF-2 §3.18.4.1.2.3.5)
        ("$XDSDocumentEntryEventCodeList", _codes(criteres.modalites, voc.MODALITES)),
        ("$XDSDocumentEntryEventCodeList", _codes(criteres.regions, voc.REGIONS)),
        ("$XDSDocumentEntryCreationTimeFrom", [_quoted(dtm(criteres.depuis))] if criteres.depuis else []),
        ("$XDSDocumentEntryCreationTimeTo", [_quoted(dtm(criteres.jusqu_a))] if criteres.jusqu_a else []),
        *(("$XDSDocumentEntryReferenceIdList", [_listed([reference])]) for reference in references),
    ]
    query = voc.FIND_BY_REFERENCE if references else voc.FIND_DOCUMENTS
    return _write(query, [(name, values) for name, values in slots if values])


def write_get_document(unique_id: str) -> bytes:
    """Write the search of one document by its uniqueId (GetDocuments)."""
    return _write(voc.GET_DOCUMENTS, [("$XDSDocumentEntryUniqueId", [_listed([unique_id])])])


def read_search_answer(reponse: Reponse, limits: LimitesDmp) -> list[FicheDocument]:
    """Return the entries of an ITI-18 answer; one without what identifies it costs only itself, and is logged.

    Raises:
        DmpRefuse: the DMP refused the query.
        TropDeReponses: too many entries.
        DmpReponseInvalide: not an answer to a query, or none of the entries has what identifies it.
    """
    if reponse.body.tag != f"{{{voc.QUERY}}}AdhocQueryResponse":
        raise DmpReponseInvalide("La réponse du DMP à la recherche n'est pas un AdhocQueryResponse.")
    check_registry_response(reponse.body)
    entries = reponse.body.findall(f"{{{voc.RIM}}}RegistryObjectList/{{{voc.RIM}}}ExtrinsicObject")
    if len(entries) > limits.entries:
        raise TropDeReponses(f"Le DMP a rendu plus de {limits.entries} fiches.")
    return _read_entries(entries)


def _read_entries(entries: Sequence[etree._Element]) -> list[FicheDocument]:
    read, refused = [], []
    for entry in entries:
        try:
            read.append(read_entry(entry))
        except DmpReponseInvalide as error:
            refused.append(error)
    if refused and not read:
        raise refused[0]  # an empty list would say that the record is empty
    if refused:
        log.warning("dmp:fiche:refused", code=refused[0].code, count=len(refused))
    return read


def read_entry(entry: etree._Element) -> FicheDocument:
    """Read one DocumentEntry.

    Raises:
        DmpReponseInvalide: uniqueId, patient or repository is missing.
    """
    slots = _slots(entry)
    patient = read_cx(_identifier(entry, voc.DE_PATIENT_ID))
    unique_id = _identifier(entry, voc.DE_UNIQUE_ID)
    if patient is None or not unique_id:
        raise DmpReponseInvalide("Une fiche rendue par le DMP n'a pas d'identifiant de document ou de patient.")
    events = _classified(entry, voc.DE_EVENT)
    return FicheDocument(
        entry_uuid=entry.get("id", ""),
        unique_id=unique_id,
        repository_unique_id=_first(slots, "repositoryUniqueId"),
        patient_ins=patient,
        mime_type=entry.get("mimeType", ""),
        type_code=next((code.code for code in _classified(entry, voc.DE_TYPE)), ""),
        titre=_localized(entry),
        status=_status(entry),
        creation=read_dtm(_first(slots, "creationTime")),
        debut=read_dtm(_first(slots, "serviceStartTime")),
        fin=read_dtm(_first(slots, "serviceStopTime")),
        hash=_first(slots, "hash").lower() or None,
        size=_size(_first(slots, "size")),
        actes=tuple(code for code in events if code.scheme not in {voc.MODALITES, voc.REGIONS}),
        modalites=tuple(code for code in events if code.scheme == voc.MODALITES),
        regions=tuple(code for code in events if code.scheme == voc.REGIONS),
        confidentialites=tuple(code.code for code in _classified(entry, voc.DE_CONFIDENTIALITY)),
        accession=_reference(slots, voc.REFERENCE_ACCESSION),
        order=_reference(slots, voc.REFERENCE_ORDER),
        study_instance_uid=getattr(_reference(slots, voc.REFERENCE_STUDY), "value", None),
        institution=_institution(entry),
        logical_id=entry.get("lid", "") or entry.get("id", ""),
        version=_version(entry),
    )


def _write(query: str, slots: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    request = etree.Element(f"{{{voc.QUERY}}}AdhocQueryRequest", nsmap={"query": voc.QUERY, "rim": voc.RIM})
    etree.SubElement(request, f"{{{voc.QUERY}}}ResponseOption", returnComposedObjects="true", returnType="LeafClass")
    adhoc = etree.SubElement(request, f"{{{voc.RIM}}}AdhocQuery", id=query)
    adhoc.extend(slot(name, values) for name, values in slots)
    return etree.tostring(request)


def _references(criteres: Criteres) -> list[str]:
    study = Identifiant(criteres.study_instance_uid, voc.STUDY_AUTHORITY) if criteres.study_instance_uid else None
    kinds = ((criteres.accession, voc.REFERENCE_ACCESSION), (study, voc.REFERENCE_STUDY))
    return [cx(identifiant, kind) for identifiant, kind in kinds if identifiant is not None]


def _codes(codes: Iterable[str], scheme: str) -> list[str]:
    listed = [f"{code}^^{scheme}" for code in codes]
    return [_listed(listed)] if listed else []


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _listed(texts: Iterable[str]) -> str:
    return "(" + ",".join(_quoted(text) for text in texts) + ")"


def _slots(element: etree._Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in element.iterfind(f"{{{voc.RIM}}}Slot"):
        values = [(value.text or "").strip() for value in item.iterfind(f"{{{voc.RIM}}}ValueList/{{{voc.RIM}}}Value")]
        found.setdefault(item.get("name", ""), []).extend(values)
    return found


def _first(slots: dict[str, list[str]], name: str) -> str:
    return next(iter(slots.get(name, ())), "")


def _identifier(entry: etree._Element, scheme: str) -> str:
    for element in entry.iterfind(f"{{{voc.RIM}}}ExternalIdentifier"):
        if element.get("identificationScheme") == scheme:
            return element.get("value", "").strip()
    return ""


def _classified(entry: etree._Element, scheme: str) -> tuple[Code, ...]:
    elements = (e for e in entry.iterfind(f"{{{voc.RIM}}}Classification") if e.get("classificationScheme") == scheme)
    codes = (Code(e.get("nodeRepresentation", "").strip(), _first(_slots(e), "codingScheme"), _localized(e)) for e in elements)
    return tuple(code for code in codes if code.code)


def _status(entry: etree._Element) -> str:
    status = entry.get("status", "")
    for prefix in _STATUS_PREFIXES:
        status = status.removeprefix(prefix)
    return status


def _version(entry: etree._Element) -> str:
    told = entry.find(f"{{{voc.RIM}}}VersionInfo")
    return "1" if told is None else told.get("versionName", "1")


def _localized(element: etree._Element) -> str:
    localized = element.find(f"{{{voc.RIM}}}Name/{{{voc.RIM}}}LocalizedString")
    return "" if localized is None else localized.get("value", "")


def _institution(entry: etree._Element) -> str:
    for element in entry.iterfind(f"{{{voc.RIM}}}Classification"):
        if element.get("classificationScheme") == voc.DE_AUTHOR:
            return unescaped(_first(_slots(element), "authorInstitution").partition("^")[0])
    return ""


def _reference(slots: dict[str, list[str]], kind: str) -> Identifiant | None:
    values = (value for value in slots.get(voc.REFERENCE_ID_LIST, ()) if value.rpartition("^")[2] == kind)
    return next((found for value in values if (found := read_cx(value)) is not None), None)


def _size(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
