# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The JSON of a head: always JSON, whatever one of its elements is."""

from __future__ import annotations

import json
import struct
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drimbox.socle.pacs.elements import EXPLICIT_LE, IMPLICIT_LE
from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.source.partage.json_dicom import dumps, metadata_of

URL = "https://db1.exemple.invalid/1"
NAN, INFINITE = struct.pack("<d", float("nan")), struct.pack("<d", float("inf"))


def element(tag: int, vr: bytes, value: bytes) -> bytes:
    value += b" " * (len(value) % 2)
    if vr in {b"SQ", b"UN", b"OB"}:
        return struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, vr, 0, len(value)) + value
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr, len(value)) + value


def item(content: bytes) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(content)) + content


INSTANCE, ROWS = element(0x00080018, b"UI", b"1.2.3\0"), element(0x00280010, b"US", b"\x08\0")


def row_of(head: bytes, syntax: str = EXPLICIT_LE) -> dict[str, Any]:
    """What a strict reader of JSON finds."""

    def refuse(constant: str) -> NoReturn:
        raise AssertionError(constant)

    (found,) = json.loads(dumps([metadata_of(head, syntax, URL)]), parse_constant=refuse)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    "bad",
    [
        element(0x00189087, b"FD", NAN),
        element(0x00189087, b"FD", struct.pack("<d", 1.0) + INFINITE),
        element(0x00182002, b"FL", struct.pack("<f", float("-inf"))),
        element(0x00189087, b"DS", b"NaN"),
        element(0x00189087, b"DS", b"1\\1e999"),
        element(0x00189087, b"ZZ", b"040Y"),
        element(0x00181161, b"UL", b"\x01\x02"),
    ],
    ids=["NaN", "one of two infinite", "minus infinity", "NaN in text", "too great", "unknown VR", "short"],
)
@pytest.mark.parametrize("nested", [False, True])
def test_an_element_that_json_or_nobody_can_tell_is_left_out_alone(bad: bytes, nested: bool) -> None:
    tag, read = "{:04X}{:04X}".format(*struct.unpack("<HH", bad[:4])), element(0x00180015, b"CS", b"HEAD")
    if nested:
        inner = row_of(INSTANCE + element(0x00089215, b"SQ", item(read + bad)) + ROWS)["00089215"]["Value"][0]
        assert inner == {"00180015": {"vr": "CS", "Value": ["HEAD"]}}
    row = row_of(INSTANCE + read + bad + ROWS)
    assert tag not in row
    assert row["00180015"]["Value"] == ["HEAD"]
    assert row["00280010"]["Value"] == [8]


def test_private_elements_and_long_binary_values_are_not_told_at_any_depth() -> None:
    private = element(0x00091001, b"LO", b"MAKER")
    inner = element(0x00420011, b"OB", bytes(5000)) + element(0x00420012, b"LO", b"application/pdf")
    row = row_of(INSTANCE + private + element(0x00089215, b"SQ", item(private + inner)) + ROWS)
    assert set(row) == {"00080005", "00080018", "00081190", "00083002", "00089215", "00280010"}
    assert list(row["00089215"]["Value"][0]) == ["00420012"]


@given(data=st.binary(max_size=200), syntax=st.sampled_from([EXPLICIT_LE, IMPLICIT_LE]))
def test_any_bytes_give_json_or_our_refusal(data: bytes, syntax: str) -> None:
    try:
        found = row_of(INSTANCE + data if syntax == EXPLICIT_LE else data, syntax)
    except ObjetIllisible:
        return
    assert found["00081190"]["Value"] == [URL]
