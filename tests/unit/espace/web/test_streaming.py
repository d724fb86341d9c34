# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""An answer that leaves while it is made."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

from espace.web.streaming import Streamed


def counted(made: list[int], count: int) -> Iterator[str]:
    for number in range(count):
        made.append(number)
        yield f"{number};é\n"


def test_a_part_leaves_before_the_next_is_made() -> None:
    made: list[int] = []

    async def read() -> list[tuple[bytes, int]]:
        return [(part, len(made)) async for part in Streamed(counted(made, 3))]

    assert asyncio.run(read()) == [("0;é\n".encode(), 1), ("1;é\n".encode(), 2), ("2;é\n".encode(), 3)]


def test_a_reader_who_leaves_ends_the_work() -> None:
    made: list[int] = []

    async def read() -> None:
        answer: Any = Streamed(counted(made, 1000))
        async with aclosing(aiter(answer)) as parts:
            await anext(parts)
        answer.close()

    asyncio.run(read())
    assert made == [0]


def test_the_same_answer_is_read_without_asgi() -> None:
    assert b"".join(Streamed(counted([], 2))) == "0;é\n1;é\n".encode()
