# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What every part of one pull shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Passage:
    """One pull, over all its addresses.

    Attributes:
        trace: number under which the journal keeps it.
        now: aware time of the pull; the same for all its addresses.
        confirm_removal: hex SHA-256 of a list whose mass removal a person confirmed.
    """

    trace: str
    now: datetime
    confirm_removal: str | None = None
