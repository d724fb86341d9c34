# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Rejection notes: what they reject, why, and what is no rejection note."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banc.pacs.notes import make_note
from drimbox.source.reception.errors import NoteIllisible
from drimbox.source.reception.iocm import Limites, Rejet, read_note

NOTE = "2.25.77"


@pytest.mark.parametrize("title", ["113001", "113037", "113038", "113039"])
def test_each_title_of_a_rejection_is_read_with_its_instances(title: str) -> None:
    data = make_note(title, {"1.2.3": {"1.2.3.1": ["1.2.3.1.1", "1.2.3.1.2"], "1.2.3.2": ["1.2.3.2.1"]}}, uid=NOTE)
    assert read_note(data) == (Rejet(NOTE, "1.2.3", f"iocm.{title}", ("1.2.3.1.1", "1.2.3.1.2", "1.2.3.2.1")),)


def test_sequences_in_the_place_of_a_text_are_never_written_out() -> None:
    # found by fuzzing: each level tripled the text that pydicom makes of what cannot be read; 1,500 bytes took gigabytes
    value = struct.pack("<HH2sH", 0x28, 0x10, b"US", 3) + b"abc"
    for _ in range(20):
        item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF) + value + struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
        value = struct.pack("<HH2sHI", 0x08, 0x16, b"SQ", 0, 0xFFFFFFFF) + item + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    with pytest.raises(NoteIllisible):
        read_note(value)


def test_a_note_on_two_studies_is_two_rejections() -> None:
    data = make_note("113001", {"1.2.3": {"1.2.3.1": ["1.2.3.1.1"]}, "1.2.4": {"1.2.4.1": ["1.2.4.1.1"]}})
    assert [rejet.study_uid for rejet in read_note(data)] == ["1.2.3", "1.2.4"]


@pytest.mark.parametrize("title", ["113000", "113030", ""])
def test_key_images_and_manifests_reject_nothing(title: str) -> None:
    assert read_note(make_note(title, {"1.2.3": {"1.2.3.1": ["1.2.3.1.1"]}})) == ()


def test_the_same_code_in_another_scheme_rejects_nothing() -> None:
    assert read_note(make_note("113001", {"1.2.3": {"1.2.3.1": ["1.2.3.1.1"]}}, scheme="99LOCAL")) == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"DICM",
        make_note("113001", {}),
        make_note("113001", {"1.2.3": {"1.2.3.1": ["patient"]}}),
        make_note("113001", {"1.2.3": {"1.2.3.1": ["1.2.03"]}}),
        make_note("113001", {"1.2.3": {"1.2.3.1": ["1.2.3.1.1"]}}, sop_class="1.2.840.10008.5.1.4.1.1.2"),
    ],
    ids=["nothing", "only a mark", "no instance", "no UID", "a leading zero", "a CT"],
)
def test_what_is_no_readable_note_is_refused(data: bytes) -> None:
    with pytest.raises(NoteIllisible):
        read_note(data)


def test_too_many_instances_are_refused() -> None:
    data = make_note("113001", {"1.2.3": {"1.2.3.1": [f"1.2.3.1.{number}" for number in range(1, 12)]}})
    assert len(read_note(data, limites=Limites(instances=11))[0].instances) == 11
    with pytest.raises(NoteIllisible):
        read_note(data, limites=Limites(instances=10))


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(st.binary(max_size=400), st.integers(0, 1500))
def test_any_bytes_are_read_or_refused(noise: bytes, at: int) -> None:
    whole = make_note("113001", {"1.2.3": {"1.2.3.1": ["1.2.3.1.1"]}})
    for data in (noise, whole[:at] + noise + whole[at + len(noise) :], whole[:at]):
        with contextlib.suppress(NoteIllisible):
            assert all(rejet.instances for rejet in read_note(data))
