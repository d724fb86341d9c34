# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading what comes back: delivery status notifications (RFC 3464). Pure: bytes in, notices out.

Anybody may write to the box of returns: a notice is believed only for the mark that it bears, which only our reader and its carriers
know, and it can do no more than say that a mail came back. The mark is looked for in the ENVID, in the Message-ID of the headers given
back, then in the address that received the notice.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from typing import Final

from espace.courrier.errors import RetourIllisible

MAX_BYTES: Final = 1 << 20
MAX_RECIPIENTS: Final = 50
_TOKEN = re.compile(r"^[0-9a-f]{32}$")
_MESSAGE_ID = re.compile(r"<([0-9a-f]{32})@")
_VERP = re.compile(r"\+([0-9a-f]{32})@")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_HEADERS = frozenset({"message/rfc822", "message/rfc822-headers", "text/rfc822-headers", "message/global-headers", "message/global"})


@dataclass(frozen=True, slots=True)
class Avis:
    """What a notice says of one mail.

    Attributes:
        marque: mark of the mail.
        echec: it will not arrive; otherwise it is late, or arrived.
        status: enhanced status code (RFC 3463): ``5.1.1``.
    """

    marque: str
    echec: bool
    status: str


def read(octets: bytes) -> Avis:
    """Read a notice.

    Args:
        octets: the whole message, at most 1 MiB.

    Raises:
        RetourIllisible: too large, not a delivery status notification, or one that bears no mark of ours.
    """
    if len(octets) > MAX_BYTES:
        raise RetourIllisible("Cet avis de remise est trop grand.")
    try:
        return _read(email.message_from_bytes(octets))
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        # the e-mail library of Python says a malformed message in all these ways
        raise RetourIllisible from error


def _read(message: Message) -> Avis:
    if message.get_content_type() != "multipart/report" or str(message.get_param("report-type")).lower() != "delivery-status":
        raise RetourIllisible
    parts = list(message.walk())
    status = next(
        (part for part in parts if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}), None
    )
    if status is None:
        raise RetourIllisible
    groups = list(_payload(status))[: MAX_RECIPIENTS + 1]
    marque = _mark(groups, parts, message)
    recipients = [group for group in groups if group.get("Action")]
    if marque is None or not recipients:
        raise RetourIllisible
    failed = next((group for group in recipients if _action(group) == "failed"), None)
    found = _STATUS.search(str((failed or recipients[0]).get("Status", "")))
    return Avis(marque, failed is not None, found.group() if found else "")


def _payload(status: Message) -> Iterator[Message]:
    payload = status.get_payload()
    yield from (part for part in payload if isinstance(part, Message)) if isinstance(payload, list) else ()


def _action(group: Message) -> str:
    return str(group.get("Action", "")).strip().lower()


def _mark(groups: list[Message], parts: list[Message], message: Message) -> str | None:
    for group in groups:
        envid = str(group.get("Original-Envelope-Id", "")).strip()
        if _TOKEN.fullmatch(envid):
            return envid
    for part in parts:
        if part.get_content_type() in _HEADERS and (found := _MESSAGE_ID.search(_given_back(part))):
            return found.group(1)
    addresses = " ".join(str(value) for name in ("Delivered-To", "X-Original-To", "To") for value in message.get_all(name, []))
    found = _VERP.search(addresses)
    return found.group(1) if found else None


def _given_back(part: Message) -> str:
    """Return the Message-ID of the headers that a notice gives back, whether they are a message or only text."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return str(payload[0].get("Message-ID", "")) if payload and isinstance(payload[0], Message) else ""
    return str(email.message_from_string(str(payload)).get("Message-ID", ""))
