# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The framer on bytes, however they are cut."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drimbox.source.reception.errors import SansTrame, TrameRefusee, TrameTropLongue
from drimbox.source.reception.mllp import Framer, Limits, frame

payloads = st.binary(max_size=200).map(lambda data: data.replace(b"\x0b", b"").replace(b"\x1c", b""))
noises = st.sampled_from([b"", b"\r", b"\n", b"\r\n", b"\r\r\n", b"bruit", b"\x00"])


def in_pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


@given(st.lists(st.tuples(noises, payloads), max_size=6), st.lists(st.integers(min_value=0), max_size=20))
def test_any_cut_of_the_stream_gives_the_same_messages(stream: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    data = b"".join(noise + frame(payload) for noise, payload in stream)
    framer = Framer()
    found = [message for piece in in_pieces(data, cuts) for message in framer.feed(piece)]
    assert found == [payload for _, payload in stream]
    assert (framer.buffered, framer.unfinished, framer.dropped) == (0, False, 0)
    blanks = sum(noise.count(b"\r") + noise.count(b"\n") for noise, _ in stream)
    assert framer.noise == sum(len(noise) for noise, _ in stream) - blanks


@given(st.binary(max_size=2000), st.lists(st.integers(min_value=0), max_size=20))
def test_any_bytes_give_messages_or_a_known_refusal_and_memory_stays_bounded(data: bytes, cuts: list[int]) -> None:
    framer = Framer(Limits(message_bytes=300, noise_bytes=100))
    for piece in in_pieces(data, cuts):
        try:
            for message in framer.feed(piece):
                assert len(message) <= 300
        except TrameRefusee:
            break
        assert framer.buffered <= 300


def test_a_frame_ended_without_cr_is_given_at_once() -> None:
    assert Framer().feed(b"\x0bMSH|\x1c") == [b"MSH|"]


def test_a_message_cut_by_another_is_dropped_and_counted() -> None:
    framer = Framer()
    assert framer.feed(b"\x0bcoup") == []
    assert framer.feed(b"e\x0bentier\x1c\r") == [b"entier"]
    assert framer.dropped == 1


def test_a_message_longer_than_the_limit_is_refused_with_its_head_kept() -> None:
    framer = Framer(Limits(message_bytes=10))
    framer.feed(b"\x0bMSH|^~\\&|A")
    with pytest.raises(TrameTropLongue):
        framer.feed(b"BCDEF")
    assert framer.head() == b"MSH|^~\\&|A"


def test_the_limit_itself_is_accepted() -> None:
    assert Framer(Limits(message_bytes=4)).feed(b"\x0b1234\x1c\r") == [b"1234"]


def test_a_peer_that_never_frames_is_told_so() -> None:
    framer = Framer(Limits(noise_bytes=20))
    framer.feed(b"MSH|^~\\&|RIS|")
    with pytest.raises(SansTrame):
        framer.feed(b"CENTRE|DRIMBOX|")


def test_blank_lines_between_frames_are_no_noise() -> None:
    framer = Framer(Limits(noise_bytes=2))
    assert framer.feed(b"\r\n" * 500 + frame(b"a")) == [b"a"]
    assert framer.noise == 0
