# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The waits of a connection: each has its own patience, whatever the one before it had."""

from __future__ import annotations

import asyncio

import pytest

from drimbox.socle.pacs.errors import PacsIndisponible
from drimbox.socle.pacs.liaison import Liaison


async def test_a_short_patience_after_a_longer_one_is_kept() -> None:
    loop, liaison = asyncio.get_running_loop(), Liaison()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await liaison.next(3600.0)  # nobody waits for it any more; its clock still runs
    started = loop.time()
    with pytest.raises(PacsIndisponible):
        await liaison.next(0.02)
    assert loop.time() - started < 60  # and not the hour of the wait before


async def test_a_long_patience_after_a_shorter_one_is_kept() -> None:
    liaison = Liaison()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await liaison.next(0.05)
    waiting = asyncio.create_task(liaison.next(3600.0))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    waiting.cancel()
