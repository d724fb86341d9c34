# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""HL7 v2 bytes into segments and fields, bounded before anything is built."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

import hl7

from drimbox.source.reception.errors import EchappementIllisible, JeuDeCaracteres, MessageIllisible, TropDeSegments

_LABELS = {"8859/1": "iso-8859-1", "8859/15": "iso-8859-15"}
_SEPARATORS = b"|^~&"
_ESCAPE = re.compile(r"\\(?:[EFHNRST]|\.(?:br|ce|fi|nf|(?:in|sk|sp|ti)\d{0,2})|X(?:[0-9A-Fa-f]{2}){1,64})\\")
"""Escapes that the library reads as they are meant (HL7 v2 chapter 2.7), with a bounded count of repetitions."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one message, whatever its size: a report needs a few dozen segments."""

    segments: int = 1000
    separators: int = 20_000


DEFAULT_LIMITS = Limits()
_UNESCAPER = hl7.parse("MSH|^~\\&|")
"""Any message of the library unescapes: the separators are always the same here."""


class Segment:
    """One segment, cut into fields when one is first asked for; fields are cut further when a value is.

    A report holds megabytes in one field and its header a few hundred values, of which a dozen are read: cutting everything beforehand
    costs more than all the rest of a receipt.
    """

    __slots__ = ("_fields", "_line", "name")

    def __init__(self, line: str) -> None:
        self._line = line
        self._fields: list[str] | None = None
        self.name = line.partition("|")[0]

    def field(self, number: int) -> str:
        """Return a whole field as it was written; empty when it is absent. MSH-1 is the separator itself."""
        if self._fields is None:
            fields = self._line.split("|")
            self._fields = [fields[0], "|", *fields[1:]] if self.name == "MSH" else fields
        return self._fields[number] if number < len(self._fields) else ""


@dataclass(frozen=True, slots=True)
class Message:
    """The segments of a message, in order."""

    segments: tuple[Segment, ...]


def parse(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Message:
    """Cut a message into segments.

    Args:
        data: the message without its MLLP frame; segments end with CR, LF or CRLF.
        limits: bounds.

    Raises:
        MessageIllisible: it does not begin with MSH, or declares other separators than the usual ones.
        JeuDeCaracteres: its bytes are not what MSH-18 says.
        TropDeSegments: beyond the bounds.
    """
    text = decode(data).replace("\r\n", "\r").replace("\n", "\r")
    if not text.startswith("MSH|^~\\&|"):
        raise MessageIllisible
    lines = text.split("\r", limits.segments)
    # the same bytes in every charset that is read; one pass over a report of megabytes
    if len(lines) > limits.segments or len(data) - len(data.translate(None, _SEPARATORS)) > limits.separators:
        raise TropDeSegments
    return Message(tuple(Segment(line) for line in lines if line))


def decode(data: bytes) -> str:
    """Return the text of a message.

    Raises:
        JeuDeCaracteres: its bytes are not what MSH-18 says.
    """
    return _decode(data.removeprefix(codecs.BOM_UTF8).strip(b"\r\n \x00"))


def segments(message: Message, name: str) -> Iterator[Segment]:
    """Yield the segments of that name, in order."""
    return (segment for segment in message.segments if segment.name == name)


def value(segment: Segment | None, field: int, component: int = 1, subcomponent: int = 1, repetition: int = 1) -> str:
    """Return one value of a segment, unescaped; an empty text when any part of the way is absent. Numbers begin at 1, as in HL7.

    Raises:
        EchappementIllisible: the field holds an escape that is none, so that nobody knows what was meant.
    """
    if segment is None:
        return ""
    text = segment.field(field)
    is_escaped = "\\" in text
    if is_escaped and "\\" in _ESCAPE.sub("", text):
        raise EchappementIllisible(segment=segment.name)
    for separator, number in (("~", repetition), ("^", component), ("&", subcomponent)):
        text = _part(text, separator, number)
    text = (_UNESCAPER.unescape(text) if is_escaped else text).strip()
    return "" if text == '""' else text


def repetitions(segment: Segment, field: int) -> int:
    """Return how many times a field is repeated; none when it is empty."""
    text = segment.field(field)
    return text.count("~") + 1 if text else 0


def _part(text: str, separator: str, number: int) -> str:
    if number == 1:
        return text.partition(separator)[0]
    parts = text.split(separator, number)
    return parts[number - 1] if number <= len(parts) else ""


def _decode(data: bytes) -> str:
    # a text with accents that reads as UTF-8 is UTF-8, whatever its label says: the public prototype's sample is mislabelled
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    label = data.split(b"\n", 1)[0].split(b"\r", 1)[0].split(b"|")[17:18]
    codec = _LABELS.get(label[0].decode("ascii", "replace").strip() if label else "")
    if codec is None:
        raise JeuDeCaracteres
    return data.decode(codec)
