# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Registry objects of a submission, as values: slots, codes and identifiers by their schemes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from banc.dmp.names import SUBMISSION_SET, name
from banc.dmp.refusals import RegistryFailure


@dataclass(frozen=True, slots=True)
class CodedValue:
    """A classification by a code."""

    code: str
    scheme: str
    label: str


@dataclass(frozen=True, slots=True)
class RegistryItem:
    """A RegistryPackage or an ExtrinsicObject.

    Attributes:
        element: as received.
        identifier: its id.
        mime_type: of the document; empty for a package.
        object_type: its objectType.
        slots: values by name.
        codes: coded values by classification scheme.
        authors: slots of each author by classification scheme.
        identifiers: values by identification scheme.
        nodes: classification nodes.
    """

    element: etree._Element
    identifier: str
    mime_type: str
    object_type: str
    slots: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, tuple[CodedValue, ...]]
    authors: Mapping[str, tuple[Mapping[str, tuple[str, ...]], ...]]
    identifiers: Mapping[str, str]
    nodes: tuple[str, ...]

    def slot(self, slot_name: str) -> str:
        """Return the first value of a slot, or an empty text."""
        return next(iter(self.slots.get(slot_name, ())), "")

    def __repr__(self) -> str:
        return f"RegistryItem({self.identifier})"


@dataclass(frozen=True, slots=True)
class Link:
    """An association."""

    kind: str
    source: str
    target: str
    status: str
    slots: Mapping[str, tuple[str, ...]]

    def slot(self, slot_name: str) -> str:
        """Return the first value of a slot, or an empty text."""
        return next(iter(self.slots.get(slot_name, ())), "")


@dataclass(frozen=True, slots=True)
class Submission:
    """The objects of one submission."""

    package: RegistryItem
    entries: Mapping[str, RegistryItem]
    links: tuple[Link, ...]


def read_submission(body: etree._Element) -> Submission:
    """Read the objects of a ProvideAndRegisterDocumentSetRequest, or of the SubmitObjectsRequest of an update.

    Raises:
        RegistryFailure: XDSRepositoryMetadataError: not exactly one submission set, or an id used twice.
    """
    request = body if body.tag == name("lcm:SubmitObjectsRequest") else body.find(name("lcm:SubmitObjectsRequest"))
    listed = None if request is None else request.find(name("rim:RegistryObjectList"))
    children = [] if listed is None else list(listed)
    identifiers = [element.get("id") for element in children]
    if len(set(identifiers)) != len(identifiers):
        raise RegistryFailure("XDSRepositoryMetadataError", "Deux objets du lot ont le même id.")
    packages = [_item(element) for element in children if element.tag == name("rim:RegistryPackage")]
    sets = [package for package in packages if SUBMISSION_SET in package.nodes]
    if len(packages) != 1 or len(sets) != 1:
        raise RegistryFailure("XDSRepositoryMetadataError", "Il faut un lot de soumission, et un seul.")
    entries = [_item(element) for element in children if element.tag == name("rim:ExtrinsicObject")]
    links = tuple(_link(element) for element in children if element.tag == name("rim:Association"))
    return Submission(sets[0], {entry.identifier: entry for entry in entries}, links)


def _link(element: etree._Element) -> Link:
    slots = _slots(element)
    status = slots.get("SubmissionSetStatus", ("",))[0]
    return Link(element.get("associationType", ""), element.get("sourceObject", ""), element.get("targetObject", ""), status, slots)


def _item(element: etree._Element) -> RegistryItem:
    identifier = element.get("id", "")
    codes: dict[str, tuple[CodedValue, ...]] = {}
    authors: dict[str, tuple[Mapping[str, tuple[str, ...]], ...]] = {}
    nodes: list[str] = []
    for found in element.findall(name("rim:Classification")):
        _same_object(found.get("classifiedObject"), identifier)
        scheme, node = found.get("classificationScheme"), found.get("classificationNode")
        slots = _slots(found)
        if node is not None:
            nodes.append(node)
        elif scheme is not None and "codingScheme" in slots:
            value = CodedValue(found.get("nodeRepresentation", ""), slots["codingScheme"][0], _label(found))
            codes[scheme] = (*codes.get(scheme, ()), value)
        elif scheme is not None:
            authors[scheme] = (*authors.get(scheme, ()), slots)
    return RegistryItem(
        element=element,
        identifier=identifier,
        mime_type=element.get("mimeType", ""),
        object_type=element.get("objectType", ""),
        slots=_slots(element),
        codes=codes,
        authors=authors,
        identifiers=_identifiers(element, identifier),
        nodes=tuple(nodes),
    )


def _identifiers(element: etree._Element, identifier: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for external in element.findall(name("rim:ExternalIdentifier")):
        _same_object(external.get("registryObject"), identifier)
        scheme = external.get("identificationScheme", "")
        if scheme in found:
            raise RegistryFailure("XDSRepositoryMetadataError", "Un identifiant externe est répété.")
        found[scheme] = external.get("value", "")
    return found


def _same_object(named: str | None, identifier: str) -> None:
    if named != identifier:
        raise RegistryFailure("XDSRepositoryMetadataError", "Une classification ou un identifiant désigne un autre objet.")


def _slots(element: etree._Element) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for slot in element.findall(name("rim:Slot")):
        key = slot.get("name", "")
        if key in found:
            raise RegistryFailure("XDSRepositoryMetadataError", f"Le slot {key} est répété.")
        values = slot.findall(f"{name('rim:ValueList')}/{name('rim:Value')}")
        found[key] = tuple((value.text or "").strip() for value in values)
    return found


def _label(element: etree._Element) -> str:
    localized = element.find(f"{name('rim:Name')}/{name('rim:LocalizedString')}")
    return "" if localized is None else localized.get("value", "")
