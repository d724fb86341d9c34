# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The encrypted disk: what it keeps comes back, and a thread that is late writes nowhere else."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from drimbox.source.partage import reserve
from drimbox.source.partage.reserve import PART_BYTES, Reserve

PATIENCE = 60


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Reserve]:
    found = Reserve(tmp_path, 1 << 30)
    yield found
    found.close()


async def test_what_was_written_comes_back_part_by_part(disk: Reserve) -> None:
    volume, data = disk.volume(), os.urandom(2 * PART_BYTES + 7)
    place = await volume.write(data)
    assert await disk.decrypt(place, range(1, 3)) == [data[PART_BYTES : 2 * PART_BYTES], data[2 * PART_BYTES :]]
    volume.close()
    assert disk.used == 0


async def test_a_write_that_outlives_its_volume_touches_no_other_file(
    disk: Reserve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_it, may_go, real = threading.Event(), threading.Event(), os.pwrite

    def late(descriptor: int, data: Any, offset: int) -> int:
        at_it.set()
        assert may_go.wait(PATIENCE)
        return real(descriptor, data, offset)

    monkeypatch.setattr(reserve.os, "pwrite", late)
    volume = disk.volume()
    writing = asyncio.create_task(volume.write(b"x" * 1000))
    assert await asyncio.to_thread(at_it.wait, PATIENCE)
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing
    volume.close()
    others = [(tmp_path / str(number)).open("w+b") for number in range(8)]  # they take the numbers of what was closed
    may_go.set()
    await asyncio.to_thread(disk.close)
    assert [os.fstat(other.fileno()).st_size for other in others] == [0] * 8
    for other in others:
        other.close()


async def test_no_descriptor_is_left_when_work_is_cancelled_before_it_begins(disk: Reserve, monkeypatch: pytest.MonkeyPatch) -> None:
    may_go, real = threading.Event(), os.pwrite

    def late(descriptor: int, data: Any, offset: int) -> int:
        assert may_go.wait(PATIENCE)
        return real(descriptor, data, offset)

    monkeypatch.setattr(reserve.os, "pwrite", late)
    opened: list[int] = []
    monkeypatch.setattr(reserve.os, "dup", lambda number, dup=os.dup: opened.append(dup(number)) or opened[-1])
    closed: list[int] = []
    monkeypatch.setattr(reserve.os, "close", lambda number, close=os.close: closed.append(number) or close(number))
    volume = disk.volume()
    writings = [asyncio.create_task(volume.write(b"x")) for _ in range(10)]
    while len(opened) < 10:  # noqa: ASYNC110 - one turn of the loop begins them all
        await asyncio.sleep(0)
    for writing in writings:
        writing.cancel()
    await asyncio.wait(writings)
    volume.close()
    may_go.set()
    await asyncio.to_thread(disk.close)
    assert sorted(number for number in closed if number in opened) == sorted(opened)
