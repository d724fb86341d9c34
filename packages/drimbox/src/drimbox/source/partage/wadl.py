# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Retrieve Capabilities: what OPTIONS answers (DICOM PS3.18 §8.9, W3C WADL)."""

from __future__ import annotations

from lxml import etree

from drimbox.source.admission.errors import refusals
from drimbox.source.partage.paths import BASE

CONTENT_TYPE = "application/vnd.sun.wadl+xml"
_NS = "http://wadl.dev.java.net/2009/02"
_REPRESENTATION = 'multipart/related; type="application/dicom"'
_LEVELS = (("study",), ("study", "series"), ("study", "series", "instance"))
_SEGMENTS = {"study": "studies", "series": "series", "instance": "instances"}
_HEADERS = (("Accept", _REPRESENTATION), ("Authorization", "Bearer"), ("KOS-SOPInstanceUID", ""))
_ERRORS = " ".join(str(status) for status in sorted({refus.status for refus in refusals()}))


def document(db: str) -> bytes:
    """Return the WADL of a db name."""
    root = etree.fromstring(f'<application xmlns="{_NS}"/>'.encode())
    resources = etree.SubElement(root, f"{{{_NS}}}resources", base=f"https://{db}{BASE}/")
    for level in _LEVELS:
        _resource(resources, level)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _resource(resources: etree._Element, level: tuple[str, ...]) -> None:
    path = "/".join(f"{_SEGMENTS[name]}/{{{name}UID}}" for name in level)
    resource = etree.SubElement(resources, f"{{{_NS}}}resource", path=path)
    for name in level:
        etree.SubElement(resource, f"{{{_NS}}}param", name=f"{name}UID", style="template", required="true")
    method = etree.SubElement(resource, f"{{{_NS}}}method", name="GET", id=f"retrieve-{level[-1]}")
    request = etree.SubElement(method, f"{{{_NS}}}request")
    for name, default in _HEADERS:
        param = etree.SubElement(request, f"{{{_NS}}}param", name=name, style="header", required="true")
        if default:
            param.set("default", default)
    answer = etree.SubElement(method, f"{{{_NS}}}response", status="200")
    etree.SubElement(answer, f"{{{_NS}}}representation", mediaType=_REPRESENTATION)
    refusal = etree.SubElement(method, f"{{{_NS}}}response", status=_ERRORS)
    etree.SubElement(refusal, f"{{{_NS}}}representation", mediaType="application/problem+json")
