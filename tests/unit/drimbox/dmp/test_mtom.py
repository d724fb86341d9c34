# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import base64
import contextlib
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drimbox.socle.dmp.errors import DmpReponseInvalide
from drimbox.socle.dmp.model import LimitesDmp
from drimbox.socle.dmp.mtom import Part, parse_content_type, read_multipart, write_multipart

LIMITS = LimitesDmp()
TYPE = 'multipart/related; boundary="b"'


def message(*parts: bytes, end: bytes = b"\r\n") -> bytes:
    return b"".join(b"--b" + end + part + end for part in parts) + b"--b--"


@given(envelope=st.binary(min_size=1, max_size=200), contents=st.lists(st.binary(max_size=500), max_size=4))
def test_what_is_written_is_read_back_to_the_byte(envelope: bytes, contents: list[bytes]) -> None:
    attachments = [Part(f"part{i}@x", "application/octet-stream", content) for i, content in enumerate(contents)]
    content_type, body = write_multipart(envelope, "urn:action", attachments)
    read = read_multipart(content_type, body, LIMITS)
    assert read.root.content == envelope
    assert [read.referenced(f"cid:{part.content_id}").content for part in attachments] == contents


@given(contents=st.lists(st.binary(max_size=300), min_size=1, max_size=3))
def test_the_standard_library_recovers_the_same_parts(contents: list[bytes]) -> None:
    attachments = [Part(f"part{i}@x", "application/octet-stream", content) for i, content in enumerate(contents)]
    content_type, body = write_multipart(b"<e/>", "urn:action", attachments)
    read = BytesParser().parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    assert [part.get_payload(decode=True) for part in read.get_payload()][1:] == contents


@given(content_type=st.text(max_size=80), body=st.binary(max_size=300))
def test_no_bytes_make_the_reader_fail_otherwise_than_by_its_own_error(content_type: str, body: bytes) -> None:
    for each in (content_type, TYPE, 'multipart/related; boundary=b; start="<a>"'):
        with contextlib.suppress(DmpReponseInvalide):
            read_multipart(each, body, LIMITS)


LINES = st.sampled_from(
    [b"--b", b"--b--", b"\r\n", b"\n", b"\r", b"Content-ID: <a>", b"Content-Transfer-Encoding: base64", b"AA==", b":", b" ", b"--bx"]
)


@given(pieces=st.lists(LINES, max_size=25))
def test_no_arrangement_of_delimiters_makes_the_reader_fail_otherwise(pieces: list[bytes]) -> None:
    with contextlib.suppress(DmpReponseInvalide):
        read_multipart(TYPE, b"".join(pieces), LIMITS)


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_both_line_ends_and_base64_parts_are_read(end: bytes) -> None:
    binary = b"\r\n--b\0\xff"
    encoded = end.join((b"Content-ID: <k>", b"content-transfer-encoding: BASE64", b"", base64.b64encode(binary)))
    read = read_multipart(TYPE, b"preamble" + end + message(b"Content-ID: <r>" + end + end + b"<e/>", encoded, end=end), LIMITS)
    assert read.root.content == b"<e/>"
    assert read.referenced("cid:k").content == binary


def test_a_delimiter_inside_a_line_is_content() -> None:
    read = read_multipart(TYPE, message(b"\r\nx --b\r\n--bc\r\ny"), LIMITS)
    assert read.root.content == b"x --b\r\n--bc\r\ny"


def test_a_quoted_start_and_an_encoded_reference_find_their_part() -> None:
    read = read_multipart(f'{TYPE}; start="<r@x>"', message(b"Content-ID: <k@x>\r\n\r\nK", b"Content-ID: <r@x>\r\n\r\nR"), LIMITS)
    assert read.root.content == b"R"
    assert read.referenced("cid:k%40x").content == b"K"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", message(b"\r\n<e/>")),
        ("multipart/related", message(b"\r\n<e/>")),
        (TYPE, b"--b\r\n\r\n<e/>"),
        (TYPE, b""),
        (TYPE, b"--b--"),
        (TYPE, message(b"no header end")),
        (TYPE, message(b"a b c\r\n\r\n<e/>")),
        (TYPE, message(b"Content-Transfer-Encoding: x-zip\r\n\r\n<e/>")),
        (TYPE, message(b"Content-Transfer-Encoding: base64\r\n\r\n!!")),
        (TYPE, message(b"Content-ID: <a>\r\n\r\n1", b"Content-ID: <a>\r\n\r\n2")),
        (f'{TYPE}; start="<z>"', message(b"Content-ID: <a>\r\n\r\n1")),
        (TYPE, message(*[b"\r\nx"] * (LIMITS.parts + 1))),
        (TYPE, message(b"X: " + b"y" * LIMITS.part_header_bytes + b"\r\n\r\nx")),
    ],
)
def test_a_broken_or_oversized_message_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(DmpReponseInvalide):
        read_multipart(content_type, body, LIMITS)


@pytest.mark.parametrize("href", ["cid:absent", "http://x/k", ""])
def test_a_reference_to_nothing_is_refused(href: str) -> None:
    with pytest.raises(DmpReponseInvalide):
        read_multipart(TYPE, message(b"Content-ID: <k>\r\n\r\nK"), LIMITS).referenced(href)


def test_parameters_of_a_content_type_are_read_whatever_their_case() -> None:
    assert parse_content_type('Multipart/Related; Boundary="a b"; type=x') == ("multipart/related", {"boundary": "a b", "type": "x"})
