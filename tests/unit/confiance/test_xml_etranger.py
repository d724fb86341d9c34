# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Foreign XML: what is refused, and what is left of it afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from lxml import etree

from confiance.xml_etranger import parse_xml

NAMES_EACH, WARM_UP, DOCUMENTS = 20_000, 5, 20


def of_names(first: int) -> bytes:
    return b"<r>" + b"".join(b"<name-that-nobody-wrote-before-%d/>" % (first + rank) for rank in range(NAMES_EACH)) + b"</r>"


def resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


def test_names_that_a_sender_invents_do_not_stay_in_memory() -> None:
    for rank in range(WARM_UP):
        parse_xml(of_names(rank * NAMES_EACH))
    before = resident()
    for rank in range(WARM_UP, WARM_UP + DOCUMENTS):
        parse_xml(of_names(rank * NAMES_EACH))
    kept = (resident() - before) / (DOCUMENTS * NAMES_EACH)
    assert kept < 20, f"{kept:.0f} bytes kept of each name"  # a thread that lives keeps more than 60


def test_what_was_parsed_is_read_from_any_thread() -> None:
    data = b'<r xmlns="urn:a"><a id="1">text</a><!-- remark --><?pi?></r>'
    with ThreadPoolExecutor(4) as pool:
        roots = list(pool.map(parse_xml, [data] * 40))
    assert {etree.tostring(root, method="c14n", with_comments=True) for root in roots} == {
        etree.tostring(roots[0], method="c14n", with_comments=True)
    }
    assert b"remark" in etree.tostring(roots[0])
    assert len(parse_xml(data, remarks=False)) == 1


@pytest.mark.parametrize("data", [b"", b"   ", b"<a>", b"<a></b>", b"\xff\xfe", b"<a>&b;</a>", b"<a>" * 300 + b"</a>" * 300])
def test_what_is_not_well_formed_or_too_deep_is_refused(data: bytes) -> None:
    with pytest.raises((etree.LxmlError, ValueError)):
        parse_xml(data)


def test_an_entity_is_not_replaced() -> None:
    root = parse_xml(b'<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>')
    assert "x" not in (root.text or "")


def test_an_encoding_may_be_imposed() -> None:
    assert parse_xml("<a>é</a>".encode("windows-1252"), encoding="windows-1252").text == "é"
