# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The worker's own watch of the clock.

What is regular is asked for by the library, which remembers the last hour it did so at. A clock that is put back leaves that hour in the
future: until it comes again, nothing regular would be done any more. A worker that sees it leaves; the supervisor starts another one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

STEP_SECONDS = 30.0
"""A clock that is corrected little by little never steps back so far between two looks."""


async def set_back(every: float, *, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
    """Return once the clock was put back.

    Args:
        every: seconds between two looks.
        wall: the clock that may be put back.
        steady: the one that nobody sets.
    """
    before = wall() - steady()
    while True:
        await asyncio.sleep(every)
        ahead = wall() - steady()
        if ahead < before - STEP_SECONDS:
            return
        before = ahead
