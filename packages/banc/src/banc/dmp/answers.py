# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Answers of the simulated DMP: registry responses, query results, documents in MTOM, SOAP faults."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from lxml import etree

from banc.dmp.names import ERROR, FAILURE, NS, SUCCESS, name
from banc.dmp.refusals import RegistryFailure
from banc.dmp.store import Entry

SOAP_TYPE: Final = "application/soap+xml"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    content_type: str
    body: bytes


def registry_response(failure: RegistryFailure | None = None) -> etree._Element:
    """Return a RegistryResponse: Success, or Failure with one error."""
    response = etree.Element(name("rs:RegistryResponse"), nsmap={"rs": NS["rs"]}, status=SUCCESS if failure is None else FAILURE)
    if failure is not None:
        _add_error(response, failure)
    return response


def query_response(entries: list[Entry], repository: str, *, leaf_class: bool) -> etree._Element:
    """Return the answer to a stored query."""
    response = etree.Element(name("query:AdhocQueryResponse"), nsmap={key: NS[key] for key in ("query", "rim", "rs")}, status=SUCCESS)
    response.set("totalResultCount", str(len(entries)))
    listed = etree.SubElement(response, name("rim:RegistryObjectList"))
    for entry in entries:
        if leaf_class:
            listed.append(_leaf(entry, repository))
        else:
            etree.SubElement(listed, name("rim:ObjectRef"), id=entry.entry_uuid)
    return response


def query_failure(failure: RegistryFailure) -> etree._Element:
    """Return the refusal of a stored query."""
    response = etree.Element(name("query:AdhocQueryResponse"), nsmap={key: NS[key] for key in ("query", "rim", "rs")}, status=FAILURE)
    _add_error(response, failure)
    etree.SubElement(response, name("rim:RegistryObjectList"))
    return response


def retrieve_failure(failure: RegistryFailure) -> etree._Element:
    """Return the refusal of a retrieval."""
    response = etree.Element(name("xdsb:RetrieveDocumentSetResponse"), nsmap={"xdsb": NS["xdsb"]})
    response.append(registry_response(failure))
    return response


def soap(action: str, relates_to: str, body: etree._Element) -> Answer:
    """Wrap a body in an envelope."""
    return Answer(200, f"{SOAP_TYPE}; charset=utf-8", _envelope(f"{action}Response", relates_to, body))


def mtom(action: str, relates_to: str, repository: str, entries: list[Entry]) -> Answer:
    """Answer a retrieval: the documents are parts of a multipart message."""
    response = etree.Element(name("xdsb:RetrieveDocumentSetResponse"), nsmap={"xdsb": NS["xdsb"], "xop": NS["xop"]})
    response.append(registry_response())
    parts: dict[str, bytes] = {}
    for entry in entries:
        identifier = f"{uuid.uuid4().hex}@dmp.banc"
        parts[identifier] = entry.content
        _add_document(response, repository, entry, identifier)
    return _multipart(_envelope(f"{action}Response", relates_to, response), parts)


def fault(code: str, subcode: str, reason: str, relates_to: str = "") -> Answer:
    """Return a SOAP 1.2 fault; the HTTP status follows SOAP 1.2 part 2 §7.5.2.2.

    Args:
        code: ``Sender`` or ``Receiver``.
        subcode: ``wsse:…`` or our own word.
        reason: French.
        relates_to: message id of the request, when it could be read.
    """
    element = etree.Element(name("soap:Fault"), nsmap={"soap": NS["soap"], "wsse": NS["wsse"]})
    told = etree.SubElement(element, name("soap:Code"))
    etree.SubElement(told, name("soap:Value")).text = f"soap:{code}"
    etree.SubElement(etree.SubElement(told, name("soap:Subcode")), name("soap:Value")).text = subcode
    text = etree.SubElement(etree.SubElement(element, name("soap:Reason")), name("soap:Text"))
    text.set("{http://www.w3.org/XML/1998/namespace}lang", "fr")
    text.text = reason
    body = _envelope("http://www.w3.org/2005/08/addressing/soap/fault", relates_to, element)
    return Answer(400 if code == "Sender" else 500, f"{SOAP_TYPE}; charset=utf-8", body)


