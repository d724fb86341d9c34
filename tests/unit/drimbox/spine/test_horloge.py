# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The worker's watch: only a clock that is put back ends it."""

from __future__ import annotations

import asyncio
import signal

import pytest
from procrastinate import App
from procrastinate.periodic import PeriodicDeferrer
from procrastinate.testing import InMemoryConnector

from drimbox.socle.jobs import worker
from drimbox.socle.jobs.horloge import STEP_SECONDS, set_back

DAY = 86_400.0


class Readings:
    """Two clocks side by side: the steady one goes on by a second, the other one as told; then the test ends."""

    def __init__(self, *steps: float) -> None:
        self._steps = iter(steps)
        self._wall = 1_000_000.0
        self._steady = 0.0
        self.left = len(steps)

    def wall(self) -> float:
        try:
            self._wall += 1 + next(self._steps)
        except StopIteration:
            raise asyncio.CancelledError from None
        self.left -= 1
        return self._wall

    def steady(self) -> float:
        self._steady += 1
        return self._steady


def test_the_library_asks_for_nothing_regular_once_the_clock_is_put_back() -> None:
    """Why the watch is there; should this fail, the library has learnt better and the watch can go."""
    app = App(connector=InMemoryConnector())

    @app.periodic(cron="* * * * *")
    @app.task
    def regular(timestamp: int) -> None:
        del timestamp

    deferrer = PeriodicDeferrer(app.periodic_registry)
    assert list(deferrer.get_previous_tasks(at=1_800_000_000 + DAY))
    assert list(deferrer.get_previous_tasks(at=1_800_000_000)) == []
    assert list(deferrer.get_previous_tasks(at=1_800_000_000 + 3600)) == []


async def test_a_clock_put_back_is_seen_at_the_next_look() -> None:
    readings = Readings(0, 0, -DAY, 0)
    await set_back(0, wall=readings.wall, steady=readings.steady)
    assert readings.left == 1


@pytest.mark.parametrize("steps", [(0, 0, 0), (0, DAY, 0), (0, *[-0.5] * 200), (0, -STEP_SECONDS, 0)])
async def test_a_clock_that_goes_on_is_put_forward_or_corrected_little_by_little_ends_nothing(steps: tuple[float, ...]) -> None:
    readings = Readings(*steps)
    with pytest.raises(asyncio.CancelledError):
        await set_back(0, wall=readings.wall, steady=readings.steady)
    assert readings.left == 0


async def test_a_worker_whose_clock_is_put_back_asks_itself_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    left = asyncio.Event()

    def stop(number: int) -> None:
        asked.append(number)
        left.set()

    async def at_once(every: float) -> None:
        del every

    monkeypatch.setattr(worker, "set_back", at_once)
    monkeypatch.setattr(signal, "raise_signal", stop)
    async with worker._watching_the_clock(1.0):
        await left.wait()
    assert asked == [signal.SIGTERM]
