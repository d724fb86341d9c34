# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Registry stored queries (IHE ITI TF-2 §3.18.4.1.2.3): FindDocuments, FindDocumentsByReferenceId, GetDocuments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from banc.dmp import schemes
from banc.dmp.assertion import VerifiedVihf
from banc.dmp.config import DmpConfig
from banc.dmp.metadata import check_known
from banc.dmp.names import APPROVED, ARCHIVED, DEPRECATED, name
from banc.dmp.refusals import RegistryFailure, SecurityFault
from banc.dmp.store import Entry, Store

FIND_DOCUMENTS: Final = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
FIND_BY_REFERENCE: Final = "urn:uuid:12941a89-e02e-4be5-967c-ce4bfc8fe492"
GET_DOCUMENTS: Final = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"

_QUOTED: Final = re.compile(r"'((?:[^']|'')*)'")
_LIST: Final = re.compile(r"\(\s*'(?:[^']|'')*'(?:\s*,\s*'(?:[^']|'')*')*\s*\)")
_CODE_SLOTS: Final = {
    "$XDSDocumentEntryClassCode": schemes.CLASS,
    "$XDSDocumentEntryTypeCode": schemes.TYPE,
    "$XDSDocumentEntryFormatCode": schemes.FORMAT,
    "$XDSDocumentEntryPracticeSettingCode": schemes.PRACTICE,
    "$XDSDocumentEntryHealthcareFacilityTypeCode": schemes.FACILITY,
    "$XDSDocumentEntryConfidentialityCode": schemes.CONFIDENTIALITY,
    "$XDSDocumentEntryEventCodeList": schemes.EVENT,
}
_TIMES: Final = {
    "CreationTime": "creationTime",
    "ServiceStartTime": "serviceStartTime",
    "ServiceStopTime": "serviceStopTime",
}
_SHOWN: Final = frozenset({APPROVED, DEPRECATED, ARCHIVED})
"""What is deleted is kept, and shown to nobody."""
_SEARCHED: Final = frozenset({APPROVED, ARCHIVED})
Slots = Mapping[str, list[list[str]]]


@dataclass(frozen=True, slots=True)
class Query:
    """A stored query.

    Attributes:
        identifier: which one.
        slots: for each name, the values of each slot that bears it: OR inside a slot, AND between slots.
        leaf_class: whole entries rather than references.
    """

    identifier: str
    slots: Slots
    leaf_class: bool

    def __repr__(self) -> str:
        return f"Query({self.identifier})"


def read_query(body: etree._Element) -> Query:
    """Read an AdhocQueryRequest.

    Raises:
        RegistryFailure: XDSRegistryError: a parameter is not written as the standard says.
    """
    adhoc = body.find(name("rim:AdhocQuery"))
    option = body.find(name("query:ResponseOption"))
    if adhoc is None or option is None:
        raise RegistryFailure("XDSRegistryError", "Ce n'est pas une requête stockée.")
    slots: dict[str, list[list[str]]] = {}
    for slot in adhoc.findall(name("rim:Slot")):
        texts = [(value.text or "").strip() for value in slot.iter(name("rim:Value"))]
        slots.setdefault(slot.get("name", ""), []).append([value for text in texts for value in _values(text)])
    return Query(adhoc.get("id", ""), slots, option.get("returnType") == "LeafClass")


