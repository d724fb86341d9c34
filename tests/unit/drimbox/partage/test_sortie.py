# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is written to a peer: pieces gathered into few writes, their bytes and their order kept, nothing held back for ever."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp.abc import AbstractStreamWriter
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from drimbox.source.partage.transfert import GATHERED, Compte, PairMuet, Sortie


class Pair(AbstractStreamWriter):
    """A peer that notes each write, or never reads."""

    def __init__(self, *, deaf: bool = False) -> None:
        self.writes: list[bytes] = []
        self._deaf = deaf

    async def write(self, chunk: Any) -> None:
        if self._deaf:
            await asyncio.Event().wait()
        self.writes.append(bytes(chunk))

    async def write_eof(self, chunk: bytes = b"") -> None:
        assert not chunk

    async def drain(self) -> None: ...

    def enable_compression(self, encoding: str = "deflate", strategy: int | None = None) -> None: ...

    def enable_chunking(self) -> None: ...

    async def write_headers(self, status_line: str, headers: Any) -> None: ...


async def opened(pair: Pair, idle_seconds: float = 5.0) -> Sortie:
    sortie = Sortie(make_mocked_request("GET", "/", writer=pair), idle_seconds, Compte())
    await sortie.open("application/dicom")
    return sortie


@given(
    sizes=st.lists(st.sampled_from([0, 1, 100, GATHERED - 1, GATHERED, GATHERED + 1, 3 * GATHERED + 7]), max_size=8), flushed=st.booleans()
)
def test_the_bytes_that_leave_are_those_written_in_slices_of_a_bounded_size(sizes: list[int], flushed: bool) -> None:
    pieces = [bytes([rank]) * size for rank, size in enumerate(sizes)]

    async def run() -> list[bytes]:
        sortie = await opened(pair := Pair())
        for piece in pieces:
            await sortie.write(piece)
            if flushed:
                await sortie.flush()
                assert sortie.empty
        await sortie.end()
        return pair.writes

    sent = asyncio.run(run())
    assert b"".join(sent) == b"".join(pieces)
    assert all(0 < len(slice_) <= GATHERED for slice_ in sent)


def test_small_pieces_wait_until_the_one_that_writes_them_is_about_to_wait() -> None:
    async def run() -> None:
        sortie = await opened(pair := Pair())
        for _ in range(100):
            await sortie.write(b"head")
        assert not sortie.empty
        assert pair.writes == []
        await sortie.flush()
        assert pair.writes == [b"head" * 100]

    asyncio.run(run())


def test_a_peer_that_reads_nothing_for_longer_than_the_idle_limit_is_given_up() -> None:
    async def run() -> None:
        sortie = await opened(Pair(deaf=True), idle_seconds=0.01)
        await sortie.write(b"head")
        with pytest.raises(PairMuet):
            await sortie.flush()

    asyncio.run(run())
