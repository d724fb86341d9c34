# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The head of a DICOM file that arrives (PS3.10 section 7.1): what it says of its data set, and where the data set begins.

A machine without input nor output.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from drimbox.socle.pacs.identifiants import ObjetIllisible

MAX_META = 64 * 1024
_PREAMBLE, _MAGIC = 128, b"DICM"
_LONG = frozenset({b"OB", b"OW", b"SQ", b"UN", b"UT"})
_SOP_CLASS, _SOP_INSTANCE, _SYNTAX = 0x0002, 0x0003, 0x0010


@dataclass(frozen=True, slots=True)
class Meta:
    """File meta information.

    Attributes:
        sop_class_uid: of the object.
        sop_instance_uid: of the object.
        transfer_syntax_uid: of the data set.
        length: bytes in front of the data set.
    """

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    length: int


class LecteurFichier:
    """The machine. Feed it until it is ready."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def feed(self, data: memoryview) -> tuple[Meta, memoryview] | None:
        """Take some bytes of a file.

        Returns:
            The meta information and the bytes of the data set already there, or None when more is needed.

        Raises:
            ObjetIllisible: this is no DICOM file, or its head is too long.
        """
        before = len(self._kept)
        self._kept += data[: MAX_META - before]
        meta = _read(self._kept)
        if meta is None:
            if len(self._kept) >= MAX_META:
                raise ObjetIllisible
            return None
        # the first bytes of the data set may have come with what was fed before: it takes them to know that group 0002 is over
        rest = data[meta.length - before :] if meta.length >= before else memoryview(bytes(self._kept[meta.length : before]) + bytes(data))
        return meta, rest


def _read(kept: bytearray) -> Meta | None:
    """Walk group 0002, whose group length is not believed: some files lie."""
    place, values = _PREAMBLE + len(_MAGIC), dict[int, str]()
    if len(kept) < place:
        return None
    if kept[_PREAMBLE:place] != _MAGIC:
        raise ObjetIllisible
    while True:
        if len(kept) < place + 8:
            return None
        group, number, vr, length = struct.unpack_from("<HH2sH", kept, place)
        if group != 0x0002:
            break
        value = place + 8
        if vr in _LONG:
            if len(kept) < place + 12:
                return None
            (length,) = struct.unpack_from("<I", kept, value)
            value += 4
        if len(kept) < value + length:
            return None
        if number in {_SOP_CLASS, _SOP_INSTANCE, _SYNTAX}:
            values[number] = kept[value : value + length].decode("latin-1").strip(" \0")
        place = value + length
    if not values.get(_SYNTAX):
        raise ObjetIllisible
    return Meta(values.get(_SOP_CLASS, ""), values.get(_SOP_INSTANCE, ""), values[_SYNTAX], place)
