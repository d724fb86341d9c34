# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Metadata as the DMP checks them: mandatory attributes, vocabularies, patient, associations.

Source: IHE ITI TF-3 §4.2, CI-SIS volet Partage de documents de santé.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from banc.dmp import schemes
from banc.dmp.config import DmpConfig
from banc.dmp.names import ASSOCIATION, INS_AUTHORITIES, REPLACES, SIGNS, STABLE_DOCUMENT
from banc.dmp.objects import RegistryItem, Submission
from banc.dmp.refusals import RegistryFailure

METADATA_ERROR: Final = "XDSRepositoryMetadataError"
_OID: Final = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+")
_DTM: Final = re.compile(r"[0-9]{4}(?:[0-9]{2}){0,5}")
_HASH: Final = re.compile(r"[0-9a-fA-F]{40}")
_CX: Final = re.compile(r"([^\^&]+)\^\^\^&([0-9.]+)&ISO\^([A-Za-z0-9:.]+)")
_XCN: Final = re.compile(r"[^\^]+\^[^\^]*\^[^\^]*\^{6}&[0-9.]+&ISO\^[DU]\^{3}(?:IDNPS|EI|RI)")
_XON: Final = re.compile(r"[^\^]+\^{5}&[0-9.]+&ISO\^IDNST\^{3}[^\^]+")
_SLOTS: Final = ("creationTime", "languageCode", "legalAuthenticator", "serviceStartTime", "sourcePatientId", "hash", "size")


@dataclass(frozen=True, slots=True)
class CheckedSubmission:
    """A submission whose metadata passed every check. Only :func:`check_submission` makes it.

    Attributes:
        submission: the objects.
        patient: patient of every object, as a CX.
        unique_id: of the submission set.
        kos: entry of the KOS.
        signature: entry of the signature.
        replaces: entryUUID of the document that the KOS takes the place of, or an empty text.
    """

    submission: Submission
    patient: str
    unique_id: str
    kos: RegistryItem
    signature: RegistryItem
    replaces: str = ""

    def __repr__(self) -> str:
        return f"CheckedSubmission({self.unique_id})"


def check_submission(submission: Submission, asked_patient: str, config: DmpConfig) -> CheckedSubmission:
    """Check the metadata of a deposit.

    Args:
        submission: as read.
        asked_patient: patient of the VIHF, as a CX.
        config: patients known.

    Raises:
        RegistryFailure: with the XDS code of the first fault.
    """
    package = submission.package
    for entry in submission.entries.values():
        _check_entry(entry)
    patient = check_set(submission, asked_patient, config)
    kos = _only(submission, "application/dicom")
    signature = _only(submission, "text/xml")
    _check_kos_entry(kos)
    _check_codes(signature, schemes.SIGNATURE_CODES)
    _check_links(submission, signature)
    return CheckedSubmission(submission, patient, package.identifiers[schemes.SET_UNIQUE], kos, signature, _replaced(submission, kos))


def check_set(submission: Submission, asked_patient: str, config: DmpConfig) -> str:
    """Check a submission set and return its patient, the one of every object and of the VIHF.

    Raises:
        RegistryFailure: with the XDS code of the first fault.
    """
    package = submission.package
    _check_set(package)
    patient = package.identifiers[schemes.SET_PATIENT]
    if any(entry.identifiers.get(schemes.PATIENT) != patient for entry in submission.entries.values()):
        raise RegistryFailure("XDSPatientIdDoesNotMatch", "Le lot et ses fiches ne désignent pas le même patient.")
    if patient != asked_patient:
        raise RegistryFailure("XDSPatientIdDoesNotMatch", "Le patient du lot n'est pas celui du VIHF.")
    check_known(patient, config)
    return patient


