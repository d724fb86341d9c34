# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""From bytes to a CDA tree, safely, and the few ways of walking it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from lxml import etree

from confiance.xml_etranger import parse_xml
from drimbox.source.compte_rendu.errors import CompteRenduIllisible, CompteRenduTropGros, DoctypeRefuse

V3 = "urn:hl7-org:v3"
PS3_20 = "urn:dicom-org:ps3-20"
MAX_TEXT = 10_000_000
"""Longest text of one element that libxml2 reads when it is not told to trust its input."""
_NAMES = {"h": V3, "d": PS3_20}


@dataclass(frozen=True, slots=True)
class LimitesCda:
    """What the reader accepts.

    Attributes:
        octets: size of the document, its PDF included.
        profondeur: nested elements.
    """

    octets: int = 32 * 1024 * 1024
    profondeur: int = 64


def parse(data: bytes, limites: LimitesCda) -> etree._Element:
    """Return the ClinicalDocument element of a CDA.

    A document without a declared encoding that is not UTF-8 is read as Windows-1252, which RIS are seen to send.

    Raises:
        CompteRenduTropGros: beyond a limit.
        DoctypeRefuse: a DOCTYPE is declared.
        CompteRenduIllisible: not well formed, or not a ClinicalDocument.
    """
    if len(data) > limites.octets:
        raise CompteRenduTropGros
    root = _parse_as(data, None)
    if root is None and not _is_utf8(data):
        root = _parse_as(data, "windows-1252")
    if root is None and any(len(text) > MAX_TEXT for text in data.split(b"<")):
        raise CompteRenduTropGros(f"Le compte rendu contient un texte (document joint en base64) de plus de {MAX_TEXT // 1_000_000} Mo.")
    if root is None or root.tag != f"{{{V3}}}ClinicalDocument":
        raise CompteRenduIllisible
    _check_depth(root, limites.profondeur)
    return root


def _parse_as(data: bytes, encoding: str | None) -> etree._Element | None:
    try:
        root = parse_xml(data.strip(), remarks=False, encoding=encoding)
    except (etree.LxmlError, ValueError):
        return None
    docinfo: Any = root.getroottree().docinfo
    if docinfo.doctype:
        raise DoctypeRefuse
    return root


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _check_depth(root: etree._Element, limit: int) -> None:
    depth = 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > limit:
            raise CompteRenduTropGros


def find_all(element: etree._Element, path: str) -> list[etree._Element]:
    """Return the elements at a path whose steps are prefixed h: (CDA) or d: (DICOM PS3.20)."""
    return list(element.findall(path, _NAMES))


def find(element: etree._Element, path: str) -> etree._Element | None:
    """Return the first element at a path, or None."""
    return element.find(path, _NAMES)


def attribute(element: etree._Element | None, name: str) -> str:
    """Return an attribute without surrounding blanks; empty when the element or the attribute is absent."""
    return "" if element is None else (element.get(name) or "").strip()


def text(element: etree._Element | None) -> str:
    """Return the text of an element, blanks collapsed; empty when absent."""
    return "" if element is None else " ".join("".join(map(str, element.itertext())).split())


def decode_base64(element: etree._Element) -> bytes:
    """Return what an element holds in base64 (the PDF of a level-1 report); nothing when it is not base64."""
    try:
        return base64.b64decode("".join("".join(map(str, element.itertext())).split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
