# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Bringing the bytes of a Liste Blanche home; what they are worth is the verifier's business."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

import aiohttp
from yarl import URL

from confiance.errors import TransportError

_OK: Final = 200
_NOT_MODIFIED: Final = 304
_CHUNK: Final = 64 << 10


class FetchFailed(TransportError):
    """The server gave no list."""

    code = "reseau.telechargement"
    message = "La Liste Blanche n'a pas pu être téléchargée."
    remede = "Vérifier l'adresse, le réseau et le serveur ; la dernière liste valide reste en service."


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bounds of one download.

    Attributes:
        max_bytes: size of the body.
        connect_seconds: time to reach the server.
        total_seconds: time for the whole download.
        max_redirects: redirections followed.
    """

    max_bytes: int = 64 << 20
    connect_seconds: float = 10.0
    total_seconds: float = 120.0
    max_redirects: int = 3


@dataclass(frozen=True, slots=True)
class Fetched:
    """A download.

    Attributes:
        data: the file; None when the server says it has not changed.
        etag: to give at the next download; None when the server gives none.
    """

    data: bytes | None
    etag: str | None


async def fetch(session: aiohttp.ClientSession, address: str, *, etag: str | None = None, limits: FetchLimits | None = None) -> Fetched:
    """Download a list; over TLS, except from this very machine.

    Args:
        session: client session, which carries TLS settings.
        address: where the list is published.
        etag: of the file already held, if any.
        limits: bounds of the download.

    Raises:
        FetchFailed: network failure, too slow, too large, another status, or an address that is not HTTPS.
    """
    limits = limits or FetchLimits()
    timeout = aiohttp.ClientTimeout(total=limits.total_seconds, sock_connect=limits.connect_seconds)
    headers = {"If-None-Match": etag} if etag else {}
    try:
        url = _safe(URL(address))
        for _ in range(limits.max_redirects + 1):
            async with session.get(url, headers=headers, timeout=timeout, allow_redirects=False) as response:
                if response.status == _NOT_MODIFIED and etag:
                    return Fetched(None, etag)
                if response.status == _OK:
                    return Fetched(await _read(response, limits), response.headers.get("ETag"))
                if not _redirects(response):
                    break
                url = _safe(url.join(URL(response.headers.get("Location", ""))))
    except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
        raise FetchFailed from error
    raise FetchFailed


def _redirects(response: aiohttp.ClientResponse) -> bool:
    return response.status in {301, 302, 303, 307, 308}


async def _read(response: aiohttp.ClientResponse, limits: FetchLimits) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > limits.max_bytes:
            raise FetchFailed("La Liste Blanche publiée dépasse la taille admise.")
    return bytes(body)


def _safe(url: URL) -> URL:
    if url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.host or "")):
        return url
    raise FetchFailed("L'adresse de la Liste Blanche, ou celle vers laquelle le serveur renvoie, n'est pas en HTTPS.")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
