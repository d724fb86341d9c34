# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a request accepts when it does not ask for whole objects: JSON, a rendering, frames (DICOM PS3.18 §8.7)."""

from __future__ import annotations

from collections.abc import Sequence

from drimbox.source.admission.accept import ANY, EXPLICIT_LE, Acceptation, Element, is_syntax, read_elements
from drimbox.source.admission.errors import AcceptIllisible, FormatRefuse

JSON = ("application/dicom+json", "application/json")
IMAGES = ("image/jpeg", "image/png")
OCTETS = "application/octet-stream"
_JPEG = "1.2.840.10008.1.2.4."
# syntaxes of a part type that says its codec; the first one is meant when none is named (PS3.18 table 8.7.3-5)
_OF_CODEC = {
    "image/jpeg": tuple(_JPEG + n for n in ("70", "50", "51", "57")),
    "image/jls": tuple(_JPEG + n for n in ("80", "81")),
    "image/jp2": tuple(_JPEG + n for n in ("90", "91")),
    "image/dicom-rle": ("1.2.840.10008.1.2.5",),
}
OF_FRAMES = (OCTETS, *_OF_CODEC)
"""Types of the parts in which frames may be asked."""


def choose_media(lines: Sequence[str], offered: Sequence[str]) -> str:
    """Return the media type to send among those offered, the best weight first, then the order of the offer.

    Raises:
        AcceptAbsent: there is no Accept line.
        AcceptIllisible: it cannot be read.
        FormatRefuse: none of the offered types is accepted.
    """
    elements = read_elements(lines)
    weights = {media: _weight(elements, media) for media in offered}
    best = max(offered, key=lambda media: weights[media])
    if weights[best] <= 0:
        raise FormatRefuse
    return best


def read_frames_accept(lines: Sequence[str]) -> Acceptation:
    """Return the weights of syntaxes for frames, that is for parts without any DICOM header.

    A request that only wants ``application/dicom`` has no weight here: the caller sends it the whole instance.

    Raises:
        AcceptAbsent: there is no Accept line.
        AcceptIllisible: it cannot be read.
    """
    qualities: dict[str, float] = {}
    for element in read_elements(lines):
        for syntax in _frame_syntaxes(element):
            qualities[syntax] = max(element.quality, qualities.get(syntax, 0.0))
    return Acceptation(qualities)


def media_of_frames(lines: Sequence[str], syntax: str) -> str:
    """Return the type of the parts for frames sent in that syntax: the one asked, or that of the codec when any would do.

    Args:
        lines: of Accept, which accept that syntax.
        syntax: of the frames.

    Raises:
        AcceptAbsent: there is no Accept line.
        AcceptIllisible: it cannot be read.
    """
    best, media = (False, 0.0), OCTETS
    for element in read_elements(lines):
        syntaxes = _frame_syntaxes(element)
        rank = syntax in syntaxes, element.quality
        if element.quality and not {syntax, ANY}.isdisjoint(syntaxes) and rank > best:
            named = element.media == "multipart/related" and element.inner in {OCTETS, *_OF_CODEC}
            best, media = rank, element.inner if named else _own_media(syntax)
    return media


def _own_media(syntax: str) -> str:
    return next((media for media, syntaxes in _OF_CODEC.items() if syntax in syntaxes), OCTETS)


def _frame_syntaxes(element: Element) -> tuple[str, ...]:
    """Return the syntaxes that an element speaks of; none when it does not speak of frames, or contradicts itself."""
    asked = element.parameters.get("transfer-syntax")
    if asked is not None and not is_syntax(asked):
        raise AcceptIllisible("Une syntaxe de transfert de l'en-tête Accept n'est pas un UID.")
    if element.media in {"*/*", "multipart/*"}:
        return (asked or ANY,)
    if element.media != "multipart/related" or element.parameters.get("type", "") == "":
        return ()
    if element.inner in {OCTETS, "*/*"}:
        return (asked or (EXPLICIT_LE if element.inner == OCTETS else ANY),)
    family = _OF_CODEC.get(element.inner, ())
    if asked is None:
        return family[:1]
    return family if asked == ANY else tuple(syntax for syntax in family if syntax == asked)


def _weight(elements: Sequence[Element], media: str) -> float:
    """Weight of a media type: that of the most precise element that covers it (RFC 9110 §12.5.1)."""
    for wanted in (media, media.partition("/")[0] + "/*", "*/*"):
        found = [element.quality for element in elements if element.media == wanted]
        if found:
            return max(found)
    return 0.0
