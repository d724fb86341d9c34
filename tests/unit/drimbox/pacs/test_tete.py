# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The head of an object that arrives, gathered whatever the cut of its bytes."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from drimbox.socle.pacs import tete as tete_module
from drimbox.socle.pacs.elements import DEFLATED, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, MAX_DEPTH, Encodage, Marche, deflate
from drimbox.socle.pacs.identifiants import Identifiants, ObjetIllisible
from drimbox.socle.pacs.tete import MAX_TETE, USUAL_TETE, LecteurTete, Tete
from tests.unit.drimbox.pacs.test_entete import encode

SYNTAXES = (EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE)
UIDS = Identifiants("1.2.840.10008.5.1.4.1.1.2", "1.2.3.4", "1.2.3", "1.2.3.9")


def an_image(syntax: str, *, pixels: int = 100, private: int = 10) -> tuple[bytes, bytes]:
    """Return the head of an image and its pixels."""
    icon = Dataset()
    icon.Rows, icon.PixelData = 1, b"\0\1"
    icon["PixelData"].VR = "OW"
    head = Dataset()
    head.SOPClassUID, head.SOPInstanceUID, head.StudyInstanceUID, head.SeriesInstanceUID = (
        UIDS.sop_class, UIDS.sop_instance, UIDS.study, UIDS.series,
    )  # fmt: skip
    head.PatientID = "IPP-000042"
    head.IconImageSequence = [icon]
    head["IconImageSequence"].is_undefined_length = True
    head.private_block(0x0029, "DRIMM TEST", create=True).add_new(1, "OB", bytes(private))
    whole = Dataset()
    whole.update(head)
    whole.PixelData = bytes(pixels)
    whole["PixelData"].VR = "OW"
    before = encode(head, syntax)
    return before, encode(whole, syntax)[len(before) :]


def gather(lecteur: LecteurTete, data: bytes, cuts: list[int]) -> tuple[Tete, bytes]:
    """Feed a data set cut at these places; return its head and all that comes after."""
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    found: Tete | None = None
    rest = b""
    for start, end in itertools.pairwise(places):
        piece = memoryview(data)[start:end]
        if found is not None:
            rest += piece
            continue
        result = lecteur.feed(piece)
        if result is not None:
            found, rest = result[0], bytes(result[1])
    return (found, rest) if found is not None else (lecteur.end(), b"")


@pytest.mark.parametrize("syntax", SYNTAXES)
@given(cuts=st.lists(st.integers(0, 2000), max_size=12))
def test_the_head_ends_before_the_pixels_whatever_the_cuts(syntax: str, cuts: list[int]):
    head, pixels = an_image(syntax)
    tete, rest = gather(LecteurTete(syntax), head + pixels, cuts)
    assert (tete.entete + rest, tete.whole) == (head + pixels, True)
    assert tete.entete == head
    assert (tete.identifiants, tete.patient_id) == (UIDS, "IPP-000042")


@given(cuts=st.lists(st.integers(0, 5000), max_size=12))
def test_a_head_that_is_too_long_is_cut_and_nothing_is_lost(cuts: list[int]):
    head, pixels = an_image(EXPLICIT_LE, private=3000)
    tete, rest = gather(LecteurTete(EXPLICIT_LE, limit=1000), head + pixels, cuts)
    assert tete.entete + rest == head + pixels
    assert (len(tete.entete), tete.whole) == (1000, False)
    assert tete.identifiants.study == UIDS.study


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("private", [10, USUAL_TETE - 400, USUAL_TETE, 5 * USUAL_TETE])
@given(cuts=st.lists(st.integers(0, 7 * USUAL_TETE), max_size=3))
def test_a_head_ends_before_the_pixels_whether_it_holds_in_the_usual_size_or_not(syntax: str, private: int, cuts: list[int]):
    head, pixels = an_image(syntax, private=private, pixels=2 * USUAL_TETE)
    tete, rest = gather(LecteurTete(syntax), head + pixels, cuts)
    assert (tete.entete == head, rest == pixels, tete.whole, tete.identifiants) == (True, True, True, UIDS)


@given(limit=st.integers(100, 3 * USUAL_TETE))
def test_a_head_longer_than_any_limit_is_cut_there_and_nothing_is_lost(limit: int):
    head, pixels = an_image(EXPLICIT_LE, private=4 * USUAL_TETE)
    tete, rest = gather(LecteurTete(EXPLICIT_LE, limit=limit), head + pixels, [])
    assert (len(tete.entete), tete.whole, tete.entete + rest == head + pixels) == (limit, False, True)


def test_encapsulated_pixels_are_not_walked():
    head, _ = an_image(EXPLICIT_LE)
    pixels = b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff" + b"\xfe\xff\0\xe0\0\0\0\0" + b"garbage that is no item"
    tete, rest = gather(LecteurTete(EXPLICIT_LE), head + pixels, [])
    assert (tete.entete, rest) == (head, pixels)


def test_an_object_without_pixels_is_all_head():
    head, _ = an_image(EXPLICIT_LE)
    tete, rest = gather(LecteurTete(EXPLICIT_LE), head, [40, 90])
    assert (tete.entete, tete.whole, rest) == (head, True, b"")


def test_a_deflated_object_is_gathered_whole_and_says_who_it_is():
    head, pixels = an_image(EXPLICIT_LE)
    data = deflate(head + pixels)
    tete, rest = gather(LecteurTete(DEFLATED), data, [10, 50])
    assert (tete.entete, rest, tete.identifiants) == (data, b"", UIDS)


def test_only_the_beginning_of_a_deflated_object_is_inflated(monkeypatch: pytest.MonkeyPatch):
    inflated, real = list[bytes](), tete_module.inflate_beginning
    monkeypatch.setattr(tete_module, "inflate_beginning", lambda data, limit: inflated.append(real(data, limit)) or inflated[-1])
    head, pixels = an_image(EXPLICIT_LE)
    tete, _ = gather(LecteurTete(DEFLATED), deflate(head + pixels + bytes(65 << 20)), [])
    assert tete.identifiants == UIDS
    assert [len(one) for one in inflated] == [MAX_TETE]


@pytest.mark.parametrize("syntax", [*SYNTAXES, DEFLATED])
@given(data=st.binary(max_size=300), cuts=st.lists(st.integers(0, 300), max_size=4))
def test_any_bytes_are_a_head_or_refused_and_none_is_lost(syntax: str, data: bytes, cuts: list[int]):
    try:
        tete, rest = gather(LecteurTete(syntax), data, cuts)
    except ObjetIllisible:
        return
    assert tete.entete + rest == data


def test_sequences_that_nest_for_ever_are_refused():
    nested = (b"\x10\0\x02\x10SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\0\xe0\xff\xff\xff\xff") * (MAX_DEPTH + 2)
    with pytest.raises(ObjetIllisible):
        list(Marche(nested, Encodage()).elements())
