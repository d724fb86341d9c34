# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Walks the elements of an encoded data set without decoding a value (PS3.5 section 7): where each begins, where it ends.

Deflated data sets are walked after inflation, as Explicit VR Little Endian. Depth and number of elements are bounded: nothing here
recurses without end nor takes more time than the bytes deserve.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from drimbox.socle.pacs.identifiants import ObjetIllisible

IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
PIXELS = 0x7FE00000  # group of (7FE0,0008), (7FE0,0009) and (7FE0,0010)
MAX_DEPTH = 32
_READERS = {
    order: tuple(struct.Struct(order + form).unpack_from for form in ("HH2sH", "HHI", "I")) for order in "<>"
}  # made once: an object is short, and there are thousands
_LONG = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})


class OctetsManquants(Exception):
    """The bytes end before the element does: more may come."""


def inflate(data: bytes, limit: int) -> bytes:
    """Return the data set that a deflated one holds (PS3.5 section A.5).

    Raises:
        ObjetIllisible: it is not deflated, is cut, or is longer than the limit.
    """
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = machine.decompress(data, limit)
    except zlib.error:
        raise ObjetIllisible from None
    if not machine.eof:
        raise ObjetIllisible
    return inflated


def inflate_beginning(data: bytes, limit: int) -> bytes:
    """Return at most so many first bytes of the data set that a deflated one holds; what follows is not looked at.

    Raises:
        ObjetIllisible: they are not deflated.
    """
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, limit)
    except zlib.error:
        raise ObjetIllisible from None


def deflate(data: bytes) -> bytes:
    """Return a data set deflated, of even length (PS3.5 section A.5)."""
    machine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    deflated = machine.compress(data) + machine.flush()
    return deflated + b"\0" * (len(deflated) % 2)


@dataclass(frozen=True, slots=True)
class Encodage:
    """How elements are written. Encapsulated syntaxes are Explicit VR Little Endian."""

    explicit: bool = True
    little: bool = True

    @property
    def order(self) -> str:
        """Byte order, as struct writes it."""
        return "<" if self.little else ">"


@lru_cache(maxsize=64)
def encodage_of(transfer_syntax: str) -> Encodage:
    """Return how the elements of a data set of this syntax are written."""
    return Encodage(explicit=transfer_syntax != IMPLICIT_LE, little=transfer_syntax != EXPLICIT_BE)


class Element(NamedTuple):
    """Where an element is.

    Attributes:
        tag: group and element in one number.
        vr: its VR; empty in Implicit VR.
        start: of its tag.
        value: of its value.
        length: of its value, as written; may be undefined.
        end: of its value and of the delimiter of an undefined length; may be past the bytes known when the length is defined, and means
            nothing for pixels of undefined length.
    """

    tag: int
    vr: bytes
    start: int
    value: int
    length: int
    end: int


