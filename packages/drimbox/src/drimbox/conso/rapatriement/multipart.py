# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reads a multipart/related answer as its bytes arrive: a machine without input nor output (RFC 2046 §5.1).

::

    PREAMBLE → HEADERS → BODY → (HEADERS → BODY)* → EPILOGUE

Parts may lack Content-Length; only the boundary ends them. Whatever the cut of the bytes fed, the events say the same thing, and what
is kept between two feeds never exceeds the limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import TypeAlias

from drimbox.conso.rapatriement.errors import ReponseIllisible, ReponseTropGrosse

_BCHARS = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
_MAX_PADDING = 256
_HEADER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\r\n\x00]*)")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one answer: bytes of a preamble, of the headers of a part and of a part, and number of parts."""

    max_preamble: int = 8 * 1024
    max_headers: int = 16 * 1024
    max_part: int = 1 << 30
    max_parts: int = 100_000


@dataclass(frozen=True, slots=True)
class PartStarted:
    """A part begins; header names are lower case."""

    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class PartData:
    """Some bytes of the content of the current part."""

    data: bytes


@dataclass(frozen=True, slots=True)
class PartEnded:
    """The current part is whole."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The closing boundary was met."""


Event: TypeAlias = PartStarted | PartData | PartEnded | Ended


def read_boundary(content_type: str) -> bytes:
    """Return the boundary of a multipart/related answer of application/dicom.

    Raises:
        ReponseIllisible: another media type, or no legal boundary.
    """
    message = Message()
    message["Content-Type"] = content_type[:1024].replace("\r", " ").replace("\n", " ")
    inner = str(message.get_param("type", "application/dicom")).lower()
    boundary = message.get_param("boundary")
    if message.get_content_type() != "multipart/related" or inner != "application/dicom":
        raise ReponseIllisible("La réponse de la DRIMbox source n'est pas du type multipart/related d'objets DICOM.")
    if not isinstance(boundary, str) or not _BCHARS.fullmatch(boundary):
        raise ReponseIllisible("La réponse de la DRIMbox source n'annonce pas de séparateur légal.")
    return boundary.encode("ascii")


class MultipartReader:
    """The machine. Feed it bytes, iterate over the events, close it at the end of the answer."""

    def __init__(self, boundary: bytes, limits: Limits | None = None) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._limits = limits or Limits()
        self._buffer = bytearray(b"\r\n")  # so that a boundary at the very start is met like any other
        self._state = self._preamble
        self._size = self._parts = 0
        self.ended = False

    def feed(self, data: bytes) -> Iterator[Event]:
        """Take some bytes of the answer and yield what they complete.

        Raises:
            ReponseIllisible: the framing is broken.
            ReponseTropGrosse: a limit is passed.
        """
        if self.ended:
            return  # an epilogue means nothing (RFC 2046 §5.1.1)
        self._buffer += data
        while not self.ended:
            event = self._state()
            if event is None:
                return
            yield from event

    def close(self) -> None:
        """Say that the answer is over.

        Raises:
            ReponseIllisible: the closing boundary was not met.
        """
        if not self.ended:
            raise ReponseIllisible("La réponse de la DRIMbox source est incomplète.")

    def _preamble(self) -> tuple[Event, ...] | None:
        position = self._buffer.find(self._delimiter)
        if max(position, len(self._buffer) - len(self._delimiter) if position < 0 else 0) > self._limits.max_preamble:
            raise ReponseIllisible("La réponse de la DRIMbox source ne commence pas par son séparateur.")
        if position < 0:
            return None
        del self._buffer[: position + len(self._delimiter)]
        self._state = self._after_delimiter
        return ()

    def _after_delimiter(self) -> tuple[Event, ...] | None:
        """Read what follows a boundary on its line: two dashes for the last one, blanks for the others."""
        if len(self._buffer) < 2:
            return None
        if self._buffer.startswith(b"--"):
            self.ended = True
            return (Ended(),)
        end = self._buffer.find(b"\r\n")
        if self._buffer[: end if end >= 0 else -1].strip(b" \t") or max(end, len(self._buffer) - 2 if end < 0 else 0) > _MAX_PADDING:
            raise ReponseIllisible("Un séparateur de la réponse est suivi d'octets inattendus.")
        if end < 0:
            return None
        del self._buffer[:end]  # the line end stays: it also ends an empty block of headers
        self._state = self._headers
        return ()

    def _headers(self) -> tuple[Event, ...] | None:
        end = self._buffer.find(b"\r\n\r\n")
        if max(end, len(self._buffer) - 4 if end < 0 else 0) > self._limits.max_headers:
            raise ReponseTropGrosse("Les en-têtes d'une partie de la réponse sont trop longs.")
        if end < 0:
            return None
        headers = _read_headers(bytes(self._buffer[2:end]))
        del self._buffer[: end + 2]  # one line end is kept: a boundary may follow at once
        self._parts, self._size = self._parts + 1, -2
        if self._parts > self._limits.max_parts:
            raise ReponseTropGrosse("La réponse compte trop de parties.")
        self._state = self._body
        return (PartStarted(headers),)

    def _body(self) -> tuple[Event, ...] | None:
        position = self._buffer.find(self._delimiter)
        keep = len(self._delimiter) - 1
        count = position if position >= 0 else max(0, len(self._buffer) - keep)
        data = self._take(count)
        if position >= 0:
            del self._buffer[: len(self._delimiter)]
            self._state = self._after_delimiter
            return (*data, PartEnded())
        return data or None

    def _take(self, count: int) -> tuple[PartData, ...]:
        """Remove bytes of content from the buffer; the first two of a part are the line end of its headers."""
        skipped = min(max(0, -self._size), count)
        self._size += count
        if self._size > self._limits.max_part:
            raise ReponseTropGrosse("Une partie de la réponse est trop grosse.")
        data = bytes(self._buffer[skipped:count])
        del self._buffer[:count]
        return (PartData(data),) if data else ()


def _read_headers(block: bytes) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in block.split(b"\r\n") if block else ():
        found = _HEADER.fullmatch(line)
        if not found:
            raise ReponseIllisible("Un en-tête d'une partie de la réponse est illisible.")
        headers[found[1].decode("ascii").lower()] = found[2].decode("latin-1").strip()
    return headers
