# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""MTOM framing: multipart/related with binary parts, written and read on bytes.

Source: RFC 2046, RFC 2387, W3C XOP 1.0 and SOAP 1.2 MTOM. The reader takes CRLF and LF line ends and base64 parts, which real
messages to the DMP have; everything it holds is bounded.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Final
from urllib.parse import unquote

from drimbox.socle.dmp.errors import DmpReponseInvalide
from drimbox.socle.dmp.model import LimitesDmp

ROOT_TYPE: Final = "application/xop+xml"
SOAP_TYPE: Final = "application/soap+xml"
_HEADER = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*(.*)", re.DOTALL)
_FOLD = re.compile(rb"\r?\n[ \t]+")
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
_IDENTITY: Final = frozenset({"binary", "8bit", "7bit", ""})


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message.

    Attributes:
        content_id: Content-ID without its angle brackets; empty when the part has none.
        content_type: value of its header, lower case media type and parameters as written.
        content: decoded bytes.
    """

    content_id: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MultipartMessage:
    """A multipart/related message: its root and all its parts by Content-ID."""

    root: Part
    parts: Mapping[str, Part]

    def referenced(self, href: str) -> Part:
        """Return the part that an xop:Include names (``cid:…``, URL-encoded).

        Raises:
            DmpReponseInvalide: no such part.
        """
        part = self.parts.get(unquote(href.removeprefix("cid:"))) if href.startswith("cid:") else None
        if part is None:
            raise DmpReponseInvalide("Une partie annoncée manque dans la réponse du DMP.")
        return part


def write_multipart(envelope: bytes, action: str, attachments: Sequence[Part]) -> tuple[str, bytes]:
    """Frame a SOAP envelope and its binary parts.

    Args:
        envelope: the SOAP envelope.
        action: SOAP action of the message.
        attachments: the parts that the envelope includes by ``cid:``.

    Returns:
        Content-Type of the HTTP message, and its body.
    """
    boundary = _boundary((envelope, *(part.content for part in attachments)))
    root_id = f"enveloppe.{boundary}"
    root_type = f'{ROOT_TYPE}; charset=UTF-8; type="{SOAP_TYPE}"; action="{action}"'
    parts = (Part(root_id, root_type, envelope), *attachments)
    pieces: list[bytes] = []
    for part in parts:
        headers = f"Content-Type: {part.content_type}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <{part.content_id}>\r\n\r\n"
        pieces += [f"--{boundary}\r\n{headers}".encode("ascii"), part.content, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode("ascii"))
    outer = f'multipart/related; type="{ROOT_TYPE}"; start="<{root_id}>"; start-info="{SOAP_TYPE}"'
    return f'{outer}; action="{action}"; boundary="{boundary}"', b"".join(pieces)


def read_multipart(content_type: str, body: bytes, limits: LimitesDmp) -> MultipartMessage:
    """Read a multipart/related message.

    Args:
        content_type: value of the HTTP header.
        body: the whole body.
        limits: bounds.

    Raises:
        DmpReponseInvalide: not a multipart message, or one that breaks its own framing or our bounds.
    """
    media_type, parameters = parse_content_type(content_type)
    boundary = parameters.get("boundary", "")
    if media_type != "multipart/related" or not _BOUNDARY.fullmatch(boundary):
        raise DmpReponseInvalide("La réponse du DMP n'est pas un message multipart lisible.")
    parts: list[Part] = []
    for raw in _split(body, boundary.encode("ascii")):
        if len(parts) == limits.parts:
            raise DmpReponseInvalide(f"La réponse du DMP a plus de {limits.parts} parties.")
        parts.append(_read_part(raw, limits))
    return _assemble(parts, parameters.get("start", "").strip("<>"))


def parse_content_type(value: str) -> tuple[str, dict[str, str]]:
    """Return the media type, lower case, and its parameters."""
    header = Message()
    try:
        header["Content-Type"] = value.replace("\r", " ").replace("\n", " ")
        pairs = header.get_params(failobj=[])
    except (ValueError, LookupError, UnicodeError):
        return "", {}
    parameters = {name.lower(): text for name, text in pairs[1:] if isinstance(text, str)}
    return (pairs[0][0].lower() if pairs else "", parameters)


def _boundary(contents: Sequence[bytes]) -> str:
    while True:
        boundary = f"drimbox_{uuid.uuid4().hex}"
        if not any(boundary.encode("ascii") in content for content in contents):
            return boundary


def _assemble(parts: list[Part], start: str) -> MultipartMessage:
    by_id: dict[str, Part] = {}
    for part in parts:
        if part.content_id and by_id.setdefault(part.content_id, part) is not part:
            raise DmpReponseInvalide("Deux parties de la réponse du DMP ont le même identifiant.")
    if not parts:
        raise DmpReponseInvalide("La réponse du DMP ne contient aucune partie.")
    root = by_id.get(start) if start else parts[0]
    if root is None:
        raise DmpReponseInvalide("La partie principale de la réponse du DMP manque.")
    return MultipartMessage(root, by_id)


def _split(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """Yield what stands between two delimiters, without the line end that belongs to the second one."""
    delimiter = b"--" + boundary
    begin: int | None = None
    for line_start, line_end in _delimiter_lines(body, delimiter):
        if begin is not None:
            yield body[begin : _without_line_end(body, line_start)]
        if body[line_start + len(delimiter) : line_start + len(delimiter) + 2] == b"--":
            return
        begin = line_end
    raise DmpReponseInvalide("La réponse du DMP est tronquée.")


def _delimiter_lines(body: bytes, delimiter: bytes) -> Iterator[tuple[int, int]]:
    position = 0
    while (found := body.find(delimiter, position)) != -1:
        position = found + len(delimiter)
        if found and body[found - 1 : found] != b"\n":
            continue
        line_end = body.find(b"\n", position)
        line_end = len(body) if line_end == -1 else line_end + 1
        if body[position:line_end].strip() in {b"", b"--"}:
            yield found, line_end
            position = line_end


def _without_line_end(body: bytes, position: int) -> int:
    position -= 1
    return position - 1 if position and body[position - 1 : position] == b"\r" else position


def _read_part(raw: bytes, limits: LimitesDmp) -> Part:
    head, content = _split_head(raw, limits.part_header_bytes)
    headers: dict[str, str] = {}
    for line in re.split(rb"\r?\n", _FOLD.sub(b" ", head)):
        found = _HEADER.fullmatch(line)
        if line and not found:
            raise DmpReponseInvalide("Une partie de la réponse du DMP a un en-tête illisible.")
        if found:
            headers[found[1].decode("ascii").lower()] = found[2].decode("latin-1").strip()
    content_id = headers.get("content-id", "").removeprefix("<").removesuffix(">")
    decoded = _decode(content, headers.get("content-transfer-encoding", "").lower())
    return Part(content_id, headers.get("content-type", ""), decoded)


def _split_head(raw: bytes, limit: int) -> tuple[bytes, bytes]:
    if raw.startswith(b"\n"):
        return b"", raw[1:]
    if raw.startswith(b"\r\n"):
        return b"", raw[2:]
    ends = [(raw.find(end, 0, limit), len(end)) for end in (b"\r\n\r\n", b"\n\n")]
    found = min((end for end in ends if end[0] != -1), default=None)
    if found is None:
        raise DmpReponseInvalide("Une partie de la réponse du DMP n'a pas de fin d'en-tête.")
    return raw[: found[0]], raw[found[0] + found[1] :]


def _decode(content: bytes, encoding: str) -> bytes:
    if encoding in _IDENTITY:
        return content
    if encoding != "base64":
        raise DmpReponseInvalide("Une partie de la réponse du DMP a un codage inconnu.")
    try:
        return base64.b64decode(b"".join(content.split()), validate=True)
    except binascii.Error:
        raise DmpReponseInvalide("Une partie de la réponse du DMP a un base64 illisible.") from None