def run(query: Query, store: Store, vihf: VerifiedVihf, config: DmpConfig) -> list[Entry]:
    """Run a query under the rights of a VIHF.

    Raises:
        RegistryFailure: unknown query, missing parameter, unknown or other patient.
        SecurityFault: a search without a person who authenticated.
    """
    if query.identifier == GET_DOCUMENTS:
        return _get_documents(query, store, vihf)
    if query.identifier not in {FIND_DOCUMENTS, FIND_BY_REFERENCE}:
        raise RegistryFailure("XDSUnknownStoredQuery", "Cette requête stockée n'est pas servie.")
    # feeding is allowed to a machine; consulting a record needs the professional (CI-SIS, VIHF, mode INDIRECTE)
    if vihf.mode == "INDIRECTE":
        raise SecurityFault("wsse:FailedAuthentication", "La consultation demande l'authentification du professionnel.")
    patient = _only_value(query.slots, "$XDSDocumentEntryPatientId")
    statuses = frozenset(_all_values(query.slots, "$XDSDocumentEntryStatus")) & _SEARCHED
    if not statuses:
        raise RegistryFailure("XDSStoredQueryMissingParam", "$XDSDocumentEntryStatus manque, ou n'est pas un statut servi.")
    if query.identifier == FIND_BY_REFERENCE and not _all_values(query.slots, "$XDSDocumentEntryReferenceIdList"):
        raise RegistryFailure("XDSStoredQueryMissingParam", "$XDSDocumentEntryReferenceIdList manque.")
    if patient != vihf.patient:
        raise RegistryFailure("XDSPatientIdDoesNotMatch", "Le patient cherché n'est pas celui du VIHF.")
    check_known(patient, config)
    filters = list(_filters(query.slots))
    found = (entry for entry in store.of_patient(patient) if entry.status in statuses)
    return [entry for entry in found if all(accept(entry) for accept in filters)]


def _get_documents(query: Query, store: Store, vihf: VerifiedVihf) -> list[Entry]:
    uuids = _all_values(query.slots, "$XDSDocumentEntryEntryUUID")
    uids = _all_values(query.slots, "$XDSDocumentEntryUniqueId")
    if bool(uuids) == bool(uids):
        raise RegistryFailure("XDSStoredQueryParamNumber", "Il faut des entryUUID ou des uniqueId.")
    held = (entry for entry in store.of_patient(vihf.patient) if entry.status in _SHOWN)
    return [entry for entry in held if entry.entry_uuid in uuids or entry.unique_id in uids]


def _filters(slots: Slots) -> Iterable[Callable[[Entry], bool]]:
    for slot_name, groups in slots.items():
        for wanted in groups:
            if slot_name in _CODE_SLOTS:
                yield _code_filter(_CODE_SLOTS[slot_name], frozenset(wanted))
            elif slot_name == "$XDSDocumentEntryReferenceIdList":
                yield _reference_filter(frozenset(wanted))
            elif (accept := _time_filter(slot_name, wanted)) is not None:
                yield accept


def _code_filter(scheme: str, wanted: frozenset[str]) -> Callable[[Entry], bool]:
    return lambda entry: any(f"{value.code}^^{value.scheme}" in wanted for value in entry.item.codes.get(scheme, ()))


def _reference_filter(wanted: frozenset[str]) -> Callable[[Entry], bool]:
    return lambda entry: not wanted.isdisjoint(entry.item.slots.get(schemes.REFERENCES, ()))


def _time_filter(slot_name: str, wanted: list[str]) -> Callable[[Entry], bool] | None:
    found = re.fullmatch(r"\$XDSDocumentEntry(\w+Time)(From|To)", slot_name)
    if found is None or found[1] not in _TIMES or len(wanted) != 1:
        return None
    slot, bound = _TIMES[found[1]], wanted[0].ljust(14, "0")
    if found[2] == "From":
        return lambda entry: entry.item.slot(slot).ljust(14, "0") >= bound
    return lambda entry: entry.item.slot(slot).ljust(14, "0") < bound


def _values(text: str) -> list[str]:
    if not (_LIST.fullmatch(text) or _QUOTED.fullmatch(text)):
        raise RegistryFailure("XDSRegistryError", "Une valeur de la requête n'est pas entre apostrophes.")
    return [found[1].replace("''", "'") for found in _QUOTED.finditer(text)]


def _all_values(slots: Slots, slot_name: str) -> list[str]:
    return [value for group in slots.get(slot_name, []) for value in group]


def _only_value(slots: Slots, slot_name: str) -> str:
    values = _all_values(slots, slot_name)
    if len(values) != 1:
        raise RegistryFailure("XDSStoredQueryMissingParam", f"{slot_name} manque ou est répété.")
    return values[0]
