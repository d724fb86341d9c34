# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""KOS read for those who ask: once for all those who ask at once, whoever leaves meanwhile."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from drimbox.socle.kos.errors import KosIllisible
from drimbox.source.admission.contenu import ExamenOuvert, Ouvertures
from drimbox.source.admission.errors import InterneIndisponible

PEERS = 25
ERASED = datetime(2026, 1, 2, tzinfo=UTC)


class Lectures:
    """Readings of KOS that end when told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[str] = []
        self.may_end = asyncio.Event()
        self.error = error

    async def read(self, uid: str) -> ExamenOuvert:
        self.asked.append(uid)
        await self.may_end.wait()
        if self.error is not None:
            raise self.error
        lu: Any = SimpleNamespace(instances_count=1, sop_instance_uid=uid)
        return ExamenOuvert(lu, MappingProxyType({}), None)


async def test_a_kos_asked_for_by_many_at_once_is_read_once() -> None:
    lectures = Lectures()
    ouvertures = Ouvertures(lectures.read)
    asking = [asyncio.create_task(ouvertures("1.2.3", None)) for _ in range(PEERS)]
    asking.append(asyncio.create_task(ouvertures("1.2.4", None)))
    await asyncio.sleep(0)
    lectures.may_end.set()
    *found, other = await asyncio.gather(*asking)
    assert lectures.asked == ["1.2.3", "1.2.4"]
    assert all(one is found[0] for one in found)
    assert other is not found[0]
    assert await ouvertures("1.2.3", None) is found[0]
    assert len(lectures.asked) == 2


async def test_who_leaves_while_it_is_read_takes_nothing_from_the_others() -> None:
    lectures = Lectures()
    ouvertures = Ouvertures(lectures.read)
    first, second = (asyncio.create_task(ouvertures("1.2.3", None)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    lectures.may_end.set()
    assert (await second).lu.sop_instance_uid == "1.2.3"
    assert lectures.asked == ["1.2.3"]


async def test_a_kos_that_cannot_be_read_is_told_to_all_and_read_again_for_the_next() -> None:
    lectures = Lectures(KosIllisible())
    ouvertures = Ouvertures(lectures.read)
    lectures.may_end.set()
    answers = await asyncio.gather(*(ouvertures("1.2.3", None) for _ in range(2)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [InterneIndisponible] * 2
    lectures.error = None
    assert (await ouvertures("1.2.3", None)).lu.sop_instance_uid == "1.2.3"


async def test_a_failure_that_nobody_waits_for_any_more_is_no_event_of_the_loop(caplog: pytest.LogCaptureFixture) -> None:
    lectures = Lectures(KosIllisible())
    ouvertures = Ouvertures(lectures.read)
    only = asyncio.create_task(ouvertures("1.2.3", None))
    await asyncio.sleep(0)
    only.cancel()
    await asyncio.wait([only])
    lectures.may_end.set()
    await asyncio.sleep(0.01)
    assert lectures.asked == ["1.2.3"]
    assert not caplog.records


async def test_what_was_read_before_an_erasure_is_told_to_nobody_after_it() -> None:
    lectures = Lectures()
    ouvertures = Ouvertures(lectures.read)
    lectures.may_end.set()
    before = await ouvertures("1.2.3", None)
    after = await ouvertures("1.2.3", ERASED)
    assert after is not before
    assert await ouvertures("1.2.3", ERASED) is after
    assert lectures.asked == ["1.2.3"] * 2


async def test_a_reading_that_an_erasure_overtook_is_not_kept() -> None:
    lectures = Lectures()
    ouvertures = Ouvertures(lectures.read)
    slow = asyncio.create_task(ouvertures("1.2.3", None))
    await asyncio.sleep(0)
    slow_end, lectures.may_end = lectures.may_end, asyncio.Event()
    lectures.may_end.set()
    after = await ouvertures("1.2.3", ERASED)
    slow_end.set()
    before = await slow
    assert before is not after
    assert await ouvertures("1.2.3", ERASED) is after
    assert lectures.asked == ["1.2.3"] * 2
