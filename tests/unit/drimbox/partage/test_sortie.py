# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is written to a peer: pieces gathered into few chunks, their bytes and their order kept, nothing held back for ever."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp.abc import AbstractStreamWriter
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from drimbox.source.partage import sortie as module
from drimbox.source.partage.sortie import GATHERED, GATHERED_FAST, LINGER_SECONDS, Compte, PairMuet, Sortie

END = b"0\r\n\r\n"


class Pair(AbstractStreamWriter):
    """A peer that notes each write; a deaf one never reads, one that left has closed its connection."""

    def __init__(self, *, deaf: bool = False) -> None:
        self.writes: list[bytes] = []
        self.deaf, self.left, self.stuck_at_the_end = deaf, False, False
        self.heard = asyncio.Event()
        self.limits: dict[str, Any] = {}

    def set_write_buffer_limits(self, **limits: Any) -> None:
        self.limits = limits

    def is_closing(self) -> bool:
        return self.left

    def write(self, data: bytes) -> None:  # type: ignore[override]  # it is a transport too
        self.writes.append(bytes(data))

    async def drain(self) -> None:
        if self.deaf:
            await self.heard.wait()

    def hear(self) -> None:
        self.deaf = False
        self.heard.set()

    async def write_eof(self, chunk: bytes = b"") -> None:
        assert not chunk
        if self.stuck_at_the_end:
            await asyncio.Event().wait()
        self.writes.append(END)

    def enable_compression(self, encoding: str = "deflate", strategy: int | None = None) -> None: ...

    def enable_chunking(self) -> None: ...

    async def write_headers(self, status_line: str, headers: Any) -> None: ...

    def send_headers(self) -> None: ...

    def get_extra_info(self, _name: str, default: Any = None) -> Any:
        return default


class Protocole:
    """What the HTTP server keeps of a connection."""

    ssl_context = peername = sockname = None

    def __init__(self, pair: Pair) -> None:
        self._pair = pair

    @property
    def writing_paused(self) -> bool:
        return self._pair.deaf


async def opened(pair: Pair, idle_seconds: float = 5.0) -> Sortie:
    request = make_mocked_request("GET", "/", writer=pair, transport=pair, protocol=Protocole(pair))
    sortie = Sortie(request, idle_seconds, Compte())
    await sortie.open("application/dicom")
    return sortie


def content(writes: list[bytes]) -> list[bytes]:
    """Read the chunks as a client does (RFC 9112 section 7.1): each write is one chunk."""
    assert writes[-1] == END
    chunks = []
    for write in writes[:-1]:
        size, _, rest = write.partition(b"\r\n")
        assert rest[int(size, 16) :] == b"\r\n"
        chunks.append(rest[: int(size, 16)])
    return chunks


@given(
    sizes=st.lists(st.sampled_from([0, 1, 100, GATHERED - 1, GATHERED, GATHERED + 1, 3 * GATHERED + 7]), max_size=8),
    at_once=st.booleans(),
    flushed=st.booleans(),
)
def test_the_bytes_that_leave_are_those_written_in_chunks_of_a_bounded_size(sizes: list[int], at_once: bool, flushed: bool) -> None:
    pieces = [bytes([rank]) * size for rank, size in enumerate(sizes)]

    async def run() -> list[bytes]:
        sortie, written = await opened(pair := Pair()), 0
        for some in [pieces] if at_once else [[piece] for piece in pieces]:
            await sortie.write(*some)
            if flushed:
                await sortie.flush()
                written += sum(map(len, some))
                assert sum(map(len, content([*pair.writes, END]))) == written
        await sortie.end()
        return pair.writes

    chunks = content(asyncio.run(run()))
    assert b"".join(chunks) == b"".join(pieces)
    assert all(0 < len(chunk) <= GATHERED for chunk in chunks)


