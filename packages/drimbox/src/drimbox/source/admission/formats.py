# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a request accepts when it does not ask for whole objects: JSON, a rendering, frames (DICOM PS3.18 §8.7)."""

from __future__ import annotations

from collections.abc import Sequence

from drimbox.source.admission.accept import ANY, EXPLICIT_LE, Acceptation, Element, read_elements, weigh
from drimbox.source.admission.errors import FormatRefuse

JSON = ("application/dicom+json", "application/json")
IMAGES = ("image/jpeg", "image/png")
# the syntax meant by a part type that says its codec and names no syntax (PS3.18 table 8.7.3-5)
_OF_CODEC = {
    "image/jpeg": "1.2.840.10008.1.2.4.70",
    "image/jls": "1.2.840.10008.1.2.4.80",
    "image/jp2": "1.2.840.10008.1.2.4.90",
    "image/dicom-rle": "1.2.840.10008.1.2.5",
}


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
    return weigh(read_elements(lines), _frame_syntax)


def _frame_syntax(element: Element) -> str | None:
    if element.media in {"*/*", "multipart/*"}:
        return ANY
    if element.media != "multipart/related" or element.parameters.get("type", "") == "":
        return None
    if element.inner in {"application/octet-stream", "*/*"}:
        return EXPLICIT_LE if element.inner == "application/octet-stream" else ANY
    return _OF_CODEC.get(element.inner)


def _weight(elements: Sequence[Element], media: str) -> float:
    """Weight of a media type: that of the most precise element that covers it (RFC 9110 §12.5.1)."""
    for wanted in (media, media.partition("/")[0] + "/*", "*/*"):
        found = [element.quality for element in elements if element.media == wanted]
        if found:
            return max(found)
    return 0.0
