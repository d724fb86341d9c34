# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Requests to the images door, and their answers read by the standard library."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from tests.integration.drimbox.partage.maille import Etude, Maille, token

LOSSLESS = ",".join(
    f'multipart/related; type="application/dicom";transfer-syntax={syntax};q={quality};boundary=**'
    for syntax, quality in (("1.2.840.10008.1.2.4.70", 0.9), ("1.2.840.10008.1.2.4.80", 0.8), ("1.2.840.10008.1.2.1", 0.4))
)


async def headers(maille: Maille, etude: Etude, **changes: str) -> dict[str, str]:
    return {
        "Accept": LOSSLESS + ",",
        "Authorization": "Bearer " + await token(maille.settings),
        "KOS-SOPInstanceUID": etude.kos,
    } | changes


def parts(content_type: str, body: bytes) -> list[Any]:
    """Read a multipart answer with the standard library."""
    message = email.message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body, policy=email.policy.HTTP)
    return list(message.iter_parts())


async def get(session: aiohttp.ClientSession, url: str, given: Mapping[str, str]) -> tuple[int, str, bytes]:
    async with session.get(url, headers=given) as answer:
        return answer.status, answer.headers.get("Content-Type", ""), await answer.read()


async def begun(session: aiohttp.ClientSession, maille: Maille, etude: Etude) -> aiohttp.ClientResponse:
    """Begin to read a study, and read no further."""
    answer = await session.get(maille.url(etude), headers=await headers(maille, etude))
    assert answer.status == 200
    await answer.content.readexactly(1000)
    return answer


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that another thread or process does."""
    async with asyncio.timeout(60):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110 - a thread or a table has no bell
            await asyncio.sleep(0.05)
