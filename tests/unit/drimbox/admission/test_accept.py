# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Accept header in the forms that official requests show."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drimbox.source.admission.accept import AcceptLimits, accept_of, read_accept
from drimbox.source.admission.errors import AcceptAbsent, AcceptIllisible, Refus, SyntaxeRefusee

JPEG, LOSSLESS, JPEG_LS, EXPLICIT = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.1"
TEN = {"1.2.840.10008.1.2.1", *(f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 70, 80, 91, 100, 101, 102, 103))}


def element(syntax: str, quality: str, boundary: str = "**") -> str:
    return f'multipart/related; type="application/dicom";transfer-syntax={syntax};q={quality};boundary={boundary}'


def accept_lines(request: Path) -> list[str]:
    lines = request.read_text(encoding="utf-8").splitlines()
    return [line.partition(":")[2].strip() for line in lines if line.lower().startswith("accept:")]


@pytest.mark.donnees
@pytest.mark.parametrize(
    "name",
    [
        "OK_Series.txt",
        "OK_Study.txt",
        "OK_Frames.txt",
        "series-request.txt",
        "instance-request.txt",
        "series_OK_ExempleCISIS_TSLossless.txt",
        "series_OK_SwitchHeaders.txt",
    ],
)
def test_every_official_request_is_read_with_its_ten_syntaxes(shared_data: Path, name: str) -> None:
    assert set(read_accept(accept_lines(shared_data / "wado" / name)).qualities) == TEN


def test_one_header_with_trailing_comma_and_an_illegal_boundary_is_read() -> None:
    accepted = read_accept([element(LOSSLESS, "0.9") + "," + element(EXPLICIT, "0.4") + ","])
    assert accepted.qualities == {LOSSLESS: 0.9, EXPLICIT: 0.4}


def test_ten_lines_are_read_as_one() -> None:
    assert read_accept([element(LOSSLESS, "0.6", "myboundary"), element(JPEG, "0.9", "myboundary")]).qualities == {LOSSLESS: 0.6, JPEG: 0.9}


def test_lines_without_media_type_are_read() -> None:
    assert read_accept([f"transfer-syntax={JPEG_LS};q=0.5;boundary=myboundary"]).qualities == {JPEG_LS: 0.5}


@pytest.mark.parametrize("quality", ["0", "0.0", "0.000", "0."])
def test_a_weight_of_zero_refuses_the_syntax_even_beside_a_star(quality: str) -> None:
    accepted = read_accept([element("*", "1"), element(JPEG, quality)])
    with pytest.raises(SyntaxeRefusee):
        accepted.require(JPEG)
    assert accepted.require(LOSSLESS) == LOSSLESS


@pytest.mark.parametrize("quality", ["1", "1.0", "1.000", "0.1", "0.987", ".2"])
def test_weights_up_to_one_are_read(quality: str) -> None:
    assert read_accept([element(JPEG, quality)]).quality(JPEG) == float(quality)


@pytest.mark.parametrize("quality", ["1.1", "2", "-1", ".", ".1234", "0.1234", "abc", "", "1e-1", "nan", "٠"])
def test_what_is_not_a_weight_is_refused(quality: str) -> None:
    with pytest.raises(AcceptIllisible):
        read_accept([element(JPEG, quality)])


def test_the_stored_syntax_is_kept_whatever_its_rank() -> None:
    accepted = read_accept([element(LOSSLESS, "1"), element(EXPLICIT, "0.1")])
    assert accepted.require(EXPLICIT) == EXPLICIT


def test_a_syntax_that_nobody_listed_is_refused() -> None:
    with pytest.raises(SyntaxeRefusee):
        read_accept([element(LOSSLESS, "1")]).require(JPEG)


def test_a_client_without_opinion_gets_what_is_stored() -> None:
    assert read_accept(["*/*"]).require(JPEG) == JPEG


def test_a_multipart_type_without_syntax_means_explicit_little_endian() -> None:
    accepted = read_accept(['multipart/related; type="application/dicom"'])
    assert accepted.require(EXPLICIT) == EXPLICIT
    with pytest.raises(SyntaxeRefusee):
        accepted.require(JPEG)


def test_quotes_around_the_syntax_and_blanks_are_read() -> None:
    assert read_accept([f' multipart/related ; type=application/dicom ; transfer-syntax="{JPEG}" ; q=1 ']).quality(JPEG) == 1


@pytest.mark.parametrize("line", ["image/jpeg", "application/dicom+json", "a/b; =c", 'multipart/related; type="image/jp2"', "text/html"])
def test_other_media_types_are_not_acceptable(line: str) -> None:
    with pytest.raises(SyntaxeRefusee):
        read_accept([line])


@pytest.mark.parametrize("lines", [[], [""], [" , ,"]])
def test_an_absent_or_empty_header_is_told_apart(lines: list[str]) -> None:
    with pytest.raises(AcceptAbsent):
        read_accept(lines)


@pytest.mark.parametrize(
    "line",
    [
        "q=1",
        "multipart",
        "multipart/related; type",
        'multipart/related; type="x',
        r'multipart/related; type="x\"',
        'multipart/related; type="x"y"',
        "*/*; =c",
        "transfer-syntax=x",
        "transfer-syntax=1" + ".1" * 32,
    ],
)
def test_broken_grammar_is_refused(line: str) -> None:
    with pytest.raises(AcceptIllisible):
        read_accept([line])


