# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What metadata tell of a long head, kept as its bytes come: pixels, long binary values and private elements pass without being held.

A machine without input nor output.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.datadict import dictionary_has_tag, dictionary_VR

from drimbox.socle.pacs.elements import PIXELS, UNDEFINED, Element, Marche, OctetsManquants, encodage_of
from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.source.admission.errors import MetadonneesTropLongues
from drimbox.source.partage import json_dicom


@dataclass(frozen=True, slots=True)
class HeadLimits:
    """Bounds.

    Attributes:
        gathered: bytes of one element that must come whole before it can be judged: a sequence.
        kept: bytes of a head, without its long binary values; decoded, they take a hundred times as much.
    """

    gathered: int = 32 << 20
    kept: int = 4 << 20


class HeadFilter:
    """The machine: feed it the bytes of a data set that is not deflated, in order.

    Args:
        transfer_syntax: of the data set.
        limits: bounds.

    Attributes:
        over: whether the pixels were reached: nothing that follows is looked at.
    """

    def __init__(self, transfer_syntax: str, limits: HeadLimits) -> None:
        self.over = False
        self._encodage, self._limits = encodage_of(transfer_syntax), limits
        self._kept, self._pending = bytearray(), bytearray()
        self._to_pass = 0  # bytes to come of a value that is let go
        self._next_look = 0  # size under which another look would see nothing new

    @property
    def held(self) -> int:
        """Bytes in memory."""
        return len(self._kept) + len(self._pending)

    def passes(self, count: int) -> bool:
        """Let the next bytes go unseen if they are of no use, and tell whether they were."""
        if self.over or count <= self._to_pass:
            self._to_pass = 0 if self.over else self._to_pass - count
            return True
        return False

    def feed(self, data: bytes | memoryview) -> None:
        """Take some bytes.

        Raises:
            MetadonneesTropLongues: what must be held passes a limit.
            ObjetIllisible: these are not elements.
        """
        if self.passes(len(data)):
            return
        self._pending += data[self._to_pass :]
        self._to_pass = 0
        if len(self._pending) >= self._next_look:
            self._look()
        if len(self._pending) > self._limits.gathered:
            raise MetadonneesTropLongues

    def end(self) -> bytes:
        """Return what was kept of the whole data set.

        Raises:
            MetadonneesTropLongues: it passes a limit.
            ObjetIllisible: the data set ends inside an element.
        """
        if self._pending:
            self._look()
        if not self.over and (self._pending or self._to_pass):
            raise ObjetIllisible
        return bytes(self._kept)

    def _look(self) -> None:
        """Take the elements that are whole out of what is pending."""
        size, place = len(self._pending), 0
        self._next_look = 0
        try:
            for element in Marche(self._pending, self._encodage).elements():
                if element.tag >= PIXELS:
                    self.over, place = True, size
                    break
                if element.end > size and not _is_bulk(element):
                    self._next_look = min(element.end - place, self._limits.gathered)
                    break
                self._take(element)
                place = element.end
        except OctetsManquants:
            # a value of undefined length is walked again from its beginning: not before there is a fair amount of new bytes
            self._next_look = size - place + (size - place) // 2
        self._to_pass = max(0, place - size)
        del self._pending[:place]

    def _take(self, element: Element) -> None:
        if not _is_bulk(element):
            self._kept += self._pending[element.start : element.end]
        if len(self._kept) > self._limits.kept:
            raise MetadonneesTropLongues


def _is_bulk(element: Element) -> bool:
    if element.tag >> 16 & 1:
        return True
    vr = element.vr.decode("latin-1") or (dictionary_VR(element.tag) if dictionary_has_tag(element.tag) else "UN")
    return vr[:2] in json_dicom.BINARY and element.length != UNDEFINED and element.length > json_dicom.MAX_BINARY
