# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confiance.transparence.canonical import MAX_INTEGER, NotCanonical, dump, load, load_canonical

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=4), inner, max_size=3),
    max_leaves=8,
).filter(lambda value: _depth(value) < 8)


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inner), default=0)


@given(value=VALUES)
def test_what_is_written_is_read_back_and_has_one_writing(value: object) -> None:
    data = dump(value)
    assert load_canonical(data) == value
    assert load(json.dumps(value, indent=1).encode()) == value


def test_the_writing_is_that_of_rfc_8785() -> None:
    value = {"peach": "é€😂", "b": [True, None, -1], "a": '\x0f\n"\\/\x7f', "": {}}
    assert dump(value).decode() == '{"":{},"a":"\\u000f\\n\\"\\\\/\x7f","b":[true,null,-1],"peach":"é€😂"}'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"1.0",
        b"1e3",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b'{"a":1,"a":1}',
        b'{"b":{"a":1,"a":2}}',
        b"9007199254740992",
        b"-9007199254740992",
        b"1" * 5000,
        b"[" * 9 + b"]" * 9,
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'"\\ud800"',
        b'{"\xc3\xa9":1}',
        b"\xef\xbb\xbf1",
        b"\xff",
        b'"\x00"',
    ],
    ids=lambda data: repr(data[:16]),
)
def test_what_could_be_read_in_two_ways_is_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        load(data)


@pytest.mark.parametrize("data", [b'{"b":1,"a":2}', b'{"a": 1}', b'"\\u0041"', b"1 ", b"-0", b'"\\/"'])
def test_another_writing_of_a_good_value_is_not_canonical(data: bytes) -> None:
    load(data)
    with pytest.raises(NotCanonical):
        load_canonical(data)


@pytest.mark.parametrize("value", [1.5, {1: 2}, {"é": 1}, b"x", (1,), MAX_INTEGER + 1, "\ud800"])
def test_what_has_no_place_in_a_head_is_not_written(value: object) -> None:
    with pytest.raises(NotCanonical):
        dump(value)


@settings(max_examples=300)
@given(data=st.binary(max_size=60) | st.text(st.sampled_from('{}[]":,0e.tn\\u d8'), max_size=40).map(str.encode))
def test_any_bytes_are_refused_or_read_as_a_value_that_can_be_written(data: bytes) -> None:
    try:
        value = load(data)
    except NotCanonical:
        return
    assert load(dump(value)) == value
