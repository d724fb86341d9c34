# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a request accepts when it does not ask for whole objects: JSON, a rendering, frames (DICOM PS3.18 §8.7)."""

from __future__ import annotations

from collections.abc import Sequence

from drimbox.source.admission.accept import ANY, EXPLICIT_LE, PARTS, Acceptation, Dit, Element, read_elements, said_of, strongest
from drimbox.source.admission.errors import FormatRefuse

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
_CODEC_OF = {syntax: media for media, syntaxes in _OF_CODEC.items() for syntax in syntaxes}
OF_FRAMES = (OCTETS, *_OF_CODEC)
"""Types of the parts in which frames may be asked."""


def choose_media(lines: Sequence[str], offered: Sequence[str]) -> str:
    """Return the media type to send among those offered, the best weight first, then the order of the offer.

    Raises:
        AcceptAbsent: there is no Accept line.
        AcceptIllisible: it cannot be read.
        FormatRefuse: none of the offered types is accepted.
    """
    elements = read_elements(lines, _covering(offered))
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
    said = _said_of_frames(lines)
    named = {syntax for of_a_part in said.values() for syntax in of_a_part}
    weights = {syntax: _best_part(said, syntax)[0] for syntax in named | _CODEC_OF.keys() | {ANY}}
    others = weights.pop(ANY)
    own = {syntax: weight for syntax, weight in weights.items() if weight != others}
    return Acceptation(own | {ANY: others} if others else own)


def media_of_frames(lines: Sequence[str], syntax: str) -> str:
    """Return the type of the parts for frames sent in that syntax: the one asked, or that of the codec when any would do.

    Args:
        lines: of Accept, which accept that syntax.
        syntax: of the frames.

    Raises:
        AcceptAbsent: there is no Accept line.
        AcceptIllisible: it cannot be read.
    """
    return _best_part(_said_of_frames(lines), syntax)[1]


def _said_of_frames(lines: Sequence[str]) -> dict[str, dict[str, Dit]]:
    """Return, per type of part, what is said of each syntax."""
    elements = read_elements(lines, PARTS)
    defaults = {OCTETS: EXPLICIT_LE} | {media: syntaxes[0] for media, syntaxes in _OF_CODEC.items()}
    return {media: said_of(elements, media, default) for media, default in defaults.items()}


def _best_part(said: dict[str, dict[str, Dit]], syntax: str) -> tuple[float, str]:
    """Return the weight of frames in a syntax, and the type of part that has it; that of its codec when two are as good."""

    def wish(media: str) -> tuple[float, tuple[int, int]]:
        precision, quality = strongest(said[media], syntax)
        return quality, precision

    best = max((_CODEC_OF.get(syntax, OCTETS), OCTETS), key=wish)
    return wish(best)[0], best


def _covering(offered: Sequence[str]) -> frozenset[str]:
    return frozenset((*offered, *(media.partition("/")[0] + "/*" for media in offered), "*/*"))


def _weight(elements: Sequence[Element], media: str) -> float:
    """Weight of a media type: that of the most precise element that covers it (RFC 9110 §12.5.1)."""
    for wanted in (media, media.partition("/")[0] + "/*", "*/*"):
        found = [element.quality for element in elements if element.media == wanted]
        if found:
            return max(found)
    return 0.0