def _add_error(response: etree._Element, failure: RegistryFailure) -> None:
    listed = etree.SubElement(response, name("rs:RegistryErrorList"), highestSeverity=ERROR)
    etree.SubElement(listed, name("rs:RegistryError"), errorCode=failure.code, codeContext=failure.detail, severity=ERROR)


def _leaf(entry: Entry, repository: str) -> etree._Element:
    element = etree.fromstring(etree.tostring(entry.item.element, with_tail=False))
    received = element.get("id")
    for child in element.iter():
        for attribute in ("id", "classifiedObject", "registryObject"):
            if child.get(attribute) == received:
                child.set(attribute, entry.entry_uuid)
    element.set("lid", entry.logical_id or entry.entry_uuid)
    element.set("status", entry.status)
    _set_version(element, entry.version)
    for slot in element.findall(name("rim:Slot")):
        if slot.get("name") == "repositoryUniqueId":
            element.remove(slot)
    slot = etree.Element(name("rim:Slot"), name="repositoryUniqueId")
    etree.SubElement(etree.SubElement(slot, name("rim:ValueList")), name("rim:Value")).text = repository
    element.insert(0, slot)
    return element


def _set_version(element: etree._Element, version: int) -> None:
    told = element.find(name("rim:VersionInfo"))
    if told is None:
        told = etree.Element(name("rim:VersionInfo"))
        before = [child for child in element if child.tag in {name("rim:Slot"), name("rim:Name"), name("rim:Description")}]
        element.insert(len(before), told)
    told.set("versionName", str(version))


def _add_document(response: etree._Element, repository: str, entry: Entry, identifier: str) -> None:
    document = etree.SubElement(response, name("xdsb:DocumentResponse"))
    etree.SubElement(document, name("xdsb:RepositoryUniqueId")).text = repository
    etree.SubElement(document, name("xdsb:DocumentUniqueId")).text = entry.unique_id
    etree.SubElement(document, name("xdsb:mimeType")).text = entry.item.mime_type
    content = etree.SubElement(document, name("xdsb:Document"))
    etree.SubElement(content, name("xop:Include"), href=f"cid:{identifier}")


def _envelope(action: str, relates_to: str, body: etree._Element) -> bytes:
    envelope = etree.Element(name("soap:Envelope"), nsmap={"soap": NS["soap"], "wsa": NS["wsa"]})
    header = etree.SubElement(envelope, name("soap:Header"))
    etree.SubElement(header, name("wsa:Action")).text = action
    etree.SubElement(header, name("wsa:MessageID")).text = f"urn:uuid:{uuid.uuid4()}"
    if relates_to:
        etree.SubElement(header, name("wsa:RelatesTo")).text = relates_to
    etree.SubElement(envelope, name("soap:Body")).append(body)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def _multipart(envelope: bytes, parts: dict[str, bytes]) -> Answer:
    boundary, root = f"uuid:{uuid.uuid4()}", "root.message@dmp.banc"
    root_type = f'application/xop+xml; charset=UTF-8; type="{SOAP_TYPE}"'
    chunks = [_part(boundary, root_type, root, envelope)]
    chunks += [_part(boundary, "application/octet-stream", identifier, content) for identifier, content in parts.items()]
    parameters = f'type="application/xop+xml"; boundary="{boundary}"; start="<{root}>"; start-info="{SOAP_TYPE}"'
    return Answer(200, f"multipart/related; {parameters}", b"".join(chunks) + f"--{boundary}--".encode())


def _part(boundary: str, content_type: str, identifier: str, content: bytes) -> bytes:
    headers = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <{identifier}>"
    return f"--{boundary}\r\n{headers}\r\n\r\n".encode() + content + b"\r\n"
