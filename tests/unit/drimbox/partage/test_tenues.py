# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Images held whole: never more bytes than said, whoever reads slowly, and nobody waits for ever."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drimbox.source.admission.errors import TropDeConversions
from drimbox.source.partage.conversion.tenues import LimitesTenues, Tenues

SHORT = 0.05


async def test_a_place_is_taken_by_each_image_until_it_is_converted() -> None:
    tenues = Tenues(LimitesTenues(places=2, seconds=SHORT))
    async with tenues.one() as first, tenues.one():
        with pytest.raises(TropDeConversions):
            await tenues.one().__aenter__()
        first.converted(10)
        async with tenues.one():
            assert tenues.held == 10
    assert tenues.held == 0
    async with tenues.one(), tenues.one():
        pass


async def test_what_slow_peers_have_not_read_yet_holds_the_next_image_back_until_they_have() -> None:
    tenues = Tenues(LimitesTenues(held=100, seconds=SHORT))
    async with AsyncExitStack() as slow:
        for _ in range(2):
            tenue = await slow.enter_async_context(tenues.one())
            await tenue.grow(60)
            tenue.converted(50)
        with pytest.raises(TropDeConversions):
            await tenues.one().__aenter__()
    async with tenues.one():
        pass


async def test_what_conversion_gives_back_counts_before_it_comes() -> None:
    tenues = Tenues(LimitesTenues(held=100, seconds=SHORT))
    async with tenues.one() as tenue:
        await tenue.grow(60)
        tenue.announced(50)
        assert tenues.held == 110
        with pytest.raises(TropDeConversions):
            await tenues.one().__aenter__()
        tenue.converted(50)
        assert tenues.held == 50


async def test_who_waits_for_memory_goes_on_when_a_peer_has_read() -> None:
    tenues = Tenues(LimitesTenues(held=100, seconds=20))
    async with AsyncExitStack() as slow:
        tenue = await slow.enter_async_context(tenues.one())
        await tenue.grow(100)
        waiting = asyncio.create_task(tenues.one().__aenter__())
        await asyncio.sleep(0)
        assert not waiting.done()
    assert await waiting


async def test_one_large_image_is_gathered_at_a_time_and_small_ones_go_on() -> None:
    tenues = Tenues(LimitesTenues(small=10, seconds=SHORT))
    async with tenues.one() as large, tenues.one() as other, tenues.one() as small:
        await large.grow(50)
        await small.grow(10)
        with pytest.raises(TropDeConversions):
            await other.grow(11)
        large.converted(5)
        async with tenues.one() as following:
            await following.grow(11)


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.tuples(st.integers(1, 60), st.integers(0, 60), st.integers(0, 3)), max_size=30),
    held=st.integers(20, 200),
    small=st.integers(1, 30),
)
def test_whatever_is_asked_the_bound_holds_everything_ends_and_nothing_stays(
    sizes: list[tuple[int, int, int]], held: int, small: int
) -> None:
    places, largest, peak = 3, 60, [0]

    async def ask(tenues: Tenues, before: int, after: int, turns: int) -> None:
        async with tenues.one() as tenue:
            for _ in range(before):
                await tenue.grow(1)
                peak[0] = max(peak[0], tenues.held)
                await asyncio.sleep(0)
            tenue.converted(min(after, before))
            for _ in range(turns):
                await asyncio.sleep(0)

    async def everything() -> None:
        tenues = Tenues(LimitesTenues(held=held, places=places, small=small, seconds=20))
        async with asyncio.timeout(20):
            await asyncio.gather(*(ask(tenues, *size) for size in sizes))
        assert tenues.held == 0

    asyncio.run(everything())
    # one more byte for each: it is counted, then it is seen to be large
    assert peak[0] <= held + places * (small + 1) + largest
