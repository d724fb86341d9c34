# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A connection that is stopped as some bytes come ends, whatever the moment."""

from __future__ import annotations

import asyncio
from unittest.mock import Mock

import pytest

from drimbox.config import Reception
from drimbox.source.reception.emetteur import Appelant
from drimbox.source.reception.server import Serveur


@pytest.mark.parametrize("turns", range(6))
async def test_a_connection_cancelled_as_bytes_come_ends(turns: int) -> None:
    serveur, reader = Serveur(Reception(host="127.0.0.1", port=1, idle_seconds=3600.0)), asyncio.StreamReader()

    async def exchange() -> None:
        task = asyncio.current_task()
        assert task is not None
        await serveur._exchange(reader, Mock(), Appelant("127.0.0.1"), task)

    connection = asyncio.create_task(exchange())
    await asyncio.sleep(0)
    reader.feed_data(b"\x0bMSH|")
    for _turn in range(turns):
        await asyncio.sleep(0)
    connection.cancel()
    await asyncio.wait([connection], timeout=60)
    assert connection.cancelled()
