# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who may transfer: caps, a short queue, and no peer that takes the place of the others."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from drimbox.config import Images, Pacs
from drimbox.source.admission.errors import TropDeDemandes, TropDeTransferts
from drimbox.source.partage.equite import Bornes, Equite


def places(**changes: float) -> Equite:
    values = {"max_transfers": 4, "max_transfers_per_peer": 2, "queue": 2, "queue_seconds": 5.0} | changes
    return Equite(Bornes.of_door(Images(host="127.0.0.1", **values)))  # type: ignore[arg-type]  # whole numbers where the settings want them


async def test_within_the_caps_nobody_waits() -> None:
    equite = places()
    async with equite.place("a"), equite.place("a"), equite.place("b"), equite.place("b"):
        assert equite.running.total() == 4
    assert not equite.running


async def test_those_who_hold_and_those_who_wait_may_all_leave_in_one_turn_of_the_loop() -> None:
    equite = places(max_transfers=2)

    async def hold() -> None:
        async with equite.place("a"):
            await asyncio.Event().wait()

    for _ in range(2):
        tasks = [asyncio.create_task(hold()) for _ in range(4)]
        await asyncio.sleep(0)  # each task runs once, to its place or to its wait
        assert (equite.running.total(), equite.waiting) == (2, 2)
        for task in tasks:
            task.cancel()
        left = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(error, asyncio.CancelledError) for error in left)
        assert not equite.running
        assert not equite.waiting


async def test_who_had_to_wait_is_told_so() -> None:
    equite = places(max_transfers=1)
    told: list[bool] = []

    async def hold(until: asyncio.Event) -> None:
        async with equite.place("a") as waited:
            told.append(waited)
            await until.wait()

    end = asyncio.Event()
    first, second = asyncio.create_task(hold(end)), asyncio.create_task(hold(end))
    await asyncio.sleep(0)
    end.set()
    await asyncio.gather(first, second)
    assert told == [False, True]


async def test_a_peer_beyond_its_cap_and_queue_is_refused_while_another_is_served() -> None:
    equite = places(queue=0)
    async with equite.place("a"), equite.place("a"):
        with pytest.raises(TropDeDemandes):
            async with equite.place("a"):
                pass
        async with equite.place("b"):
            assert equite.running["b"] == 1


async def test_a_wait_that_is_too_long_ends_in_a_refusal_and_leaves_no_trace() -> None:
    equite = places(queue_seconds=0.01)
    async with equite.place("a"), equite.place("a"):
        with pytest.raises(TropDeDemandes):
            async with equite.place("a"):
                pass
        assert (equite.waiting, equite.running["a"]) == (0, 2)


async def test_when_all_places_are_taken_the_refusal_is_not_the_fault_of_the_peer() -> None:
    equite = places(queue=0, max_transfers=2)
    async with equite.place("a"), equite.place("b"):
        with pytest.raises(TropDeTransferts):
            async with equite.place("c"):
                pass


async def test_a_free_place_goes_to_the_peer_that_has_the_fewest() -> None:
    equite, order = places(max_transfers=3, max_transfers_per_peer=3, queue=5), list[str]()

    async def take(peer: str, hold: asyncio.Event) -> None:
        async with equite.place(peer):
            order.append(peer)
            await hold.wait()

    hold = asyncio.Event()
    async with AsyncExitStack() as stack:
        first = AsyncExitStack()
        await first.enter_async_context(equite.place("a"))
        await stack.enter_async_context(equite.place("a"))
        await stack.enter_async_context(equite.place("a"))
        greedy = asyncio.create_task(take("a", hold))
        await asyncio.sleep(0)
        modest = asyncio.create_task(take("b", hold))
        await asyncio.sleep(0)
        await first.aclose()
        async with asyncio.timeout(20):
            while not order:  # noqa: ASYNC110 - a list has no bell
                await asyncio.sleep(0.001)
        assert order == ["b"]
        hold.set()
        await asyncio.gather(modest, greedy)
    assert not equite.running


async def test_who_is_cancelled_while_waiting_or_just_served_gives_its_place_back() -> None:
    equite = places(max_transfers_per_peer=1)
    for when in ("waiting", "served"):
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(equite.place("a"))
            waiting = asyncio.create_task(_hold(equite))
            await asyncio.sleep(0)
            if when == "served":
                await stack.aclose()  # the place is given, and the one who waits has not run yet
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        assert not equite.running
        assert equite.waiting == 0


async def _hold(equite: Equite) -> None:
    async with equite.place("a"):
        await asyncio.sleep(60)


async def test_of_the_associations_of_a_pacs_the_last_is_never_for_who_holds_all_the_others() -> None:
    equite = Equite(Bornes.of_pacs(Pacs(name="local", host="h", aet="A", max_associations=3, timeout=0.01)))
    async with equite.place("a"), equite.place("a"):
        with pytest.raises(TropDeDemandes):
            async with equite.place("a"):
                pass
        async with equite.place("b"):
            with pytest.raises(TropDeTransferts):
                async with equite.place("c"):
                    pass


async def test_the_only_association_of_a_pacs_is_for_whoever_comes() -> None:
    async with Equite(Bornes.of_pacs(Pacs(name="local", host="h", aet="A", max_associations=1))).place("a") as waited:
        assert not waited


async def test_what_several_wait_for_starts_for_the_one_that_has_a_place() -> None:
    equite, together = places(), ["a"]
    async with equite.place("a"), equite.place("a"):
        waiting = asyncio.create_task(_hold_for(equite, together))
        await asyncio.sleep(0)
        assert equite.waiting == 1
        together.append("b")
        equite.look_again()
        assert (await waiting, equite.waiting) == ({"a": 2, "b": 1}, 0)
    assert not equite.running


async def _hold_for(equite: Equite, peers: list[str]) -> dict[str, int]:
    async with equite.place_of(lambda: peers):
        return dict(equite.running)
