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
_SEPARATORS = "|^~&"
_ESCAPE = re.compile(r"\\(?:[EFHNRST]|\.(?:br|ce|fi|nf|(?:in|sk|sp|ti)\d{0,2})|X(?:[0-9A-Fa-f]{2}){1,64})\\")
"""Escapes that the library reads as they are meant (HL7 v2 chapter 2.7), with a bounded count of repetitions."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one message, whatever its size: a report needs a few dozen segments."""

    segments: int = 1000
    separators: int = 20_000


DEFAULT_LIMITS = Limits()


def parse(data: bytes, limits: Limits = DEFAULT_LIMITS) -> hl7.Message:
    """Cut a message into segments and fields.

    Args:
        data: the message without its MLLP frame; segments end with CR, LF or CRLF.
        limits: bounds.

    Raises:
        MessageIllisible: it does not begin with MSH, or declares other separators than the usual ones.
        JeuDeCaracteres: its bytes are not what MSH-18 says.
        TropDeSegments: beyond the bounds.
    """
    text = _decode(data.removeprefix(codecs.BOM_UTF8).strip(b"\r\n \x00")).replace("\r\n", "\r").replace("\n", "\r")
    if not text.startswith("MSH|^~\\&|"):
        raise MessageIllisible
    if text.count("\r") >= limits.segments or sum(map(text.count, _SEPARATORS)) > limits.separators:
        raise TropDeSegments
    try:
        return hl7.parse(text)
    except (hl7.HL7Exception, ValueError, IndexError, KeyError):
        raise MessageIllisible from None


def segments(message: hl7.Message, name: str) -> Iterator[hl7.Segment]:
    """Yield the segments of that name, in order."""
    for segment in message:
        if str(segment[0]) == name:
            yield segment


def value(segment: hl7.Segment | None, field: int, component: int = 1, subcomponent: int = 1, repetition: int = 1) -> str:
    """Return one value of a segment, unescaped; an empty text when any part of the way is absent. Numbers begin at 1, as in HL7.

    Raises:
        EchappementIllisible: the field holds an escape that is none, so that nobody knows what was meant.
    """
    if segment is None:
        return ""
    try:
        if "\\" in _ESCAPE.sub("", str(segment(field))):
            raise EchappementIllisible(segment=str(segment[0]))
        text: str = segment.extract_field(1, field, repetition, component, subcomponent)
    except (hl7.HL7Exception, IndexError, KeyError, AttributeError):
        return ""
    return text.strip() if text and text != '""' else ""


def repetitions(segment: hl7.Segment, field: int) -> int:
    """Return how many times a field is repeated."""
    try:
        return len(segment(field))
    except (IndexError, KeyError):
        return 0


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
