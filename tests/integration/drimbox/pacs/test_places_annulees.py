# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A place of a PACS whose holder leaves at the very moment when it is given comes back, whatever that moment."""

from __future__ import annotations

import asyncio

import pytest

from drimbox.config import Pacs
from drimbox.socle.pacs.places import place_held, places_of


@pytest.mark.parametrize("turns", range(8))
async def test_a_waiter_cancelled_as_its_place_is_given_ends_and_gives_it_back(turns: int):
    pacs = Pacs(name="places", host="127.0.0.1", port=1, aet=f"CANCEL{turns}", timeout=300.0, max_associations=1)
    places = places_of(pacs)
    assert places.take().done()

    async def hold() -> None:
        async with place_held(pacs):
            await asyncio.Event().wait()

    waiter = asyncio.create_task(hold())
    while not places.wanted:  # noqa: ASYNC110 - no event
        await asyncio.sleep(0)
    places.give_back()
    for _turn in range(turns):
        await asyncio.sleep(0)
    waiter.cancel()
    await asyncio.wait([waiter], timeout=60)
    assert waiter.cancelled()
    last = places.take()
    assert last.done()
    places.leave(last)
