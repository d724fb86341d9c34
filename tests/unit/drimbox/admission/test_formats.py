# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Which media type leaves for metadata, a search, a rendering or a page, by what Accept says of each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drimbox.source.admission.errors import AcceptAbsent, AcceptIllisible, FormatRefuse, Refus
from drimbox.source.admission.formats import IMAGES, JSON, choose_media


@pytest.mark.parametrize(
    ("line", "offered", "chosen"),
    [
        ("*/*", JSON, "application/dicom+json"),
        ("application/json", JSON, "application/json"),
        ("application/dicom+json;q=0, */*", JSON, "application/json"),
        ("application/*;q=0.5, application/dicom+json;q=0.1", JSON, "application/json"),
        ("application/json;q=0.2, application/json;q=0.9, application/dicom+json;q=0.5", JSON, "application/json"),
        ("image/*", IMAGES, "image/jpeg"),
        ("image/png;q=0.9, image/*;q=0.1", IMAGES, "image/png"),
        ("image/jpeg;q=0, image/*", IMAGES, "image/png"),
        ("*; q=.2", IMAGES, "image/jpeg"),
        ("multipart/related;q=x, text/html;=1, image/png", IMAGES, "image/png"),
    ],
)
def test_the_best_weight_is_sent_and_what_speaks_of_something_else_spoils_nothing(line: str, offered: tuple[str, ...], chosen: str) -> None:
    assert choose_media([line], offered) == chosen


@pytest.mark.parametrize(
    ("lines", "refus"),
    [
        ([], AcceptAbsent),
        (["image/gif"], FormatRefuse),
        (["image/*;q=0, */*"], FormatRefuse),
        (["image/png;q=2"], AcceptIllisible),
        (["image/*;q=x, image/png"], AcceptIllisible),
    ],
)
def test_what_leaves_nothing_to_send_is_refused(lines: list[str], refus: type[Refus]) -> None:
    with pytest.raises(refus):
        choose_media(lines, IMAGES)


@given(st.lists(st.text('image/*pngje;="., \\q0123456789', max_size=60), max_size=4))
def test_whatever_is_asked_only_what_is_offered_or_our_refusals_leave(lines: list[str]) -> None:
    try:
        assert choose_media(lines, IMAGES) in IMAGES
    except Refus:
        return
