# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Writing of ebRIM 3.0 objects, children in the order that the schema wants: slots, name, description, classifications, identifiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from drimbox.socle.dmp.hl7_types import printable
from drimbox.socle.dmp.vocabulary import RIM
from drimbox.socle.personnes import Code

XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
MAX_TEXT: Final = 1024


@dataclass(slots=True)
class RegistryObject:
    """An ExtrinsicObject or a RegistryPackage being written.

    Attributes:
        tag: local name of the element.
        identifier: its id inside the submission.
        attributes: other XML attributes.
        name: title for people.
        description: comment for people.
    """

    tag: str
    identifier: str
    attributes: dict[str, str] = field(default_factory=dict)
    name: str = ""
    description: str = ""
    _slots: list[etree._Element] = field(default_factory=list)
    _classifications: list[etree._Element] = field(default_factory=list)
    _identifiers: list[etree._Element] = field(default_factory=list)

    def slot(self, name: str, *values: str) -> None:
        """Add a slot; nothing is written without value."""
        if values:
            self._slots.append(slot(name, values))

    def classify(self, scheme: str, code: Code) -> None:
        """Add a coded attribute."""
        element = self._classification(classificationScheme=scheme, nodeRepresentation=printable(code.code))
        element.append(slot("codingScheme", (code.scheme,)))
        element.append(_localized("Name", code.label or code.code))

    def author(self, scheme: str, person: str, institution: str | None) -> None:
        """Add an author: XCN of the person or system, XON of the institution."""
        element = self._classification(classificationScheme=scheme, nodeRepresentation="")
        element.append(slot("authorPerson", (person,)))
        if institution is not None:
            element.append(slot("authorInstitution", (institution,)))

    def node(self, node: str) -> None:
        """Say what kind of package this is."""
        self._classification(classificationNode=node)

    def identify(self, scheme: str, value: str, label: str) -> None:
        """Add an external identifier; ``label`` is the standard's name of the attribute."""
        element = etree.Element(
            _rim("ExternalIdentifier"),
            id=self._next("ei"),
            registryObject=self.identifier,
            identificationScheme=scheme,
            value=printable(value),
        )
        element.append(_localized("Name", label))
        self._identifiers.append(element)

    def build(self) -> etree._Element:
        """Return the element."""
        element = etree.Element(_rim(self.tag), id=self.identifier)
        for name, value in self.attributes.items():
            element.set(name, value)
        element.extend(self._slots)
        if self.name:
            element.append(_localized("Name", self.name))
        if self.description:
            element.append(_localized("Description", self.description))
        element.extend(self._classifications)
        element.extend(self._identifiers)
        return element

    def _classification(self, **attributes: str) -> etree._Element:
        element = etree.Element(_rim("Classification"), id=self._next("cla"), classifiedObject=self.identifier)
        for name, value in attributes.items():
            element.set(name, value)
        self._classifications.append(element)
        return element

    def _next(self, prefix: str) -> str:
        number = len(self._classifications) + len(self._identifiers) + 1
        return f"{self.identifier}-{prefix}{number}"


def slot(name: str, values: Sequence[str]) -> etree._Element:
    """Write a Slot."""
    element = etree.Element(_rim("Slot"), name=name)
    listed = etree.SubElement(element, _rim("ValueList"))
    for value in values:
        etree.SubElement(listed, _rim("Value")).text = printable(value)
    return element


_ORIGINAL: Final = {"SubmissionSetStatus": "Original"}


def association(kind: str, identifier: str, source: str, target: str, slots: Mapping[str, str] = _ORIGINAL) -> etree._Element:
    """Write an association between two objects, one of the submission at least; of it by default (SubmissionSetStatus Original)."""
    element = etree.Element(_rim("Association"), id=identifier, associationType=kind, sourceObject=source, targetObject=target)
    element.extend(slot(name, (value,)) for name, value in slots.items())
    return element


def classification(scheme: str, code: Code, *, of: str, identifier: str) -> etree._Element:
    """Write a coded attribute of an object that is already written."""
    element = etree.Element(
        _rim("Classification"), id=identifier, classifiedObject=of, classificationScheme=scheme, nodeRepresentation=printable(code.code)
    )
    element.append(slot("codingScheme", (code.scheme,)))
    element.append(_localized("Name", code.label or code.code))
    return element


def _localized(tag: str, text: str) -> etree._Element:
    element = etree.Element(_rim(tag))
    localized = etree.SubElement(element, _rim("LocalizedString"), charset="UTF-8", value=printable(text)[:MAX_TEXT])
    localized.set(XML_LANG, "fr-FR")
    return element


def _rim(name: str) -> str:
    return f"{{{RIM}}}{name}"
