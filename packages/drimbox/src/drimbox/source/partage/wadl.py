# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Retrieve Capabilities: what OPTIONS answers (DICOM PS3.18 §8.9, W3C WADL)."""

from __future__ import annotations

import re

from lxml import etree

from drimbox.source.admission.errors import refusals
from drimbox.source.admission.formats import IMAGES, JSON, OF_FRAMES
from drimbox.source.partage.paths import BASE

CONTENT_TYPE = "application/vnd.sun.wadl+xml"
_NS = "http://wadl.dev.java.net/2009/02"
_IMAGES = ('multipart/related; type="application/dicom"',)
_FRAMES = (*(f'multipart/related; type="{media}"' for media in OF_FRAMES), *_IMAGES)
_STUDY, _SERIES = "studies/{studyUID}", "studies/{studyUID}/series/{seriesUID}"
_INSTANCE = _SERIES + "/instances/{instanceUID}"
# identifier of the method → path, what it represents (PS3.18 §10.4.1.1 and §10.6.1.1)
_METHODS = {
    "retrieve-study": (_STUDY, _IMAGES),
    "retrieve-series": (_SERIES, _IMAGES),
    "retrieve-instance": (_INSTANCE, _IMAGES),
    "retrieve-frames": (_INSTANCE + "/frames/{frames}", _FRAMES),
    "retrieve-study-metadata": (_STUDY + "/metadata", JSON),
    "retrieve-series-metadata": (_SERIES + "/metadata", JSON),
    "retrieve-instance-metadata": (_INSTANCE + "/metadata", JSON),
    "retrieve-instance-rendered": (_INSTANCE + "/rendered", IMAGES),
    "retrieve-frames-rendered": (_INSTANCE + "/frames/{frames}/rendered", IMAGES),
    "search-studies": ("studies", JSON),
    "search-series": ("series", JSON),
    "search-instances": ("instances", JSON),
    "search-study-series": (_STUDY + "/series", JSON),
    "search-study-instances": (_STUDY + "/instances", JSON),
    "search-series-instances": (_SERIES + "/instances", JSON),
}
_ERRORS = " ".join(str(status) for status in sorted({refus.status for refus in refusals()}))


def document(db: str) -> bytes:
    """Return the WADL of a db name."""
    root = etree.fromstring(f'<application xmlns="{_NS}"/>'.encode())
    resources = etree.SubElement(root, f"{{{_NS}}}resources", base=f"https://{db}{BASE}/")
    for method, (path, representations) in _METHODS.items():
        _resource(resources, method, path, representations)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _resource(resources: etree._Element, name: str, path: str, representations: tuple[str, ...]) -> None:
    resource = etree.SubElement(resources, f"{{{_NS}}}resource", path=path)
    for parameter in re.findall(r"{(\w+)}", path):
        etree.SubElement(resource, f"{{{_NS}}}param", name=parameter, style="template", required="true")
    method = etree.SubElement(resource, f"{{{_NS}}}method", name="GET", id=name)
    request = etree.SubElement(method, f"{{{_NS}}}request")
    for header, default in (("Accept", representations[0]), ("Authorization", "Bearer"), ("KOS-SOPInstanceUID", "")):
        param = etree.SubElement(request, f"{{{_NS}}}param", name=header, style="header", required="true")
        if default:
            param.set("default", default)
    answer = etree.SubElement(method, f"{{{_NS}}}response", status="200")
    for representation in representations:
        etree.SubElement(answer, f"{{{_NS}}}representation", mediaType=representation)
    refusal = etree.SubElement(method, f"{{{_NS}}}response", status=_ERRORS)
    etree.SubElement(refusal, f"{{{_NS}}}representation", mediaType="application/problem+json")