def check_confidentiality(entry: RegistryItem) -> None:
    """Accept one level of HL7 and any visibilities of the DMP.

    Raises:
        RegistryFailure: XDSRepositoryMetadataError.
    """
    levels = [(value.code, value.scheme) for value in entry.codes.get(schemes.CONFIDENTIALITY, ())]
    base = [level for level in levels if level[1] == "2.16.840.1.113883.5.25"]
    if len(base) != 1 or len(set(levels)) != len(levels) or not schemes.CONFIDENTIALITIES.issuperset(levels):
        raise RegistryFailure(METADATA_ERROR, "confidentialityCode n'est pas de JDV_J08.")


def check_known(patient: str, config: DmpConfig) -> None:
    """Accept a patient who has a DMP.

    Raises:
        RegistryFailure: XDSUnknownPatientId.
    """
    found = _CX.fullmatch(patient)
    known = found is not None and found[3] == "NH" and found[2] in INS_AUTHORITIES
    if not known or (config.patients is not None and found is not None and found[1] not in config.patients):
        raise RegistryFailure("XDSUnknownPatientId", "Ce patient n'a pas de DMP.")


def _check_set(package: RegistryItem) -> None:
    for scheme in (schemes.SET_PATIENT, schemes.SET_SOURCE, schemes.SET_UNIQUE):
        if not package.identifiers.get(scheme):
            raise RegistryFailure(METADATA_ERROR, "Un identifiant du lot de soumission manque.")
    for scheme in (schemes.SET_SOURCE, schemes.SET_UNIQUE):
        _check_oid(package.identifiers[scheme], "du lot")
    _check_time(package.slot("submissionTime"), "submissionTime")
    contents = package.codes.get(schemes.SET_CONTENT, ())
    if len(contents) != 1 or contents[0].scheme != schemes.CONTENT_TABLE:
        raise RegistryFailure(METADATA_ERROR, "contentTypeCode est absent ou faux.")
    _check_authors(package, schemes.SET_AUTHOR)


def _check_entry(entry: RegistryItem) -> None:
    missing = [slot for slot in _SLOTS if not entry.slot(slot)]
    missing += [scheme for scheme in (schemes.PATIENT, schemes.UNIQUE) if not entry.identifiers.get(scheme)]
    if missing or entry.object_type != STABLE_DOCUMENT:
        raise RegistryFailure(METADATA_ERROR, f"Attributs absents d'une fiche : {', '.join(missing) or 'objectType'}.")
    _check_oid(entry.identifiers[schemes.UNIQUE], "d'un document")
    for slot in ("creationTime", "serviceStartTime", "serviceStopTime"):
        if entry.slot(slot) or slot != "serviceStopTime":
            _check_time(entry.slot(slot), slot)
    if not _HASH.fullmatch(entry.slot("hash")) or not entry.slot("size").isdigit():
        raise RegistryFailure(METADATA_ERROR, "hash ou size d'une fiche est illisible.")
    if not _XCN.fullmatch(entry.slot("legalAuthenticator")) or not _CX.fullmatch(entry.slot("sourcePatientId")):
        raise RegistryFailure(METADATA_ERROR, "legalAuthenticator ou sourcePatientId est mal formé.")
    _check_authors(entry, schemes.AUTHOR)
    _check_vocabularies(entry)


def _check_vocabularies(entry: RegistryItem) -> None:
    for scheme in schemes.SINGLE_CODES:
        if len(entry.codes.get(scheme, ())) != 1:
            raise RegistryFailure(METADATA_ERROR, "Un code obligatoire d'une fiche est absent ou répété.")
    for scheme, tables in schemes.SETTING_TABLES.items():
        if entry.codes[scheme][0].scheme not in tables:
            raise RegistryFailure(METADATA_ERROR, "Le cadre ou le secteur d'une fiche n'est pas d'une table connue.")
    check_confidentiality(entry)
    for reference in entry.slots.get(schemes.REFERENCES, ()):
        found = _CX.fullmatch(reference)
        if found is None or found[3] not in schemes.REFERENCE_KINDS:
            raise RegistryFailure(METADATA_ERROR, "referenceIdList n'est pas de JDV_J231.")


