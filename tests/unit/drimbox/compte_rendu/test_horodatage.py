# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""HL7 times: with and without offset, on both nights when the clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drimbox.source.compte_rendu.horodatage import parse_ts

PARIS = ZoneInfo("Europe/Paris")
EDGES = ["00010101", "00010101000000+0100", "00010101+0000", "99991231235959-0100", "99991231235959"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20210108102500+0100", datetime(2021, 1, 8, 9, 25, tzinfo=UTC)),
        ("20210108102500-0430", datetime(2021, 1, 8, 14, 55, tzinfo=UTC)),
        ("20050411103328", datetime(2005, 4, 11, 8, 33, 28, tzinfo=UTC)),
        ("20210409094914.827+0100", datetime(2021, 4, 9, 8, 49, 14, 827_000, tzinfo=UTC)),
        ("20210409", datetime(2021, 4, 8, 22, tzinfo=UTC)),
        ("202104091015", datetime(2021, 4, 9, 8, 15, tzinfo=UTC)),
        # the night of 29 March 2026 has no 02:30; that of 25 October has two, of which the first is meant
        ("20260329013000", datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
        ("20260329033000", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("20261025023000", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("20261025033000", datetime(2026, 10, 25, 2, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_with_its_offset_or_that_of_the_centre(text, expected):
    assert parse_ts(text, PARIS) == expected


@pytest.mark.parametrize(
    "text", ["", "2021", "20211301", "20210230", "20210108250000", "hier", "20210108102500+0", "{{idMessage}}", *EDGES]
)
def test_what_is_no_time_is_none(text):
    assert parse_ts(text, PARIS) is None


@given(st.text(max_size=40) | st.from_regex(r"(0001|9999|[0-9]{4})(0101|1231)([0-9]{6})?([+-][0-9]{4})?", fullmatch=True))
def test_any_text_gives_an_aware_time_or_none(text):
    moment = parse_ts(text, PARIS)
    if moment is not None:
        for zone in (UTC, PARIS, timezone(timedelta(hours=-12)), timezone(timedelta(hours=14))):
            assert moment.astimezone(zone) == moment
