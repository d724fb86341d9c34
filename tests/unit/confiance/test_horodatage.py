# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confiance import horodatage


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05+01:00", datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)),
        ("2026-01-01T00:30:00-01:00", datetime(2026, 1, 1, 1, 30, tzinfo=UTC)),
        ("2026-01-02T03:04:05.25Z", datetime(2026, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC)),
    ],
)
def test_dates_are_read_in_utc(text: str, expected: datetime) -> None:
    assert horodatage.parse(text) == expected


def test_a_date_without_zone_is_utc() -> None:
    assert horodatage.parse("2026-07-01T00:00:00") == datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-02",
        "2026-02-30T00:00:00Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:04:60Z",
        "0000-01-01T00:00:00Z",
        "-2026-01-01T00:00:00Z",
        "2026-01-02 03:04:05Z",
        "2026-01-02T03:04:05z",
        "2026-01-02T03:04:05+25:00",
        "0001-01-01T00:00:00+01:00",
        "20260102T030405Z",
        "２026-01-02T03:04:05Z",
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(horodatage.HorodatageError):
        horodatage.parse(text)


@given(st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # hypothesis adds the zone
def test_writing_then_reading_keeps_the_second(value: datetime) -> None:
    assert horodatage.parse(horodatage.text_of(value)) == value.replace(microsecond=0)
