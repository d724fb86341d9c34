# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Connections of the images door: strangers keep none, members keep theirs, and an old version of HTTP is told so."""

from __future__ import annotations

import asyncio
import json
import ssl

import pytest

from drimbox.source.partage.server import serving
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.partage.maille import Etude, Maille
from tests.integration.drimbox.partage.requests import headers
from tests.integration.drimbox.partage.test_matrice_des_refus import publish_without_peer


async def say(porte: Maille, context: ssl.SSLContext, request: str) -> tuple[int, bytes, bool]:
    """Send one request and return the status, the body, and whether the connection stays open after them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", porte.port, ssl=context, server_hostname=DB)
    writer.write(request.encode())
    async with asyncio.timeout(60):
        head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
        body = await reader.readexactly(int(fields[b"content-length"]))
        kept = fields.get(b"connection") != b"close"
        if not kept and head.startswith(b"HTTP/1.1"):
            assert await reader.read() == b""  # and it is closed indeed
    writer.transport.abort()
    return int(head.split()[1]), body, kept


def asking(path: str, version: str = "1.1", host: str = DB, **fields: str) -> str:
    given = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"GET {path} HTTP/{version}\r\nHost: {host}\r\n{given}\r\n"


@pytest.mark.parametrize("stranger", ["revoked", "out of the list", "misdirected"])
async def test_a_stranger_keeps_no_connection(porte: Maille, etude: Etude, stranger: str) -> None:
    if stranger == "out of the list":
        await asyncio.to_thread(publish_without_peer, porte)
    identity = porte.pki.revoked.serv_ssl if stranger == "revoked" else porte.pki.serv_ssl(DB2)
    request = asking(f"/dicom-web-rs/studies/{etude.study}", host=DB2 if stranger == "misdirected" else DB)
    status, body, kept = await say(porte, porte.tls_of(identity), request)
    assert (status, kept) == (421 if stranger == "misdirected" else 403, False)
    assert json.loads(body)["trace"]


async def test_a_member_that_is_refused_keeps_its_connection(porte: Maille, etude: Etude) -> None:
    context = porte.tls_of(porte.pki.serv_ssl(DB2))
    status, _, kept = await say(porte, context, asking(f"/dicom-web-rs/studies/{etude.study}"))
    assert (status, kept) == (401, True)


async def test_http_1_0_is_told_that_it_is_too_old(porte: Maille, etude: Etude) -> None:
    given = await headers(porte, etude)
    request = asking(f"/dicom-web-rs/studies/{etude.study}", version="1.0", **given)
    status, body, _ = await say(porte, porte.tls_of(porte.pki.serv_ssl(DB2)), request)
    assert (status, json.loads(body)["code"]) == (505, "partage.version_refusee")


@pytest.mark.parametrize("bound", ["max_connections", "max_connections_per_address"])
async def test_connections_are_bounded_by_the_settings(maille: Maille, as_images: None, bound: str) -> None:
    images = maille.settings.images.model_copy(update={bound: 1})
    context = maille.tls_of(maille.pki.serv_ssl(DB2))
    async with serving(maille.settings.model_copy(update={"images": images})) as port:
        _, held = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=DB)
        with pytest.raises(ConnectionError):
            await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=DB)
        held.transport.abort()
