# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reads a multipart/related answer as its bytes arrive: a machine without input nor output (RFC 2046 §5.1).

::

    PREAMBLE → HEADERS → BODY → (HEADERS → BODY)* → EPILOGUE

Parts may lack Content-Length; only the boundary ends them. Whatever the cut of the bytes fed, the events say the same thing, and what
is kept between two feeds never exceeds the limits. The content of a part goes out as views of what was fed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from typing import ClassVar, TypeAlias

from confiance.errors import PeerError

_BCHARS = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
_MAX_PADDING = 256
_HEADER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\r\n\x00]*)")


class MultipartIllisible(PeerError):
    """The framing of an answer is broken."""

    code = "multipart.illisible"
    message = "La réponse en plusieurs parties est illisible."
    remede = "Prévenir l'éditeur du serveur qui l'a envoyée."
    clause = "RFC 2046 §5.1"


class MultipartTropGros(MultipartIllisible):
    """A part, its headers or their number pass the limits."""

    code = "multipart.trop_gros"
    message = "La réponse en plusieurs parties dépasse les limites."


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

    data: memoryview


@dataclass(frozen=True, slots=True)
class PartEnded:
    """The current part is whole."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The closing boundary was met."""


Event: TypeAlias = PartStarted | PartData | PartEnded | Ended


def boundary_of(content_type: str) -> bytes | None:
    """Return the boundary of a multipart/related answer of application/dicom, or None when it is no such thing."""
    message = Message()
    message["Content-Type"] = content_type[:1024].replace("\r", " ").replace("\n", " ")
    inner = str(message.get_param("type", "application/dicom")).lower()
    boundary = message.get_param("boundary")
    if message.get_content_type() != "multipart/related" or inner != "application/dicom":
        return None
    return boundary.encode("ascii") if isinstance(boundary, str) and _BCHARS.fullmatch(boundary) else None


class MultipartReader:
    """The machine. Feed it bytes, iterate over the events, close it at the end of the answer.

    A subclass names its own errors and who answers.
    """

    illisible: ClassVar[type[PeerError]] = MultipartIllisible
    trop_gros: ClassVar[type[PeerError]] = MultipartTropGros
    subject: ClassVar[str] = "La réponse du PACS"

    def __init__(self, boundary: bytes, limits: Limits | None = None) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._limits = limits or Limits()
        self._data = b"\r\n"  # so that a boundary at the very start is met like any other
        self._place = 0  # of the first byte not read yet
        self._state: Callable[[], tuple[Event, ...] | None] = self._preamble
        self._size = self._parts = 0
        self.ended = False

    def feed(self, data: bytes) -> Iterator[Event]:
        """Take some bytes of the answer and yield what they complete.

        Raises:
            PeerError: the framing is broken, or a limit is passed.
        """
        if self.ended:
            return  # an epilogue means nothing (RFC 2046 §5.1.1)
        self._data, self._place = self._data[self._place :] + data, 0
        while not self.ended:
            event = self._state()
            if event is None:
                self._data, self._place = self._data[self._place :], 0  # what was passed is let go
                return
            yield from event

    @property
    def kept(self) -> int:
        """Bytes kept until the next feed."""
        return len(self._data)

    def close(self) -> None:
        """Say that the answer is over.

        Raises:
            PeerError: the closing boundary was not met.
        """
        if not self.ended:
            raise self.illisible(f"{self.subject} est incomplète.")

    def _preamble(self) -> tuple[Event, ...] | None:
        position = self._data.find(self._delimiter, self._place)
        if max(position, len(self._data) - len(self._delimiter) if position < 0 else 0) > self._limits.max_preamble:
            raise self.illisible(f"{self.subject} ne commence pas par son séparateur.")
        if position < 0:
            return None
        self._place = position + len(self._delimiter)
        self._state = self._after_delimiter
        return ()

    def _after_delimiter(self) -> tuple[Event, ...] | None:
        """Read what follows a boundary on its line: two dashes for the last one, blanks for the others."""
        data, place = self._data, self._place
        if len(data) - place < 2:
            return None
        if data.startswith(b"--", place):
            self.ended = True
            return (Ended(),)
        end = data.find(b"\r\n", place)
        padding = data[place : end if end >= 0 else -1]
        if padding.strip(b" \t") or len(padding) > _MAX_PADDING:
            raise self.illisible("Un séparateur de la réponse est suivi d'octets inattendus.")
        if end < 0:
            return None
        self._place = end  # the line end stays: it also ends an empty block of headers
        self._state = self._headers
        return ()

    def _headers(self) -> tuple[Event, ...] | None:
        end = self._data.find(b"\r\n\r\n", self._place)
        if (end if end >= 0 else len(self._data) - 4) - self._place > self._limits.max_headers:
            raise self.trop_gros("Les en-têtes d'une partie de la réponse sont trop longs.")
        if end < 0:
            return None
        headers = self._read_headers(self._data[self._place + 2 : end])
        self._place = end + 2  # one line end is kept: a boundary may follow at once
        self._parts, self._size = self._parts + 1, -2
        if self._parts > self._limits.max_parts:
            raise self.trop_gros("La réponse compte trop de parties.")
        self._state = self._body
        return (PartStarted(headers),)

    def _body(self) -> tuple[Event, ...] | None:
        position = self._data.find(self._delimiter, self._place)
        stop = position if position >= 0 else max(self._place, len(self._data) - len(self._delimiter) + 1)
        data = self._take(stop)
        if position >= 0:
            self._place += len(self._delimiter)
            self._state = self._after_delimiter
            return (*data, PartEnded())
        return data or None

    def _take(self, stop: int) -> tuple[PartData, ...]:
        """Pass over bytes of content; the first two of a part are the line end of its headers."""
        count = stop - self._place
        skipped = min(max(0, -self._size), count)
        self._size += count
        if self._size > self._limits.max_part:
            raise self.trop_gros("Une partie de la réponse est trop grosse.")
        data = memoryview(self._data)[self._place + skipped : stop]
        self._place = stop
        return (PartData(data),) if data else ()

    def _read_headers(self, block: bytes) -> dict[str, str]:
        headers: dict[str, str] = {}
        for line in block.split(b"\r\n") if block else ():
            found = _HEADER.fullmatch(line)
            if not found:
                raise self.illisible("Un en-tête d'une partie de la réponse est illisible.")
            headers[found[1].decode("ascii").lower()] = found[2].decode("latin-1").strip()
        return headers
