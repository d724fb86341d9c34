# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading of a request: MIME parts by the standard library, XML without DTD, headers of WS-Addressing, structure by RELAX NG."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

from lxml import etree

from banc.dmp.names import name
from banc.dmp.refusals import RegistryFailure, SenderFault


@dataclass(frozen=True, slots=True)
class Request:
    """A SOAP request.

    Attributes:
        action: WS-Addressing action.
        message_id: WS-Addressing message id.
        assertion: the only SAML assertion of the security header.
        body: child of soap:Body.
        parts: MIME parts by Content-ID.
    """

    action: str
    message_id: str
    assertion: etree._Element | None
    body: etree._Element
    parts: Mapping[str, bytes]

    def attached(self, href: str) -> bytes:
        """Return the part that an xop:Include names.

        Raises:
            RegistryFailure: XDSMissingDocument.
        """
        content = self.parts.get(unquote(href.removeprefix("cid:")))
        if content is None:
            raise RegistryFailure("XDSMissingDocument", "Une partie annoncée n'est pas jointe.")
        return content


def read_request(content_type: str, data: bytes) -> Request:
    """Read a request.

    Raises:
        SenderFault: it is not a SOAP 1.2 message with the headers that IHE asks for.
    """
    envelope_bytes, parts = _split(content_type, data)
    envelope = parse_xml(envelope_bytes)
    if envelope.tag != name("soap:Envelope"):
        raise SenderFault("envelope", "Ce n'est pas une enveloppe SOAP 1.2.")
    body = envelope.find(name("soap:Body"))
    header = envelope.find(name("soap:Header"))
    if body is None or len(body) != 1 or header is None:
        raise SenderFault("envelope", "L'enveloppe n'a pas un en-tête et un corps d'un seul élément.")
    action, message_id = _only(header, "wsa:Action"), _only(header, "wsa:MessageID")
    if action.get(name("soap:mustUnderstand"), "") not in {"true", "1"}:
        raise SenderFault("wsa", "L'en-tête Action n'est pas marqué mustUnderstand.")
    assertions = list(envelope.iter(name("saml:Assertion")))
    found = header.findall(f"{name('wsse:Security')}/{name('saml:Assertion')}")
    # a second assertion anywhere is how a signed one gets wrapped around a forged one
    assertion = found[0] if len(found) == 1 and len(assertions) == 1 else None
    return Request(_text(action), _text(message_id), assertion, body[0], parts)


def check_structure(body: etree._Element) -> None:
    """Accept a body that follows the schema.

    Raises:
        SenderFault: it does not; the place is told, never the value.
    """
    schema = _schema()
    # validated apart from its envelope, which the schema does not describe
    alone = etree.fromstring(etree.tostring(body, with_tail=False))
    if not schema.validate(alone):
        lines = sorted({entry.line for entry in schema.error_log})[:3]
        raise SenderFault("schema", f"Le corps ne suit pas le schéma XDS.b (lignes {lines}).")


def parse_xml(data: bytes) -> etree._Element:
    """Parse bounded XML without DTD.

    Raises:
        SenderFault: not well formed, or with a DOCTYPE.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise SenderFault("xml", "Le XML est mal formé.") from None
    information: Any = root.getroottree().docinfo  # lxml-stubs do not know "doctype"
    if information.doctype:
        raise SenderFault("xml", "Une DOCTYPE est interdite.")
    return root


def _split(content_type: str, data: bytes) -> tuple[bytes, dict[str, bytes]]:
    head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\nMIME-Version: 1.0\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + data)
    if message.get_content_type() == "application/soap+xml":
        return data, {}
    if message.get_content_type() != "multipart/related" or not message.is_multipart() or message.defects:
        raise SenderFault("mime", "Le message n'est ni application/soap+xml ni multipart/related bien formé.")
    parts: dict[str, bytes] = {}
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        identifier = str(part.get("Content-ID", "")).strip("<>")
        if not isinstance(content, bytes) or not identifier or identifier in parts:
            raise SenderFault("mime", "Une partie n'a pas de Content-ID à elle.")
        parts[identifier] = content
    start = str(message.get_param("start", "")).strip("<>")
    if start not in parts:
        raise SenderFault("mime", "La partie principale annoncée n'existe pas.")
    return parts.pop(start), parts


def _only(header: etree._Element, qualified: str) -> etree._Element:
    found = header.findall(name(qualified))
    if len(found) != 1 or not _text(found[0]):
        raise SenderFault("wsa", f"L'en-tête {qualified} manque.")
    return found[0]


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()


@cache
def _schema() -> etree.RelaxNG:
    text = files("banc.dmp").joinpath("schema/xds.rng").read_bytes()
    return etree.RelaxNG(etree.fromstring(text))
