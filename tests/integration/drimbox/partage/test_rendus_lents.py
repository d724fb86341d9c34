# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Renderings for peers that stop reading: counted as long as they wait, cut like any other answer."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pydicom
import pytest

from drimbox.source.partage.conversion.atelier import Atelier
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.partage.maille import Etude, Maille, make_study
from tests.integration.drimbox.partage.requests import headers, until

SIDE = 3000
"""A picture of 9 MB: more than sockets and buffers hold."""


@pytest.fixture
def atelier(maille: Maille, monkeypatch: pytest.MonkeyPatch) -> Atelier:
    found = Atelier.of(maille.settings.images.conversion)
    monkeypatch.setattr(Atelier, "of", lambda _settings: found)
    return found


@pytest.fixture
def noise(maille: Maille) -> Etude:
    """A study of one image that no codec makes shorter."""
    study = make_study(maille.folder / "pacs", series=1, instances=1)
    (path,) = (maille.folder / "pacs").glob("*.dcm")
    _enlarge(path)
    maille.pacs.index.scan()
    maille.add_kos(study)
    return study


def _enlarge(path: Path) -> None:
    image = pydicom.dcmread(path)
    image.Rows = image.Columns = SIDE
    image.PixelData = np.random.default_rng(1).integers(0, 4000, SIDE * SIDE, dtype="int16").tobytes()
    image.save_as(path)


@asynccontextmanager
async def stalled(maille: Maille, path: str, given: dict[str, str]) -> AsyncIterator[bytes]:
    """Ask, read the status line and no more, through a socket that holds little; give that line."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)  # said before it connects: the system then never widens it
    narrow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", maille.port))
    context = maille.tls_of(maille.pki.serv_ssl(DB2))
    reader, writer = await asyncio.open_connection(sock=narrow, ssl=context, server_hostname=DB, limit=2000)
    try:
        lines = [f"GET {path} HTTP/1.1", f"Host: {DB}", *(f"{name}: {value}" for name, value in given.items()), "", ""]
        writer.write("\r\n".join(lines).encode())
        yield await reader.readline()
    finally:
        writer.transport.abort()


async def test_a_peer_that_stops_reading_a_rendering_is_cut_and_what_waits_for_it_counts(
    noise: Etude, atelier: Atelier, porte: Maille
) -> None:
    (series,) = noise.series
    path = urlsplit(porte.url(noise, series=series, instance=noise.instances[series][0])).path + "/rendered"
    given = await headers(porte, noise) | {"Accept": "image/png"}
    async with stalled(porte, path, given) as status:
        assert status == b"HTTP/1.1 200 OK\r\n"
        assert atelier.tenues.held > SIDE * SIDE // 2
        await until(lambda: porte.journal("partage:transfert:cut"))
    ((_, code, _),) = await asyncio.to_thread(porte.journal, "partage:transfert:cut")
    assert code == "partage.pair_muet"
    assert atelier.tenues.held == 0
