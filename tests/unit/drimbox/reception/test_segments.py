# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Values of a segment, compared with those of the library that cuts everything."""

from __future__ import annotations

import hl7
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drimbox.source.reception.errors import EchappementIllisible
from drimbox.source.reception.segments import Message, parse, repetitions, segments, value

HEAD = "MSH|^~\\&|RIS|CENTRE\r"
WORDS = st.text(alphabet="ab|^~&", max_size=40)
ESCAPES = st.sampled_from(["\\F\\", "\\S\\", "\\T\\", "\\R\\", "\\E\\", "\\X4142\\", "\\.br\\", "\\H\\", "a", "^", "&", "~", "|"])


def of(text: str) -> Message:
    return parse((HEAD + text).encode())


def by_the_library(text: str, field: int, repetition: int, component: int, subcomponent: int) -> str:
    try:
        found = hl7.parse(HEAD + text)[1].extract_field(1, field, repetition, component, subcomponent)
    except (hl7.HL7Exception, IndexError, KeyError):
        return ""
    return str(found or "").strip()


@given(st.one_of(WORDS, st.lists(ESCAPES, max_size=12).map("".join)), st.tuples(*[st.integers(1, 4)] * 4))
def test_any_value_is_the_one_of_the_library(text: str, where: tuple[int, int, int, int]) -> None:
    line = "ZZZ|" + text
    field, repetition, component, subcomponent = where
    (segment,) = segments(of(line), "ZZZ")
    found = value(segment, field, component, subcomponent, repetition)
    assert found == by_the_library(line, field, repetition, component, subcomponent)


def test_msh_1_is_the_separator_and_the_rest_follows() -> None:
    (msh,) = segments(parse(b"MSH|^~\\&|RIS|CENTRE|D"), "MSH")
    assert [msh.field(number) for number in range(1, 7)] == ["|", "^~\\&", "RIS", "CENTRE", "D", ""]


def test_repetitions_are_counted_and_an_empty_field_has_none() -> None:
    (pid,) = segments(of("PID|a~b~c||d"), "PID")
    assert [repetitions(pid, field) for field in (1, 2, 3, 4)] == [3, 0, 1, 0]
    assert [value(pid, 1, repetition=number) for number in (1, 2, 3, 4)] == ["a", "b", "c", ""]


def test_an_explicit_null_is_no_value() -> None:
    (pid,) = segments(of('PID|""|a'), "PID")
    assert value(pid, 1) == ""


@pytest.mark.parametrize("text", ["a\\", "\\Q\\", "a\\.spx\\", "\\X4\\", "\\\\"])
def test_an_escape_that_is_none_is_refused_and_named_by_its_segment(text: str) -> None:
    (pid,) = segments(of(f"PID|{text}"), "PID")
    with pytest.raises(EchappementIllisible) as refusal:
        value(pid, 1)
    assert refusal.value.segment == "PID"