def test_bounds_are_kept() -> None:
    assert read_accept([",".join(["*/*"] * 128)]).require(JPEG) == JPEG
    with pytest.raises(AcceptIllisible, match="plus de 128 éléments"):
        read_accept([",".join(["*/*"] * 129)])
    with pytest.raises(AcceptIllisible, match="dépasse 50 octets"):
        read_accept(["*/*;x=" + "x" * 45], AcceptLimits(max_bytes=50))


DICOM = 'multipart/related; type="application/dicom"'


@pytest.mark.parametrize(
    "lines",
    [
        [DICOM + ";q=0, */*;q=0.1"],
        ["*/*;q=0.1", DICOM + ";q=0"],
        [DICOM + ";transfer-syntax=*;q=0, */*"],
        ["multipart/related;q=0, */*"],
        ['multipart/related; type="application/*";q=0, multipart/*'],
        ["multipart/*;q=0, */*"],
        [DICOM + ";q=0, multipart/related; type=*/*"],
    ],
)
def test_a_refusal_holds_beside_whatever_is_less_precise(lines: list[str]) -> None:
    with pytest.raises(SyntaxeRefusee):
        read_accept(lines).require(JPEG_LS)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("asked", "syntax", "weight"),
    [
        ([element(JPEG, "0"), "*/*"], JPEG, 0),
        ([element(JPEG, "0.2"), "*/*"], JPEG, 0.2),
        ([element(JPEG, "0.2"), "*/*;q=0.7"], LOSSLESS, 0.7),
        ([element("*", "0"), element(JPEG, "0.3")], JPEG, 0.3),
        ([element("*", "0"), element(JPEG, "0.3")], LOSSLESS, 0),
        ([DICOM + ";q=0", element(JPEG, "0.3")], JPEG, 0.3),
        ([DICOM + ";q=0.4", element(EXPLICIT, "0"), element(JPEG, "1")], EXPLICIT, 0),
        ([DICOM + ";q=0.4", element("*", "0")], EXPLICIT, 0.4),
        ([DICOM + ";q=0.4", "*/*;q=0.9"], EXPLICIT, 0.4),
        ([f"*/*;transfer-syntax={JPEG};q=0.9", element("*", "0.1")], JPEG, 0.1),
        ([element(JPEG, "0.3"), element(JPEG, "0.8"), element(JPEG, "0.5")], JPEG, 0.8),  # as precise: the highest
        ([element(JPEG, "0.8"), element(JPEG, "0")], JPEG, 0.8),
    ],
)
def test_what_is_said_most_precisely_of_a_syntax_is_its_weight_in_any_order(
    asked: list[str], syntax: str, weight: float, *, backwards: bool
) -> None:
    assert read_accept(asked[::-1] if backwards else asked).quality(syntax) == weight


@pytest.mark.parametrize(
    "line",
    [
        rf'multipart/related; type="application\/dicom";transfer-syntax={JPEG}',
        rf'multipart/related; type="application/dicom";boundary="a\"b,c;d\\";transfer-syntax={JPEG}',
    ],
)
def test_a_quoted_pair_is_the_character_that_it_quotes(line: str) -> None:
    assert read_accept([line]).qualities == {JPEG: 1}


@pytest.mark.parametrize(
    "other", ["text/html;level=1;q=1.5", "image/gif;=x", "application/json;q=", 'a/b;c="', "text/html, image/gif, *;q=.1, */*; q=.1"]
)
def test_an_element_of_another_type_that_cannot_be_read_spoils_nothing(other: str) -> None:
    assert read_accept([element(JPEG, "0.5"), other]).quality(JPEG) == 0.5
    assert read_accept([other, element(JPEG, "0.5")]).quality(JPEG) == 0.5


def test_what_a_java_program_sends_by_default_accepts_what_is_stored() -> None:
    assert read_accept(["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"]).require(JPEG) == JPEG


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", []),
        ("accept=", []),
        ("Accept=image/png", []),
        ("accept=image/png", ["image/png"]),
        ("x=1&accept=application/dicom+json&limit=1", ["application/dicom+json"]),
        ("accept=application/dicom%2bjson&accept=a/b", ["application/dicom+json", "a/b"]),
    ],
)
def test_the_formats_of_an_address_are_read(query: str, asked: list[str]) -> None:
    assert accept_of(query) == asked


@pytest.mark.parametrize(
    "asked",
    [
        'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.70',
        'multipart/related; type="application/dicom"; transfer-syntax=*; q=0.5, */*; q=0.1',
        "application/dicom+json",
    ],
)
def test_an_address_written_by_a_form_asks_the_same_as_the_header(asked: str) -> None:
    assert accept_of(urlencode({"accept": asked})) == [asked]
    assert accept_of("accept=" + quote(asked)) == [asked]


@given(st.lists(st.text(max_size=200), max_size=5))
def test_whatever_comes_only_our_refusals_leave(lines: list[str]) -> None:
    try:
        accepted = read_accept(lines)
    except Refus:
        return
    assert all(0 <= quality <= 1 for quality in accepted.qualities.values())