@given(
    sizes=st.lists(st.sampled_from([1, 5000, GATHERED, GATHERED_FAST - 1, GATHERED_FAST, 3 * GATHERED_FAST]), min_size=1, max_size=6),
    rank=st.integers(0, 5),
)
def test_a_peer_that_reads_fast_is_given_larger_chunks_whose_bytes_are_those_written(sizes: list[int], rank: int) -> None:
    pieces = [bytes([65 + rank]) * size for rank, size in enumerate(sizes)]

    async def run() -> list[bytes]:
        sortie = await opened(pair := Pair())
        for place, piece in enumerate(pieces):
            if place == rank:
                pair.deaf = True
                asyncio.get_running_loop().call_soon(pair.hear)
            await sortie.write(piece)
        await sortie.end()
        return pair.writes

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FAST_BYTES", GATHERED)
        patch.setattr(module, "FAST_SECONDS", 0.0)
        chunks = content(asyncio.run(run()))
    assert b"".join(chunks) == b"".join(pieces)
    assert all(0 < len(chunk) <= GATHERED_FAST for chunk in chunks)
    if sizes[0] == 3 * GATHERED_FAST and rank > 0:
        assert max(map(len, chunks)) == GATHERED_FAST


async def test_a_fast_peer_that_must_be_waited_for_is_given_small_chunks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FAST_BYTES", 2 * GATHERED)
    monkeypatch.setattr(module, "FAST_SECONDS", 0.0)
    sortie = await opened(pair := Pair())
    await sortie.write(bytes(2 * GATHERED + GATHERED_FAST))
    assert [int(write.partition(b"\r\n")[0], 16) for write in pair.writes] == [GATHERED, GATHERED, GATHERED_FAST]
    pair.deaf = True
    asyncio.get_running_loop().call_soon(pair.hear)
    await sortie.write(b"waited for")
    pair.writes.clear()
    await sortie.write(bytes(2 * GATHERED))
    assert [int(write.partition(b"\r\n")[0], 16) for write in pair.writes] == [GATHERED, GATHERED]


async def test_a_peer_that_does_not_take_the_end_is_waited_for_no_longer_than_the_idle_limit() -> None:
    sortie = await opened(pair := Pair(), idle_seconds=0.05)
    await sortie.write(b"some bytes")
    pair.stuck_at_the_end = True
    with pytest.raises(PairMuet):
        await sortie.end()


def test_a_full_chunk_fills_whole_tls_records() -> None:
    async def run() -> list[bytes]:
        sortie = await opened(pair := Pair())
        await sortie.write(bytes(GATHERED))
        return pair.writes

    (write,) = asyncio.run(run())
    assert len(write) % (16 * 1024) == 0


def test_small_pieces_are_gathered_and_leave_after_a_moment_without_another_write() -> None:
    async def run() -> None:
        sortie = await opened(pair := Pair())
        for _ in range(100):
            await sortie.write(b"head")
        assert pair.writes == []
        await asyncio.sleep(2 * LINGER_SECONDS)
        assert len(pair.writes) == 1
        await sortie.end()
        assert content(pair.writes) == [b"head" * 100]

    asyncio.run(run())


def test_nothing_leaves_after_the_end() -> None:
    async def run() -> list[bytes]:
        sortie = await opened(pair := Pair())
        await sortie.write(b"head")
        await sortie.end()
        await asyncio.sleep(3 * LINGER_SECONDS)
        return pair.writes

    assert content(asyncio.run(run())) == [b"head"]


@pytest.mark.parametrize("size", [4, GATHERED, 2 * GATHERED])
def test_a_peer_that_reads_nothing_for_longer_than_the_idle_limit_is_given_up(size: int) -> None:
    async def run() -> None:
        sortie = await opened(pair := Pair(deaf=True), idle_seconds=0.01)
        with pytest.raises(PairMuet):
            await sortie.write(bytes(size))
        assert sum(map(len, pair.writes)) < 2 * GATHERED

    asyncio.run(run())


def test_a_deaf_peer_is_given_no_more_than_what_its_buffer_took_however_slowly_the_pieces_come() -> None:
    async def run() -> None:
        sortie = await opened(pair := Pair())
        await sortie.write(b"first")
        pair.deaf = True
        await asyncio.sleep(3 * LINGER_SECONDS)
        assert pair.writes == []
        pair.deaf = False
        await sortie.end()
        assert content(pair.writes) == [b"first"]

    asyncio.run(run())


def test_a_peer_that_left_is_met_by_the_next_chunk() -> None:
    async def run() -> None:
        sortie = await opened(pair := Pair())
        await sortie.write(b"head")
        pair.left = True
        await asyncio.sleep(2 * LINGER_SECONDS)
        assert pair.writes == []
        with pytest.raises(ConnectionError):
            await sortie.flush()

    asyncio.run(run())
