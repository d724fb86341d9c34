# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""HL7 dates and times (TS) as aware datetimes."""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, datetime, timedelta, timezone, tzinfo

_TS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})?(\d{2})?)?(?:\.(\d{1,6})\d*)?\s*([+-]\d{4})?")


def parse_ts(value: str, zone: tzinfo) -> datetime | None:
    """Read ``YYYYMMDD[HH[MM[SS[.ffff]]]][+ZZZZ]``.

    Args:
        value: the text.
        zone: of the values without offset: that of the imaging centre (HL7 v3 data types, TS).

    Returns:
        An aware datetime with a fixed offset, that any zone can show; or None when the value is no such date.
    """
    match = _TS.fullmatch(value.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    if not MINYEAR < int(year) < MAXYEAR:
        # a moment at the edge of the calendar has no time in the next zone
        return None
    try:
        naive = datetime(  # noqa: DTZ001 - the zone is added just below
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), int((fraction or "0").ljust(6, "0"))
        )
        return _fixed(naive.replace(tzinfo=_offset(offset) if offset else zone))
    except ValueError:
        return None


def _fixed(moment: datetime) -> datetime:
    """Write the offset of the moment down: a time of the repeated hour of October is otherwise equal to no time of another zone."""
    return moment.astimezone(timezone(moment.utcoffset() or timedelta()))


def _offset(text: str) -> timezone:
    delta = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
    return timezone(-delta if text[0] == "-" else delta)
