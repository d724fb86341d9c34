# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Hardened parsing and strict walking of XML: what is not expected is refused."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from lxml import etree

from confiance.refusals import Illisible, StructureSignature
from confiance.xml_etranger import parse_xml

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SPACES: Final = " \t\n\r"
_BASE64_SPACES = str.maketrans("", "", _SPACES)


def parse(data: bytes) -> etree._Element:
    """Parse bytes without DTD, entities, network nor relaxed limits.

    Raises:
        Illisible: not well formed, or deeper or larger than libxml2 accepts by default.
    """
    try:
        return parse_xml(data)
    except (etree.LxmlError, ValueError) as error:
        raise Illisible from error


def canonical(element: etree._Element) -> bytes:
    """Return the exclusive canonical form of an element, without comments (exc-c14n).

    Raises:
        StructureSignature: the element has no canonical form (a relative namespace, for instance).
    """
    try:
        return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
    except (etree.LxmlError, ValueError) as error:
        raise StructureSignature from error


def children(element: etree._Element) -> list[etree._Element]:
    """Return the children of an element that may hold only elements and blanks.

    Raises:
        StructureSignature: text, comment or instruction between them.
    """
    found = list(element)
    if any(not isinstance(child.tag, str) for child in found):
        raise StructureSignature
    if _is_text(element.text) or any(_is_text(child.tail) for child in found):
        raise StructureSignature
    return found


def sequence(element: etree._Element, *tags: str) -> list[etree._Element]:
    """Return the children of an element, which must be exactly these tags in this order.

    Raises:
        StructureSignature: another sequence.
    """
    found = children(element)
    if [child.tag for child in found] != list(tags):
        raise StructureSignature
    return found


def attributes(element: etree._Element, *names: str, optional: tuple[str, ...] = ()) -> None:
    """Check that an element has all these attributes, perhaps the optional ones, and no other.

    Raises:
        StructureSignature: one is missing or unknown.
    """
    present = set(element.keys())
    if not set(names) <= present <= {*names, *optional}:
        raise StructureSignature


def text(element: etree._Element) -> str:
    """Return the text of a leaf element, without the blanks around it.

    Raises:
        StructureSignature: the element has children.
    """
    if len(element):
        raise StructureSignature
    return (element.text or "").strip(_SPACES)


def octets(element: etree._Element) -> bytes:
    """Return the bytes that a leaf element holds in base64, line breaks allowed.

    Raises:
        StructureSignature: empty, or not base64.
    """
    try:
        value = base64.b64decode(text(element).translate(_BASE64_SPACES), validate=True)
    except (binascii.Error, ValueError) as error:
        raise StructureSignature from error
    if not value:
        raise StructureSignature
    return value


def absolute_namespaces(element: etree._Element) -> bool:
    """Tell whether every namespace in scope is an absolute URI: a relative one has no canonical form (Canonical XML §1.3)."""
    return all(_ABSOLUTE.match(uri) for uri in element.nsmap.values())


def _is_text(value: str | None) -> bool:
    return bool(value and value.strip(_SPACES))
