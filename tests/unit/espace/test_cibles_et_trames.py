# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Targets of CNAMEs, and framing of DNS over TCP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espace.zone.cibles import CibleDansZone, CibleHorsForme, CibleRefusee, canonical_host, check_cible
from espace.zone.trame import TcpFramer, TrameTropLongue, frame

ZONE = "mesimagesmedicales.fr"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Passerelle.Operateur.FR", "passerelle.operateur.fr"),
        ("passerelle.operateur.fr.", "passerelle.operateur.fr"),
        (" a-1.b ", "a-1.b"),
        ("imagerie.hôpital.fr", "imagerie.xn--hpital-ixa.fr"),
        ("Straße.Operateur.fr", "xn--strae-oqa.operateur.fr"),  # not strasse: another host
    ],
)
def test_a_host_is_kept_in_its_canonical_form(typed: str, kept: str) -> None:
    assert check_cible(typed, zone=ZONE) == kept


@pytest.mark.parametrize(
    "typed",
    ["", ".", "localhost", "192.0.2.1", "2001:db8::1", "a_b.fr", "-a.fr", "a-.fr", "a..fr", "*.fr", "a b.fr", "x" * 64 + ".fr", "a.1",
     "https://a.fr", "a.fr:443", "a.fr/chemin", "a\x00.fr", "\\097.fr", ("a." * 127) + "fr"],
)  # fmt: skip
def test_what_is_not_the_name_of_a_host_is_refused(typed: str) -> None:
    with pytest.raises(CibleHorsForme):
        check_cible(typed, zone=ZONE)


@pytest.mark.parametrize("typed", [ZONE, f"db1.349.{ZONE}", f"DB1.349.{ZONE.upper()}.", f"x.{ZONE}"])
def test_a_target_inside_the_zone_is_refused(typed: str) -> None:
    with pytest.raises(CibleDansZone):
        check_cible(typed, zone=ZONE)


def test_a_zone_that_only_ends_alike_is_another_one() -> None:
    assert check_cible(f"autre-{ZONE}", zone=ZONE) == f"autre-{ZONE}"


@given(st.text(max_size=300))
def test_any_text_is_a_host_or_a_refusal(text: str) -> None:
    try:
        host = canonical_host(text)
    except CibleRefusee:
        return
    assert canonical_host(host) == host
    assert host.isascii()
    assert host == host.lower()


@given(st.lists(st.binary(max_size=200), max_size=10), st.integers(1, 50))
def test_frames_come_back_whole_whatever_the_pieces(messages: list[bytes], size: int) -> None:
    stream = b"".join(frame(message) for message in messages)
    framer, found = TcpFramer(200), []
    for start in range(0, len(stream), size):
        found.extend(framer.feed(stream[start : start + size]))
    assert found == messages


@given(st.binary(max_size=400))
def test_any_bytes_are_cut_into_bounded_messages_or_refused(data: bytes) -> None:
    framer = TcpFramer(64)
    try:
        assert all(len(message) <= 64 for message in framer.feed(data))
    except TrameTropLongue:
        return


def test_a_message_announced_too_long_is_refused_before_it_comes() -> None:
    with pytest.raises(TrameTropLongue):
        list(TcpFramer(64).feed(b"\x00\x41"))
