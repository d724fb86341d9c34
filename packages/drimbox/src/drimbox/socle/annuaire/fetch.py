# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fetches the bytes of the Liste Blanche. It reads nothing of them: that is the verifier's."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from drimbox.config import ListeBlanche
from drimbox.socle.annuaire.errors import ListeInaccessible, ListeTropGrosse, ReponseRefusee

_HEADERS = {"Accept": "application/xml, text/xml;q=0.9, */*;q=0.1", "Accept-Encoding": "identity"}
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reponse:
    """What a server of the list answered.

    Attributes:
        url: address that answered.
        data: unverified bytes, or None when the server says that nothing changed (304).
        etag: tag to send next time, only ever to the same address; empty when there is none.
    """

    url: str
    data: bytes | None
    etag: str


async def fetch(settings: ListeBlanche, *, known: Reponse | None = None) -> Reponse:
    """Fetch the list from the first address that answers.

    Args:
        settings: addresses in their order, limits and trust.
        known: what was fetched last; its tag is sent to its own address only.

    Raises:
        ListeInaccessible: no address answered in time.
        ReponseRefusee: none answered with a list and at least one answered something else.
    """
    timeout = aiohttp.ClientTimeout(total=settings.timeout)
    connector = aiohttp.TCPConnector(ssl=_context(settings))
    async with aiohttp.ClientSession(timeout=timeout, connector=connector, headers=_HEADERS, trust_env=False) as session:
        return await _first(session, settings.urls, settings.max_bytes, known)


async def _first(session: aiohttp.ClientSession, urls: Sequence[str], max_bytes: int, known: Reponse | None) -> Reponse:
    failure: ListeInaccessible | ReponseRefusee = ListeInaccessible()
    for url in urls:
        try:
            return await _get(session, url, max_bytes, known)
        except (aiohttp.ClientError, TimeoutError, OSError):
            continue
        except ReponseRefusee as error:
            failure = error
    raise failure


async def _get(session: aiohttp.ClientSession, url: str, max_bytes: int, known: Reponse | None) -> Reponse:
    conditional = known is not None and known.url == url and known.etag
    headers = {"If-None-Match": known.etag} if known is not None and conditional else {}
    async with session.get(url, headers=headers, allow_redirects=False) as answer:
        if answer.status == 304 and conditional:
            return Reponse(url, None, known.etag if known else "")
        if answer.status != 200:
            raise ReponseRefusee(f"Le serveur de la Liste Blanche a répondu par le statut {answer.status}.")
        return Reponse(url, await _read(answer, max_bytes), answer.headers.get("ETag", "")[:200])


async def _read(answer: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    data = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        data += chunk
        if len(data) > max_bytes:
            raise ListeTropGrosse
    return bytes(data)


def _context(settings: ListeBlanche) -> ssl.SSLContext:
    """Return the TLS context of the list's server. TLS only hides who asks: the list is believed for its signature alone."""
    context = ssl.create_default_context(cafile=None if settings.trust is None else str(settings.trust))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
