# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Frames: which syntaxes a request accepts, and under which type the parts leave (DICOM PS3.18 §8.7.3)."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drimbox.source.admission.errors import AcceptIllisible, Refus
from drimbox.source.admission.formats import media_of_frames, read_frames_accept

EXPLICIT, OCTETS = "1.2.840.10008.1.2.1", "application/octet-stream"
JPEG, LOSSLESS, JLS, J2K = (f"1.2.840.10008.1.2.4.{n}" for n in (50, 70, 80, 91))


def related(media: str, rest: str = "") -> str:
    return f'multipart/related; type="{media}"{rest}'


@pytest.mark.parametrize(
    ("accept", "syntax", "media"),
    [
        (related("image/jls"), JLS, "image/jls"),
        (related("image/jpeg"), LOSSLESS, "image/jpeg"),
        (related("image/jpeg", f"; transfer-syntax={JPEG}"), JPEG, "image/jpeg"),
        (related("image/jp2", "; transfer-syntax=*"), J2K, "image/jp2"),
        (related(OCTETS), EXPLICIT, OCTETS),
        (related(OCTETS, "; transfer-syntax=*"), JLS, OCTETS),
        (related(OCTETS, "; transfer-syntax=*") + "," + related("image/jls"), JLS, "image/jls"),
        (related("image/jls", ";q=0.1") + "," + related(OCTETS, f"; transfer-syntax={JLS}"), JLS, OCTETS),
        ("*/*", EXPLICIT, OCTETS),
        ("*/*", JLS, "image/jls"),
        (related("*/*"), J2K, "image/jp2"),
        (related("image/jls", ";q=0") + ",*/*", JLS, OCTETS),
        (related(OCTETS, ";q=0") + ",*/*", JLS, "image/jls"),
        (related("image/jls", ";q=0") + "," + related("image/jls", f"; transfer-syntax={JLS}"), JLS, "image/jls"),
    ],
)
def test_parts_have_the_type_that_was_asked(accept: str, syntax: str, media: str) -> None:
    assert read_frames_accept([accept]).quality(syntax) > 0
    assert media_of_frames([accept], syntax) == media


@pytest.mark.parametrize(
    ("accept", "syntax"),
    [
        (related("image/jls", "; transfer-syntax=*"), J2K),
        (related("image/jls", f"; transfer-syntax={J2K}"), J2K),
        (related("image/jpeg"), JPEG),
        (related("image/gif", "; transfer-syntax=*"), JLS),
        (related("image/jls", ";q=0") + "," + related(OCTETS, ";q=0") + ",*/*", JLS),
        (related(OCTETS, ";q=0") + ",*/*", EXPLICIT),
        ("multipart/related;q=0, */*", JLS),
        (related("image/*", ";q=0") + "," + related(OCTETS, f"; transfer-syntax={JLS};q=0") + ",*/*", JLS),
    ],
)
def test_a_type_that_says_its_codec_accepts_no_other(accept: str, syntax: str) -> None:
    assert read_frames_accept([accept]).quality(syntax) == 0


def test_a_syntax_that_is_no_uid_is_refused() -> None:
    with pytest.raises(AcceptIllisible):
        read_frames_accept([related("image/jls", "; transfer-syntax=x")])


@given(st.text('multipart/relatedimge*;="., -qyn0123456789xz', max_size=120), st.sampled_from([EXPLICIT, JLS]))
def test_whatever_is_asked_only_our_refusals_leave(line: str, syntax: str) -> None:
    with suppress(Refus):
        assert isinstance(read_frames_accept([line]).qualities, dict)
        assert media_of_frames([line], syntax)
