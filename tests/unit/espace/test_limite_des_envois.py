# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Bodies that are too large are refused before anything keeps them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espace.web.limite import BoundedBody

MAX = 100


def ask(chunks: list[bytes], headers: list[tuple[bytes, bytes]] | None = None) -> tuple[list[int], int]:
    """Send a body in pieces; returns the statuses answered and how many bytes the application kept."""
    kept, statuses, waiting = [], [], list(chunks)

    async def receive() -> dict[str, Any]:
        body = waiting.pop(0) if waiting else b""
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            kept.append(message["body"])
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})

    asyncio.run(BoundedBody(app, MAX)({"type": "http", "headers": headers or []}, receive, send))
    return statuses, sum(map(len, kept))


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_a_body_passes_if_and_only_if_it_is_small_enough_whatever_its_pieces(chunks: list[bytes]) -> None:
    statuses, kept = ask(chunks)
    assert statuses == [200 if sum(map(len, chunks)) <= MAX else 413]
    assert kept <= MAX


@pytest.mark.parametrize("length", [b"101", b"-1", b"1e9", b"99999999999999999999", b""], ids=repr)
def test_an_announced_length_that_is_too_large_or_no_number_is_refused_unread(length: bytes) -> None:
    assert ask([b"x"], [(b"content-length", length)]) == ([413], 0)


def test_an_announced_length_that_lies_is_counted() -> None:
    assert ask([b"x" * 60, b"x" * 60], [(b"content-length", b"5")])[0] == [413]
