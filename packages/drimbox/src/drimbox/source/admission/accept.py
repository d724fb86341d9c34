# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Accept header of WADO-RS, in the three forms that official requests show.

1. one header, comma separated, with a trailing comma and ``boundary=**``;
2. one header line per transfer syntax;
3. lines without any media type: ``transfer-syntax=UID;q=0.5;boundary=myboundary``.

``boundary`` is a wish of the client that RFC 2046 does not know; it is read and ignored. ``q`` goes from 0 to 1 and ``q=0`` refuses
(RFC 9110 §12.4.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from drimbox.source.admission.errors import AcceptAbsent, AcceptIllisible, SyntaxeRefusee

EXPLICIT_LE = "1.2.840.10008.1.2.1"
ANY = "*"
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_QUALITY = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_MEDIA = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+)/([!#$%&'*+\-.^_`|~0-9A-Za-z]+)")


@dataclass(frozen=True, slots=True)
class AcceptLimits:
    """Bounds of what is read: bytes of all the lines together, and number of elements."""

    max_bytes: int = 16 * 1024
    max_elements: int = 128


@dataclass(frozen=True, slots=True)
class Acceptation:
    """What the peer accepts.

    Attributes:
        qualities: transfer syntax UID (or ``*``) → highest weight asked, 0 meaning refused.
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

    def choose(self, stored: str, producible: Sequence[str]) -> str:
        """Return the syntax to send: the stored one unless it is refused, else the best weight among those that can be made.

        Keeping what is stored costs nothing and loses nothing; that is why its rank does not matter.

        Args:
            stored: syntax of the object in the PACS.
            producible: what the object can be turned into, lossless first: the order settles equal weights.

        Raises:
            SyntaxeRefusee: nothing that can be sent is accepted.
        """
        wanted = [syntax for syntax in producible if self.quality(syntax) > 0]
        if self.quality(stored) > 0 or not wanted:
            return self.require(stored)
        return max(wanted, key=self.quality)  # the first of the best ones


@dataclass(frozen=True, slots=True)
class Element:
    """One element of Accept: its media type (lower case, None when it has none), its parameters and its weight."""

    media: str | None
    parameters: dict[str, str]
    quality: float

    @property
    def inner(self) -> str:
        """Media type of the parts that a multipart/related element wants."""
        return self.parameters.get("type", "application/dicom").lower()


def read_accept(lines: Sequence[str], limits: AcceptLimits | None = None) -> Acceptation:
    """Read every Accept line of a request for images.

    Raises:
        AcceptAbsent: there is no line, or they are all empty.
        AcceptIllisible: the grammar is not respected, or a bound is passed.
        SyntaxeRefusee: nothing asked is multipart/related of application/dicom.
    """
    found = weigh(read_elements(lines, limits), _default_syntax)
    if not any(found.qualities.values()):
        raise SyntaxeRefusee("La demande n'accepte aucune forme multipart/related de type application/dicom.")
    return found


def weigh(elements: Iterable[Element], default: Callable[[Element], str | None]) -> Acceptation:
    """Return the weight of each transfer syntax.

    Args:
        elements: of the Accept lines.
        default: gives the syntax meant by an element that names none, or None for an element that speaks of something else.

    Raises:
        AcceptIllisible: a transfer syntax is not a UID.
    """
    qualities: dict[str, float] = {}
    for element in elements:
        meant = default(element)
        if meant is None:
            continue
        syntax = element.parameters.get("transfer-syntax", meant)
        if not is_syntax(syntax):
            raise AcceptIllisible("Une syntaxe de transfert de l'en-tête Accept n'est pas un UID.")
        qualities[syntax] = max(element.quality, qualities.get(syntax, 0.0))
    return Acceptation(qualities)


def is_syntax(text: str) -> bool:
    """Tell whether a text is ``*`` or a UID."""
    return text == ANY or _UID.fullmatch(text) is not None


def read_elements(lines: Sequence[str], limits: AcceptLimits | None = None) -> list[Element]:
    """Read the elements of every Accept line.

    Raises:
        AcceptAbsent: there is no line, or they are all empty.
        AcceptIllisible: the grammar is not respected, or a bound is passed.
    """
    limits = limits or AcceptLimits()
    if sum(len(line) for line in lines) > limits.max_bytes:
        raise AcceptIllisible(f"L'en-tête Accept dépasse {limits.max_bytes} octets.")
    elements = [element for line in lines for element in _split(line, ",") if element]
    if not elements:
        raise AcceptAbsent
    if len(elements) > limits.max_elements:
        raise AcceptIllisible(f"L'en-tête Accept compte plus de {limits.max_elements} éléments.")
    return [_read_element(element) for element in elements]


def _read_element(element: str) -> Element:
    pieces = list(_split(element, ";"))
    media = pieces.pop(0).lower() if "=" not in pieces[0] else None
    parameters = dict(_read_parameter(piece) for piece in pieces if piece)
    quality = parameters.get("q", "1")
    if not _QUALITY.fullmatch(quality):
        raise AcceptIllisible("Un poids q de l'en-tête Accept n'est pas un nombre de 0 à 1.")
    if media is None and "transfer-syntax" not in parameters:
        raise AcceptIllisible("Un élément de l'en-tête Accept n'a ni type de média ni syntaxe de transfert.")
    if media is not None and not _MEDIA.fullmatch(media):
        raise AcceptIllisible("Un type de média de l'en-tête Accept est illisible.")
    return Element(media, parameters, float(quality))


def _default_syntax(element: Element) -> str | None:
    """Return the syntax meant by an element that names none; None when the element is not for us.

    ``*/*`` has no opinion. A named multipart type without transfer-syntax means Explicit VR Little Endian (PS3.18 §8.7.3.5.2).
    """
    if element.media in {"*/*", "multipart/*"}:
        return ANY
    wanted = element.media is None or (
        element.media == "multipart/related" and element.inner in {"application/dicom", "*/*", "application/*"}
    )
    return EXPLICIT_LE if wanted else None


def _read_parameter(piece: str) -> tuple[str, str]:
    name, equals, value = piece.partition("=")
    name, value = name.strip().lower(), value.strip()
    if not equals or not _TOKEN.fullmatch(name):
        raise AcceptIllisible("Un paramètre de l'en-tête Accept est illisible.")
    if value.startswith('"'):
        if len(value) < 2 or not value.endswith('"'):
            raise AcceptIllisible("Un guillemet de l'en-tête Accept n'est pas fermé.")
        value = value[1:-1]
    return name, value


def _split(text: str, separator: str) -> Iterator[str]:
    """Yield the stripped pieces of a text, cut at a separator outside quotes."""
    start, quoted = 0, False
    for position, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            yield text[start:position].strip()
            start = position + 1
    yield text[start:].strip()
