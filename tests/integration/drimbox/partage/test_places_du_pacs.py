# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The few associations of a PACS: a peer that reads slowly closes it to nobody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import aiohttp
import pytest

from tests.drimbox_env import DB
from tests.integration.drimbox.partage.maille import Etude, Maille
from tests.integration.drimbox.partage.requests import get, headers, parts
from tests.integration.drimbox.partage.test_transferts import stalled


@pytest.fixture
def tight(maille: Maille) -> Callable[..., None]:
    """Sets how many associations the PACS allows, and how much disk there is."""

    def change(associations: int, *, disk: int, timeout: float) -> None:
        images = maille.settings.images.model_copy(update={"idle_seconds": 60.0, "spool_max_bytes": disk})
        pacs = tuple(one.model_copy(update={"max_associations": associations, "timeout": timeout}) for one in maille.settings.pacs)
        maille.settings = maille.settings.model_copy(update={"images": images, "pacs": pacs})

    return change


@pytest.fixture
def one_left(tight: Callable[..., None]) -> None:
    tight(2, disk=0, timeout=15.0)


@pytest.fixture
def only_one(tight: Callable[..., None]) -> None:
    tight(1, disk=1 << 30, timeout=60.0)


async def test_a_peer_that_holds_all_it_may_is_told_so_while_another_is_served(
    one_left: None, porte: Maille, heavy: Etude, etude: Etude
) -> None:
    given = await headers(porte, heavy)
    async with porte.client() as slow, porte.client(porte.pki.serv_ssl(DB)) as other:
        held = await stalled(slow, porte.url(heavy), given)
        status, _, body = await get(slow, porte.url(etude), given | {"KOS-SOPInstanceUID": etude.kos})
        assert (status, json.loads(body)["code"]) == (429, "partage.trop_de_demandes")
        status, kind, body = await get(other, porte.url(etude), given | {"KOS-SOPInstanceUID": etude.kos})
        assert (status, len(parts(kind, body))) == (200, 6)
        held.close()


async def test_a_slow_reader_gives_the_only_association_back_and_loses_nothing(
    only_one: None, porte: Maille, heavy: Etude, etude: Etude
) -> None:
    given = await headers(porte, heavy)
    async with porte.client() as slow, porte.client(porte.pki.serv_ssl(DB)) as other:
        held = await slow.get(porte.url(heavy), headers=given)
        assert held.status == 200
        begun = await held.content.readexactly(1000)
        status, kind, body = await get(other, porte.url(etude), given | {"KOS-SOPInstanceUID": etude.kos})
        assert (status, len(parts(kind, body))) == (200, 6)
        whole = begun + await _rest(held)
    assert len(parts(held.headers["Content-Type"], whole)) == len(heavy.datasets)


async def _rest(answer: aiohttp.ClientResponse) -> bytes:
    async with asyncio.timeout(60):
        return await answer.content.read()
