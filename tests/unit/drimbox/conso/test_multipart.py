# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The reader of multipart answers, fed in every possible cut."""

from __future__ import annotations

import contextlib
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drimbox.conso.rapatriement.errors import ReponseIllisible, ReponseTropGrosse
from drimbox.conso.rapatriement.multipart import Event, Limits, MultipartReader, PartData, PartEnded, PartStarted, read_boundary

BOUNDARY = b"b0undary"


def answer(
    parts: list[bytes], *, headers: bytes = b"Content-Type: application/dicom\r\n", preamble: bytes = b"", epilogue: bytes = b""
) -> bytes:
    body = b"".join(b"\r\n--" + BOUNDARY + b"\r\n" + headers + b"\r\n" + part for part in parts)
    return preamble + (body if preamble else body[2:]) + b"\r\n--" + BOUNDARY + b"--" + epilogue


def read(data: bytes, cuts: list[int] | None = None, limits: Limits | None = None) -> list[bytes]:
    """Feed the data in pieces and return the contents of the parts."""
    reader, contents, current = MultipartReader(BOUNDARY, limits), [], bytearray()
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts or []), len(data)]
    for start, end in itertools.pairwise(edges):
        for event in reader.feed(data[start:end]):
            _collect(event, contents, current)
    reader.close()
    return contents


def _collect(event: Event, contents: list[bytes], current: bytearray) -> None:
    if isinstance(event, PartStarted):
        current.clear()
    elif isinstance(event, PartData):
        current += event.data
    elif isinstance(event, PartEnded):
        contents.append(bytes(current))


contents = st.lists(
    st.one_of(st.binary(max_size=200), st.sampled_from([b"\r\n", b"\r\n--", b"\r\n--b0undar", b"--b0undary", b"\r", b"\r\n\r\n"])),
    max_size=5,
).filter(lambda parts: all(b"\r\n--" + BOUNDARY not in b"\r\n" + part + b"\r\n" for part in parts) and bool(parts))


@given(contents, st.lists(st.integers(0, 2000), max_size=8))
def test_whatever_the_cut_the_parts_are_the_same(parts: list[bytes], cuts: list[int]) -> None:
    assert read(answer(parts), cuts) == parts


def test_byte_by_byte() -> None:
    parts = [b"one", b"", b"\r\n-", b"x" * 50]
    data = answer(parts, preamble=b"hello", epilogue=b"\r\nbye")
    assert read(data, list(range(len(data)))) == parts


def test_parts_without_headers_nor_length_are_read() -> None:
    assert read(answer([b"one", b"two"], headers=b"")) == [b"one", b"two"]


def test_blanks_after_a_boundary_are_tolerated() -> None:
    assert read(answer([b"one"]).replace(b"undary\r\n", b"undary \t\r\n")) == [b"one"]


def test_header_names_are_lower_case() -> None:
    reader = MultipartReader(BOUNDARY)
    events = list(reader.feed(answer([b"x"], headers=b"Content-TYPE:  application/dicom;transfer-syntax=1.2 \r\nX: \r\n")))
    assert isinstance(events[0], PartStarted)
    assert events[0].headers == {"content-type": "application/dicom;transfer-syntax=1.2", "x": ""}


@pytest.mark.parametrize("end", [1, 5, 20, 60])
def test_a_truncated_answer_is_refused_at_its_end(end: int) -> None:
    data = answer([b"content" * 20])
    with pytest.raises(ReponseIllisible):
        read(data[:-end])


@pytest.mark.parametrize(
    "data", [b"", b"no boundary at all", b"--other\r\n\r\nx\r\n--other--", b"--b0undaryjunk\r\n\r\nx", b"--b0undary\r\nbad header\r\n\r\nx"]
)
def test_broken_framing_is_refused(data: bytes) -> None:
    with pytest.raises(ReponseIllisible):
        read(data)


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.parametrize(
    ("data", "limits"),
    [
        (answer([b"x"], preamble=b"p" * 100), Limits(max_preamble=50)),
        (answer([b"x"], headers=b"A: " + b"b" * 100 + b"\r\n"), Limits(max_headers=50)),
        (answer([b"x" * 100]), Limits(max_part=50)),
        (answer([b"x"] * 5), Limits(max_parts=4)),
    ],
)
def test_a_bound_is_kept_whatever_the_cut(data: bytes, limits: Limits, step: int) -> None:
    with pytest.raises(ReponseIllisible):
        read(data, list(range(0, len(data), step)), limits)


def test_a_part_of_exactly_the_bound_is_read() -> None:
    assert read(answer([b"x" * 50]), limits=Limits(max_part=50)) == [b"x" * 50]
    with pytest.raises(ReponseTropGrosse):
        read(answer([b"x" * 51]), limits=Limits(max_part=50))


def test_nothing_waits_in_memory_while_a_part_goes_by() -> None:
    reader = MultipartReader(BOUNDARY)
    list(reader.feed(b"--" + BOUNDARY + b"\r\n\r\n"))
    for _ in range(100):
        list(reader.feed(b"x" * 10_000))
        assert reader.kept < 100


@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(st.binary(max_size=60), st.sampled_from([b"--b0undary", b"\r\n", b"--", b"\r\n--b0undary\r\n", b"A: b"])), max_size=12
    )
)
def test_whatever_comes_only_our_errors_leave(pieces: list[bytes]) -> None:
    reader = MultipartReader(BOUNDARY, Limits(max_part=100, max_headers=50, max_preamble=50))
    try:
        for piece in pieces:
            list(reader.feed(piece))
        reader.close()
    except ReponseIllisible:
        pass


@pytest.mark.parametrize(
    ("value", "boundary"),
    [
        ('multipart/related; type="application/dicom"; boundary=abc', b"abc"),
        (
            'multipart/related;start="<1@x>";transfer-syntax=1.2.840.10008.1.2.1;type="application/dicom"; boundary=7544a517-4f5a',
            b"7544a517-4f5a",
        ),
        ('Multipart/Related; boundary="a b:c"', b"a b:c"),
    ],
)
def test_the_boundary_of_the_answer_is_read(value: str, boundary: bytes) -> None:
    assert read_boundary(value) == boundary


@pytest.mark.parametrize(
    "value",
    [
        "",
        "text/html",
        "multipart/related",
        "multipart/mixed; boundary=a",
        "multipart/related; boundary=",
        'multipart/related; type="image/jpeg"; boundary=a',
        "multipart/related; boundary=**",
        "multipart/related; boundary=" + "a" * 71,
    ],
)
def test_another_type_or_an_illegal_boundary_is_refused(value: str) -> None:
    with pytest.raises(ReponseIllisible):
        read_boundary(value)


@given(st.text(max_size=300))
def test_whatever_the_content_type_only_our_errors_leave(value: str) -> None:
    with contextlib.suppress(ReponseIllisible):
        read_boundary(value)