def _check_kos_entry(kos: RegistryItem) -> None:
    _check_codes(kos, schemes.KOS_CODES)
    events = kos.codes.get(schemes.EVENT, ())
    modalities = [value.code for value in events if value.scheme == schemes.MODALITIES]
    if not schemes.ACQUISITION_MODALITIES.issuperset(modalities):
        raise RegistryFailure(METADATA_ERROR, "Une modalité de la fiche du KOS est inconnue.")
    if any(value.scheme == schemes.REGIONS and not value.code.isdigit() for value in events):
        raise RegistryFailure(METADATA_ERROR, "Une région anatomique n'est pas un code SNOMED CT.")
    kinds = [reference.rpartition("^")[2] for reference in kos.slots.get(schemes.REFERENCES, ())]
    if "urn:ihe:iti:xds:2016:studyInstanceUID" not in kinds:
        raise RegistryFailure(METADATA_ERROR, "referenceIdList ne nomme pas l'étude.")


def _check_codes(entry: RegistryItem, expected: Mapping[str, tuple[str, str]]) -> None:
    for scheme, code in expected.items():
        value = entry.codes[scheme][0]
        if (value.code, value.scheme) != code:
            raise RegistryFailure(METADATA_ERROR, "classCode, typeCode ou formatCode n'est pas celui de ce type de document.")


def _check_links(submission: Submission, signature: RegistryItem) -> None:
    package = submission.package.identifier
    members = {link.target for link in submission.links if link.kind == f"{ASSOCIATION}HasMember" and link.source == package}
    if members != submission.entries.keys() or any(link.status != "Original" for link in submission.links):
        raise RegistryFailure(METADATA_ERROR, "Chaque document doit être membre du lot (HasMember, Original).")
    signs = [(link.source, link.target) for link in submission.links if link.kind == SIGNS]
    if signs != [(signature.identifier, package)]:
        raise RegistryFailure(METADATA_ERROR, "L'association « signs » de la signature au lot manque.")


def _replaced(submission: Submission, kos: RegistryItem) -> str:
    replaces = [link for link in submission.links if link.kind == REPLACES]
    if not replaces:
        return ""
    if len(replaces) > 1 or replaces[0].source != kos.identifier:
        raise RegistryFailure(METADATA_ERROR, "Le KOS, et lui seul, peut remplacer un document, et un seul.")
    return replaces[0].target


def _check_authors(item: RegistryItem, scheme: str) -> None:
    authors = item.authors.get(scheme, ())
    if not authors or item.codes.get(scheme):
        raise RegistryFailure(METADATA_ERROR, "L'auteur manque.")
    for author in authors:
        persons, institutions = author.get("authorPerson", ()), author.get("authorInstitution", ())
        if len(persons) != 1 or not _XCN.fullmatch(persons[0]) or not all(map(_XON.fullmatch, institutions)):
            raise RegistryFailure(METADATA_ERROR, "authorPerson ou authorInstitution est mal formé.")


def _only(submission: Submission, mime_type: str) -> RegistryItem:
    found = [entry for entry in submission.entries.values() if entry.mime_type == mime_type]
    if len(found) != 1 or len(submission.entries) != 2:
        raise RegistryFailure(METADATA_ERROR, "Un dépôt d'imagerie tient en un KOS et une signature.")
    return found[0]


def _check_oid(text: str, what: str) -> None:
    if len(text) > 64 or not _OID.fullmatch(text):
        raise RegistryFailure(METADATA_ERROR, f"L'identifiant unique {what} n'est pas un OID.")


def _check_time(text: str, slot: str) -> None:
    if not _DTM.fullmatch(text):
        raise RegistryFailure(METADATA_ERROR, f"{slot} n'est pas un instant UTC.")
    padded = text + "00000101000000"[len(text) :]
    try:
        datetime.strptime(padded + "+0000", "%Y%m%d%H%M%S%z")
    except ValueError:
        raise RegistryFailure(METADATA_ERROR, f"{slot} n'existe pas au calendrier.") from None