class Marche:
    """One walk over some bytes.

    Args:
        data: encoded elements.
        encodage: how they are written.
    """

    def __init__(self, data: bytes | bytearray | memoryview, encodage: Encodage) -> None:
        self.place = 0
        self._data = data
        self._size = len(data)
        self._encodage = encodage
        self._explicit = encodage.explicit
        self._read_explicit, self._read_implicit, self._read_length = _READERS[encodage.order]

    def elements(self, start: int = 0) -> Iterator[Element]:
        """Yield the elements of a data set from a place on.

        Raises:
            OctetsManquants: the bytes end inside the head of an element, or inside a value of undefined length.
            ObjetIllisible: these are not elements.
        """
        place = start
        while place < self._size:
            element = self._element(place, 0)
            yield element
            place = element.end

    def notable(self, start: int, wanted: Container[int]) -> Iterator[Element]:
        """Yield the elements that are wanted, and the pixels; the others are passed over, at a lower cost.

        ``place`` then tells where the walk is: of the element yielded, or of the first one not passed.

        Raises:
            OctetsManquants: as for :meth:`elements`.
            ObjetIllisible: these are not elements.
        """
        place, size, explicit = start, self._size, self._explicit
        data, read, read_length, last = self._data, self._read_explicit, self._read_length, size - 12
        while place < size:
            if place <= last:  # what can be passed over at a glance: a length that is said, of an element nobody wants
                group, number, vr, length = read(data, place)
                tag, value = group << 16 | number, place + 8
                if not explicit:
                    (length,) = read_length(data, place + 4)
                elif vr in _LONG:
                    (length,) = read_length(data, value)
                    value += 4
                if length != UNDEFINED and _FIRST_TAG <= tag < PIXELS and tag not in wanted:
                    place = value + length
                    continue
            self.place = place
            element = self._element(place, 0)
            if element.tag in wanted or element.tag >= PIXELS:
                yield element
            place = element.end
        self.place = place

    def reach(self, tag: int, start: int = 0) -> Element | None:
        """Walk to the first element at that tag or after, which is returned; ``place`` tells where the walk ended, as :meth:`notable`.

        Args:
            tag: what is looked for.
            start: of an element that comes before it.

        Raises:
            OctetsManquants: as for :meth:`elements`.
            ObjetIllisible: these are not elements.
        """
        return next(self.notable(start, range(tag, PIXELS)), None)

    def items(self, sequence: Element) -> Iterator[Element]:
        """Yield the items of a sequence: ``start`` to ``end`` are their bytes, delimiters included.

        Raises:
            OctetsManquants: the bytes end inside the sequence.
            ObjetIllisible: it is no sequence of items.
        """
        end = self._size if sequence.length == UNDEFINED else sequence.value + sequence.length
        place = sequence.value
        while place < end:
            item = self._item(place, 1)
            if item.tag == SEQUENCE_END:
                return
            yield item
            place = item.end
        if place > self._size:
            raise OctetsManquants

    def _element(self, place: int, depth: int) -> Element:
        tag, vr, value, length = self._head(place)
        if tag >= ITEM or tag < _FIRST_TAG:
            raise ObjetIllisible
        if length != UNDEFINED or (tag >= PIXELS and not depth):  # a walk ends at the pixels: their fragments are not counted
            return Element(tag, vr, place, value, length, value + length)
        inner = Marche(self._data, Encodage(explicit=False)) if vr == b"UN" else self  # PS3.5 section 6.2.2, note 3
        return Element(tag, vr, place, value, length, inner.end_of_sequence(value, depth + 1))

    def _head(self, place: int) -> tuple[int, bytes, int, int]:
        """Return the tag, the VR, the place of the value and its length."""
        if place + 8 > self._size:
            raise OctetsManquants
        if not self._explicit:
            group, number, length = self._read_implicit(self._data, place)
            return group << 16 | number, b"", place + 8, length
        group, number, vr, length = self._read_explicit(self._data, place)
        if vr not in _LONG:
            return group << 16 | number, vr, place + 8, length
        if place + 12 > self._size:
            raise OctetsManquants
        return group << 16 | number, vr, place + 12, self._read_length(self._data, place + 8)[0]

    def end_of_sequence(self, place: int, depth: int) -> int:
        """Return the place that follows the delimiter of a sequence of undefined length, whose first item is at ``place``.

        Raises:
            OctetsManquants: the bytes end inside the sequence.
            ObjetIllisible: these are not items, or they nest too deep.
        """
        if depth > MAX_DEPTH:
            raise ObjetIllisible
        while True:
            item = self._item(place, depth)
            if item.tag == SEQUENCE_END:
                return item.end
            place = item.end

    def _item(self, place: int, depth: int) -> Element:
        if place + 8 > self._size:
            raise OctetsManquants
        group, number, length = self._read_implicit(self._data, place)
        tag, value = group << 16 | number, place + 8
        if tag == SEQUENCE_END and length == 0:
            return Element(tag, b"", place, value, 0, value)
        if tag != ITEM:
            raise ObjetIllisible
        end = self._end_of_item(value, depth) if length == UNDEFINED else value + length
        return Element(tag, b"", place, value, length, end)

    def _end_of_item(self, place: int, depth: int) -> int:
        while True:
            if place + 8 > self._size:
                raise OctetsManquants
            group, number, length = self._read_implicit(self._data, place)
            if group << 16 | number == ITEM_END:
                if length:
                    raise ObjetIllisible
                return place + 8
            place = self._element(place, depth).end


_FIRST_TAG = 0x00030000  # groups 0000 and 0002 are commands and file headers, not data sets
