# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""HTTP connections to the DICOMweb doors, kept for the next request: a TLS handshake costs more than a small image.

As for associations, nothing is kept unless somebody says for how long this loop lives: ``async with connexions_gardees()``. As many
connections are kept as the PACS may have at once, each for its idle time; one whose answer was not read to its end is closed. When the
certificate or the authorities on disk change, new requests use new connections.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from drimbox.config import Pacs, PacsDicomweb
from drimbox.socle.pacs.porte_web import context_of

READ_BUFFER = 128 * 1024
_Files = tuple[tuple[Path, int, int] | Path, ...]


@dataclass(eq=False)
class _Gardee:
    """The connections to one door, and what the files of its TLS were when they were made."""

    session: aiohttp.ClientSession
    files: _Files
    users: int = 0
    retired: bool = False


@dataclass(eq=False)
class _Bassin:
    """What one loop keeps, by door."""

    kept: dict[tuple[str, str], _Gardee] = field(default_factory=dict)

    async def take(self, pacs: Pacs, door: PacsDicomweb) -> _Gardee:
        key, files = (pacs.name, door.url), await asyncio.to_thread(_files, door)
        found = self.kept.get(key)
        if found is None or found.files != files:
            made = _Gardee(await _session(pacs, door, keep=True), files)
            found = self.kept.get(key)  # somebody may have made one meanwhile
            if found is not None and found.files == files:
                await made.session.close()
            else:
                if found is not None:
                    await self._retire(found)
                found = self.kept[key] = made
        found.users += 1
        return found

    async def give_back(self, gardee: _Gardee) -> None:
        gardee.users -= 1
        if gardee.retired and not gardee.users:
            await gardee.session.close()

    async def _retire(self, gardee: _Gardee) -> None:
        gardee.retired = True
        if not gardee.users:
            await gardee.session.close()

    async def close(self) -> None:
        kept, self.kept = list(self.kept.values()), {}
        for gardee in kept:
            await self._retire(gardee)


_bassins: dict[asyncio.AbstractEventLoop, _Bassin] = {}


@asynccontextmanager
async def connexions_gardees() -> AsyncIterator[None]:
    """Keep HTTP connections of this event loop for the next request, for the time of a block."""
    loop = asyncio.get_running_loop()
    bassin = _bassins.setdefault(loop, _Bassin())
    try:
        yield
    finally:
        _bassins.pop(loop, None)
        await bassin.close()


@asynccontextmanager
async def session_for(pacs: Pacs, door: PacsDicomweb) -> AsyncIterator[aiohttp.ClientSession]:
    """Hold what asks a door: connections that are kept, or one that is closed at the end of the block.

    Raises:
        AncresIllisibles, CertificatIllisible: the files of its TLS cannot be used.
    """
    bassin = _bassins.get(asyncio.get_running_loop())
    if bassin is None or not pacs.idle_seconds:
        async with await _session(pacs, door, keep=False) as session:
            yield session
        return
    gardee = await bassin.take(pacs, door)
    try:
        yield gardee.session
    finally:
        await bassin.give_back(gardee)


async def _session(pacs: Pacs, door: PacsDicomweb, *, keep: bool) -> aiohttp.ClientSession:
    secure = await asyncio.to_thread(context_of, door) if door.url.startswith("https:") else True
    how = {"keepalive_timeout": pacs.idle_seconds} if keep else {"force_close": True}
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=secure, limit=0, **how),  # the places of the PACS are the limit
        timeout=aiohttp.ClientTimeout(total=None, connect=pacs.timeout, sock_read=pacs.timeout),
        read_bufsize=READ_BUFFER,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    )


def _files(door: PacsDicomweb) -> _Files:
    """Return what tells that a file of the TLS of a door was replaced."""
    identity = () if door.identity is None else (door.identity.certificate, Path(door.identity.key))
    return tuple(_state(path) for path in (*identity, *(() if door.trust is None else (door.trust,))))


def _state(path: Path) -> tuple[Path, int, int] | Path:
    try:
        found = path.stat()
    except OSError:
        return path  # whoever needs it will say so
    return path, found.st_mtime_ns, found.st_ino
