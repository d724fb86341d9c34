# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One answer with images: multipart, streamed as the PACS sends, every object's bytes untouched."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic

from aiohttp import web

from drimbox.config import Images
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.part10 import file_header
from drimbox.source.admission.accept import Acceptation
from drimbox.source.admission.errors import RessourceInconnue
from drimbox.source.partage.framing import Framing
from drimbox.source.partage.lecture import Lecture

SLICE = 128 * 1024
WRITE_BUFFER = 256 * 1024


class PairMuet(Exception):
    """The peer stopped reading for longer than the idle limit."""


@dataclass
class Compte:
    """What one transfer carried so far."""

    instances: int = 0
    bytes: int = 0
    started: float = 0.0

    def __post_init__(self) -> None:
        self.started = monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the transfer began."""
        return round(monotonic() - self.started, 3)


async def send(request: web.Request, lecture: Lecture, acceptation: Acceptation, limits: Images, compte: Compte) -> web.StreamResponse:
    """Send every object of a retrieval.

    The first object is awaited before the status line: a failure of the PACS, or a syntax that the peer refuses, is then a true status
    and not an empty success. Later, only a cut connection can tell of a failure: the closing boundary is never written.

    Raises:
        Refus: nothing could be sent, or the transfer must be cut.
        PairMuet: the peer stopped reading.
        ConnectionError: the peer left.
    """
    objet = await lecture.next()
    if objet is None:
        raise RessourceInconnue
    framing = Framing(acceptation.require(objet.transfer_syntax_uid))
    response = await _open(request, framing)
    while objet is not None:
        acceptation.require(objet.transfer_syntax_uid)
        await _send_part(response, framing, objet, limits.idle_seconds, compte)
        objet = await lecture.next()
    await _write(response, framing.closing(), limits.idle_seconds)
    await response.write_eof()
    return response


async def _open(request: web.Request, framing: Framing) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": framing.content_type, "Cache-Control": "no-store"})
    response.enable_chunked_encoding()
    if request.transport is not None:
        request.transport.set_write_buffer_limits(high=WRITE_BUFFER)
    await response.prepare(request)
    return response


async def _send_part(response: web.StreamResponse, framing: Framing, objet: ObjetDicom, idle: float, compte: Compte) -> None:
    header = file_header(objet)
    length = len(header) + len(objet.dataset)
    await _write(response, framing.opening(compte.instances, objet.transfer_syntax_uid, length) + header, idle)
    view = memoryview(objet.dataset)
    for start in range(0, len(view), SLICE):
        await _write(response, view[start : start + SLICE], idle)
    compte.instances += 1
    compte.bytes += length


async def _write(response: web.StreamResponse, data: bytes | memoryview, idle: float) -> None:
    """Write some bytes, waiting for the peer to read, as long as it reads something."""
    try:
        async with asyncio.timeout(idle):
            await response.write(data)
    except TimeoutError:
        raise PairMuet from None
