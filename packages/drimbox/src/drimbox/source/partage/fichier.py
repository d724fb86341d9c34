# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The head of a Part 10 file (DICOM PS3.10 §7.1), written without building a data set: it is made once per image served."""

from __future__ import annotations

import struct
from functools import lru_cache

from drimbox.socle.pacs.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

_SHORT, _LONG = struct.Struct("<HH2sH"), struct.Struct("<HH2sHI")
_PREAMBLE = b"\x00" * 128 + b"DICM"


def file_head(sop_class: str, sop_instance: str, transfer_syntax: str) -> bytes:
    """Return preamble, prefix and file meta information of an object; its data set follows as it is."""
    before, after = _around(sop_class, transfer_syntax)
    meta = before + _text(0x0003, b"UI", sop_instance) + after
    return _PREAMBLE + _SHORT.pack(2, 0, b"UL", 4) + struct.pack("<I", len(meta)) + meta


@lru_cache(maxsize=256)
def _around(sop_class: str, transfer_syntax: str) -> tuple[bytes, bytes]:
    """Return what comes before and after the only element that changes from one image of a series to the next."""
    before = _LONG.pack(2, 1, b"OB", 0, 2) + b"\x00\x01" + _text(0x0002, b"UI", sop_class)
    after = _text(0x0010, b"UI", transfer_syntax) + _text(0x0012, b"UI", IMPLEMENTATION_CLASS_UID)
    return before, after + _text(0x0013, b"SH", IMPLEMENTATION_VERSION_NAME)


def _text(element: int, vr: bytes, value: str) -> bytes:
    data = value.encode("ascii")
    data += (b"\0" if vr == b"UI" else b" ") * (len(data) % 2)
    return _SHORT.pack(2, element, vr, len(data)) + data
