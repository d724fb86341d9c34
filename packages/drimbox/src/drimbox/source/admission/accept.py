# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Accept header of WADO-RS, in the three forms that official requests show.

1. one header, comma separated, with a trailing comma and ``boundary=**``;
2. one header line per transfer syntax;
3. lines without any media type: ``transfer-syntax=UID;q=0.5;boundary=myboundary``.

``boundary`` is a wish of the client that RFC 2046 does not know; it is read and ignored. ``q`` goes from 0 to 1 and ``q=0`` refuses
(RFC 9110 §12.4.2). What is said most precisely of a syntax wins over what is said of a range (§12.5.1): a refusal holds beside ``*/*``.
What many programs write and the grammar does not allow is read as they mean it: ``*`` for ``*/*``, ``q=.2`` for ``q=0.2``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import unquote

from drimbox.source.admission.errors import AcceptAbsent, AcceptIllisible, SyntaxeRefusee

EXPLICIT_LE = "1.2.840.10008.1.2.1"
ANY = "*"
DICOM = "application/dicom"
RELATED = "multipart/related"
PARTS = frozenset({"*/*", "multipart/*", RELATED})
"""Media types that may speak of answers in parts."""

Dit: TypeAlias = tuple[tuple[int, int], float]
"""What is said of a syntax: how precisely, by the type of its part and by its UID, then its weight. The greater one wins."""

