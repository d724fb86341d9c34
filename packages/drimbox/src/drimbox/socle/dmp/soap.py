# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""SOAP 1.2 envelopes with WS-Addressing headers and a VIHF in the WS-Security header: written, and read.

Source: SOAP 1.2 part 1, WS-Addressing 1.0, IHE ITI TF-2 appendix V. The assertion and the body are spliced as bytes: parsing an
assertion into a larger tree may rename its prefixes and break its signature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

from drimbox.socle.dmp.errors import DmpIndisponible, DmpRefuse, DmpReponseInvalide
from drimbox.socle.dmp.model import LimitesDmp
from drimbox.socle.dmp.mtom import ROOT_TYPE, SOAP_TYPE, MultipartMessage, parse_content_type, read_multipart
from drimbox.socle.dmp.xml_reader import parse

SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
WSA: Final = "http://www.w3.org/2005/08/addressing"
WSSE: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"

_SECURITY_START: Final = f'<wsse:Security xmlns:wsse="{WSSE}">'.encode()
_SECURITY_END: Final = b"</wsse:Security></soap:Header><soap:Body>"
_BODY_END: Final = b"</soap:Body></soap:Envelope>"


@dataclass(frozen=True, slots=True)
class Enveloppe:
    """A request of ours.

    Attributes:
        action: WS-Addressing action.
        to: address of the service.
        message_id: ``urn:uuid:…``.
        assertion: signed VIHF, bytes.
        body: child of soap:Body, bytes.
    """

    action: str
    to: str
    message_id: str
    assertion: bytes
    body: bytes

    def write(self) -> bytes:
        """Return the envelope, UTF-8."""
        addressing = (
            f'<wsa:Action xmlns:wsa="{WSA}" soap:mustUnderstand="true">{escape(self.action)}</wsa:Action>'
            f'<wsa:MessageID xmlns:wsa="{WSA}">{escape(self.message_id)}</wsa:MessageID>'
            f'<wsa:To xmlns:wsa="{WSA}">{escape(self.to)}</wsa:To>'
        )
        head = f'<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="{SOAP}"><soap:Header>{addressing}'
        return b"".join((head.encode(), _SECURITY_START, self.assertion, _SECURITY_END, self.body, _BODY_END))


def read_own(envelope: bytes, limits: LimitesDmp) -> Enveloppe:
    """Read back an envelope that :meth:`Enveloppe.write` made, its assertion and body byte for byte.

    Raises:
        DmpReponseInvalide: these bytes are not ours.
    """
    head, found, rest = envelope.partition(_SECURITY_START)
    assertion, found_end, tail = rest.partition(_SECURITY_END)
    if not (found and found_end and tail.endswith(_BODY_END)):
        raise DmpReponseInvalide("La requête gardée n'est pas une requête de cette DRIMbox.")
    header = _child(parse(head + b"</soap:Header></soap:Envelope>", limits.xml_bytes), "Header")
    action, message_id, to = (_addressing(header, name) for name in ("Action", "MessageID", "To"))
    return Enveloppe(action, to, message_id, assertion, tail.removesuffix(_BODY_END))


@dataclass(frozen=True, slots=True)
class Reponse:
    """An answer that is no fault.

    Attributes:
        action: WS-Addressing action, or an empty text.
        relates_to: MessageID of the request it answers, or an empty text.
        body: first child of soap:Body.
        message: the multipart message around it, or None.
    """

    action: str
    relates_to: str
    body: etree._Element
    message: MultipartMessage | None


def read_response(content_type: str, data: bytes, limits: LimitesDmp) -> Reponse:
    """Read the answer to a SOAP request.

    Args:
        content_type: value of the HTTP header.
        data: whole HTTP body.
        limits: bounds.

    Raises:
        DmpReponseInvalide: not a SOAP 1.2 message.
        DmpRefuse: a fault that blames the sender.
        DmpIndisponible: a fault that blames the receiver.
    """
    media_type, _ = parse_content_type(content_type)
    message = read_multipart(content_type, data, limits) if media_type == "multipart/related" else None
    if message is None and media_type != SOAP_TYPE:
        raise DmpReponseInvalide("La réponse du DMP n'est pas un message SOAP 1.2.")
    if message is not None and parse_content_type(message.root.content_type)[0] not in {ROOT_TYPE, SOAP_TYPE}:
        raise DmpReponseInvalide("La partie principale de la réponse du DMP n'est pas une enveloppe SOAP.")
    envelope = parse(data if message is None else message.root.content, limits.xml_bytes)
    if envelope.tag != f"{{{SOAP}}}Envelope":
        raise DmpReponseInvalide("La réponse du DMP n'est pas une enveloppe SOAP 1.2.")
    body = _first_of(_child(envelope, "Body"))
    if body.tag == f"{{{SOAP}}}Fault":
        raise _fault(body)
    header = envelope.find(f"{{{SOAP}}}Header")
    return Reponse(_addressing(header, "Action"), _addressing(header, "RelatesTo"), body, message)


def _fault(fault: etree._Element) -> DmpRefuse | DmpIndisponible:
    code = (fault.findtext(f"{{{SOAP}}}Code/{{{SOAP}}}Value") or "").strip().rpartition(":")[2]
    subcodes = [(element.text or "").strip() for element in fault.iterfind(f".//{{{SOAP}}}Subcode/{{{SOAP}}}Value")]
    codes = [f"soap.{code}", *subcodes]
    # SOAP 1.2 §5.4.6: Receiver is the only code that the same message may outlive
    return DmpIndisponible("Le DMP a échoué de son côté.", codes=codes) if code == "Receiver" else DmpRefuse(codes)


def _child(parent: etree._Element, name: str) -> etree._Element:
    child = parent.find(f"{{{SOAP}}}{name}")
    if child is None:
        raise DmpReponseInvalide("La réponse du DMP n'est pas une enveloppe SOAP 1.2 complète.")
    return child


def _first_of(parent: etree._Element) -> etree._Element:
    for child in parent:
        if isinstance(child.tag, str):
            return child
    raise DmpReponseInvalide("La réponse du DMP a un corps vide.")


def _addressing(header: etree._Element | None, name: str) -> str:
    return "" if header is None else (header.findtext(f"{{{WSA}}}{name}") or "").strip()