_NOTHING: Dit = ((-1, -1), 0.0)
_BLANKS = re.compile(r"(?<=[;,])\++|\++(?=[;,])")
_UID, _UID_LENGTH = re.compile(r"[0-9]+(\.[0-9]+)*"), 64
_QUALITY = re.compile(r"0?\.[0-9]{1,3}|0\.?|1(\.0{0,3})?")
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_MEDIA = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+)/([!#$%&'*+\-.^_`|~0-9A-Za-z]+)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_PAIR = re.compile(r"\\(.)", re.DOTALL)
_OF_A_RANGE, _OF_A_TYPE = 2, 4


@dataclass(frozen=True, slots=True)
class AcceptLimits:
    """Bounds of what is read: bytes of all the lines together, and number of elements."""

    max_bytes: int = 16 * 1024
    max_elements: int = 128


@dataclass(frozen=True, slots=True)
class Acceptation:
    """What the peer accepts.

    Attributes:
        qualities: transfer syntax UID (or ``*``) → its weight, 0 meaning refused.
    """

    qualities: dict[str, float]

    def quality(self, syntax: str) -> float:
        """Return the weight of a transfer syntax: its own if it was named, that of ``*`` otherwise."""
        return self.qualities.get(syntax, self.qualities.get(ANY, 0.0))

    def require(self, stored: str) -> str:
        """Return the syntax to send for objects stored as ``stored``: the stored one, whenever it is not refused.

        Raises:
            SyntaxeRefusee: the stored syntax has no weight or the weight 0.
        """
        if self.quality(stored) > 0:
            return stored
        raise SyntaxeRefusee(f"Les images sont conservées en {stored}, que la demande n'accepte pas.")

    def choices(self, stored: str, producible: Sequence[str]) -> tuple[str, ...]:
        """Return the syntaxes to send, the next one if a codec refuses: the stored one, or if refused those that can be made, by weight.

        Keeping what is stored costs nothing and loses nothing; that is why its rank does not matter.

        Args:
            stored: syntax of the object in the PACS.
            producible: what the object can be turned into, lossless first: the order settles equal weights.

        Raises:
            SyntaxeRefusee: nothing that can be sent is accepted.
        """
        wanted = [syntax for syntax in producible if self.quality(syntax) > 0]
        if self.quality(stored) > 0 or not wanted:
            return (self.require(stored),)
        return tuple(sorted(wanted, key=self.quality, reverse=True))  # equal ones keep their order


@dataclass(frozen=True, slots=True)
class Element:
    """One element of Accept: its media type (lower case, None when it has none), its parameters and its weight."""

    media: str | None
    parameters: dict[str, str]
    quality: float

    @property
    def inner(self) -> str:
        """Media type of the parts that a multipart/related element wants; an empty text when it does not say."""
        return self.parameters.get("type", "").lower()

    @property
    def syntax(self) -> str | None:
        """Transfer syntax that it names, or None.

        Raises:
            AcceptIllisible: it is neither ``*`` nor a UID.
        """
        named = self.parameters.get("transfer-syntax")
        if named is not None and not is_syntax(named):
            raise AcceptIllisible("Une syntaxe de transfert de l'en-tête Accept n'est pas un UID.")
        return named


def read_accept(lines: Sequence[str], limits: AcceptLimits | None = None) -> Acceptation:
    """Read every Accept line of a request for images.

    Raises:
        AcceptAbsent: there is no line, or they are all empty.
        AcceptIllisible: the grammar is not respected, or a bound is passed.
        SyntaxeRefusee: nothing asked is multipart/related of application/dicom.
    """
    said = said_of(read_elements(lines, PARTS, limits), DICOM, EXPLICIT_LE)
    found = Acceptation({syntax: strongest(said, syntax)[1] for syntax in said})
    if not any(found.qualities.values()):
        raise SyntaxeRefusee("La demande n'accepte aucune forme multipart/related de type application/dicom.")
    return found


def said_of(elements: Iterable[Element], part: str, default: str) -> dict[str, Dit]:
    """Return the strongest thing said of each syntax, or of ``*``, for parts of one media type.

    Args:
        elements: of the Accept lines.
        part: media type of the parts.
        default: syntax of these parts for who names none (PS3.18 §8.7.3.5.2).

    Raises:
        AcceptIllisible: a transfer syntax is not a UID.
    """
    found: dict[str, Dit] = {}
    for element in elements:
        cover = _cover(element, part)
        if cover is not None:
            syntax, precision = _meant(element, cover, default)
            found[syntax] = max(((cover, precision), element.quality), found.get(syntax, _NOTHING))
    return found


def strongest(said: dict[str, Dit], syntax: str) -> Dit:
    """Return what holds for a syntax: what was said of it or of any, the more precise of both."""
    return max(said.get(syntax, _NOTHING), said.get(ANY, _NOTHING))


def _cover(element: Element, part: str) -> int | None:
    """Return how precisely an element speaks of parts of a media type; None when it does not.

    ``multipart/related`` alone wants application/dicom, and refuses every part when its weight is 0.
    """
    if element.media is None:
        return _OF_A_TYPE if part == DICOM else None
    if element.media != RELATED:
        return {"*/*": 0, "multipart/*": 1}.get(element.media)
    if not element.inner:
        return 3 if part == DICOM or not element.quality else None
    if element.inner in {"*/*", part.partition("/")[0] + "/*"}:
        return _OF_A_RANGE
    return _OF_A_TYPE if element.inner == part else None


def _meant(element: Element, cover: int, default: str) -> tuple[str, int]:
    """Return the syntax that an element speaks of, and how precisely; who refuses a type without naming a syntax refuses them all."""
    if element.syntax is not None:
        return element.syntax, 1 if element.syntax == ANY else 3
    return (ANY, 0) if cover <= _OF_A_RANGE or not element.quality else (default, 2)


def is_syntax(text: str) -> bool:
    """Tell whether a text is ``*`` or a UID."""
    return text == ANY or (len(text) <= _UID_LENGTH and _UID.fullmatch(text) is not None)


def accept_of(query: str) -> list[str]:
    """Return the formats asked in an address (PS3.18 §8.3.3.1), where ``+`` is a blank beside ``;`` and ``,`` only.

    Forms write a blank so; elsewhere it is in the name of a media type.

    Args:
        query: of the request target, still percent-encoded.
    """
    pairs = (pair.partition("=") for pair in query.split("&"))
    return [text for name, _, value in pairs if name == "accept" and (text := _BLANKS.sub(" ", unquote(value)).strip())]


def read_elements(lines: Sequence[str], spoken: Collection[str], limits: AcceptLimits | None = None) -> list[Element]:
    """Read the elements of every Accept line; one of another media type that cannot be read changes nothing, and is passed over.

    Args:
        lines: of Accept.
        spoken: media types and ranges, lower case, that speak of what is asked here.
        limits: bounds of what is read.

    Raises:
        AcceptAbsent: there is no line, or they are all empty.
        AcceptIllisible: the grammar is not respected, or a bound is passed.
    """
    limits = limits or AcceptLimits()
    if sum(len(line) for line in lines) > limits.max_bytes:
        raise AcceptIllisible(f"L'en-tête Accept dépasse {limits.max_bytes} octets.")
    texts = [element for line in lines for element in _split(line, ",") if element]
    if not texts:
        raise AcceptAbsent
    if len(texts) > limits.max_elements:
        raise AcceptIllisible(f"L'en-tête Accept compte plus de {limits.max_elements} éléments.")
    return [element for text in texts if (element := _read_spoken(text, spoken)) is not None]


def _read_spoken(text: str, spoken: Collection[str]) -> Element | None:
    try:
        return _read_element(text)
    except AcceptIllisible:
        media = text.partition(";")[0].strip().lower()
        if media in spoken or not _MEDIA.fullmatch(media):
            raise
        return None


def _read_element(text: str) -> Element:
    pieces = list(_split(text, ";"))
    media = pieces.pop(0).lower() if "=" not in pieces[0] else None
    media = "*/*" if media == "*" else media
    parameters = dict(_read_parameter(piece) for piece in pieces if piece)
    quality = parameters.get("q", "1")
    if not _QUALITY.fullmatch(quality):
        raise AcceptIllisible("Un poids q de l'en-tête Accept n'est pas un nombre de 0 à 1.")
    if media is None and "transfer-syntax" not in parameters:
        raise AcceptIllisible("Un élément de l'en-tête Accept n'a ni type de média ni syntaxe de transfert.")
    if media is not None and not _MEDIA.fullmatch(media):
        raise AcceptIllisible("Un type de média de l'en-tête Accept est illisible.")
    return Element(media, parameters, float(quality))


def _read_parameter(piece: str) -> tuple[str, str]:
    name, equals, value = piece.partition("=")
    name, value = name.strip().lower(), value.strip()
    if not equals or not _TOKEN.fullmatch(name):
        raise AcceptIllisible("Un paramètre de l'en-tête Accept est illisible.")
    if value.startswith('"'):
        found = _QUOTED.fullmatch(value)
        if found is None:
            raise AcceptIllisible("Un guillemet de l'en-tête Accept n'est pas fermé.")
        value = _PAIR.sub(r"\1", found[1])
    return name, value


def _split(text: str, separator: str) -> Iterator[str]:
    """Yield the stripped pieces of a text, cut at a separator outside quotes (RFC 9110 §5.6.4)."""
    start, quoted, escaped = 0, False, False
    for position, character in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            yield text[start:position].strip()
            start = position + 1
    yield text[start:].strip()
