# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Brings bytes home from an address of the list, of its head or of a CRL. What they are worth is the business of those who read them.

An address may be hostile: what it sends is bounded in size and in time, both as a whole and between two bytes; no redirection is
followed and no encoding undone, so that a small answer cannot become a large one.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Iterable
from dataclasses import dataclass

import aiohttp

from confiance.errors import DrimmError
from drimbox.config import ListeBlanche
from drimbox.socle.annuaire.errors import AdresseInjoignable, ListeTropGrosse, ReponseRefusee

_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity"}
_CHUNK = 64 * 1024
MAX_ETAG = 200
_ETAG = re.compile(rf"[\x20-\x7e]{{1,{MAX_ETAG}}}")


@dataclass(frozen=True, slots=True)
class Demande:
    """What is asked of an address.

    Attributes:
        url: the address.
        max_bytes: largest answer.
        etag: tag of what this very address gave last; empty when there is none.
        seconds: time given, if less than the settings give.
    """

    url: str
    max_bytes: int
    etag: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Reponse:
    """What an address answered.

    Attributes:
        url: address that answered.
        data: unverified bytes, or None when the server says that nothing changed (304).
        etag: tag to send next time, only ever to the same address; empty when there is none.
    """

    url: str
    data: bytes | None
    etag: str


def fetch(settings: ListeBlanche, demande: Demande) -> Reponse:
    """Ask one address.

    Raises:
        AdresseInjoignable: no answer in time, a cut, or TLS that fails.
        ReponseRefusee: an answer that is not the file.
    """
    [answer] = fetch_all(settings, [demande])
    if isinstance(answer, DrimmError):
        raise answer
    return answer


def fetch_all(settings: ListeBlanche, demandes: Iterable[Demande]) -> list[Reponse | DrimmError]:
    """Ask several addresses at once; return what each gave, in their order."""
    return asyncio.run(_fetch_all(settings, list(demandes)))


async def _fetch_all(settings: ListeBlanche, demandes: list[Demande]) -> list[Reponse | DrimmError]:
    over_tls = any(demande.url.startswith("https:") for demande in demandes)  # a context reads every authority of the system
    connector = aiohttp.TCPConnector(ssl=_context(settings) if over_tls else True)
    async with aiohttp.ClientSession(
        connector=connector, headers=_HEADERS, trust_env=False, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        return list(await asyncio.gather(*(_tried(session, settings, demande) for demande in demandes)))


async def _tried(session: aiohttp.ClientSession, settings: ListeBlanche, demande: Demande) -> Reponse | DrimmError:
    try:
        return await _get(session, settings, demande)
    except ReponseRefusee as error:
        return error
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):  # ValueError: a status line or a header that aiohttp cannot read
        return AdresseInjoignable()


async def _get(session: aiohttp.ClientSession, settings: ListeBlanche, demande: Demande) -> Reponse:
    total = min(settings.timeout, demande.seconds if demande.seconds is not None else settings.timeout)
    timeout = aiohttp.ClientTimeout(total=total, sock_connect=settings.idle_seconds, sock_read=settings.idle_seconds)
    headers = {"If-None-Match": demande.etag} if demande.etag else {}
    async with session.get(demande.url, headers=headers, allow_redirects=False, timeout=timeout) as answer:
        if answer.status == 304 and demande.etag:
            return Reponse(demande.url, None, demande.etag)
        if answer.status != 200:
            raise ReponseRefusee(f"L'adresse relevée a répondu par le statut {answer.status}.")
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise ReponseRefusee("L'adresse relevée a répondu dans un encodage qui n'était pas demandé.")
        return Reponse(demande.url, await _read(answer, demande.max_bytes), _etag(answer))


async def _read(answer: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    if (answer.content_length or 0) > max_bytes:
        raise ListeTropGrosse
    data = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        data += chunk
        if len(data) > max_bytes:
            raise ListeTropGrosse
    return bytes(data)


def _etag(answer: aiohttp.ClientResponse) -> str:
    """Return the tag if it can be kept and sent again as it came: an address may send any bytes."""
    etag = answer.headers.get("ETag", "")
    return etag if _ETAG.fullmatch(etag) else ""


def _context(settings: ListeBlanche) -> ssl.SSLContext:
    """Return the TLS context of the list's server. TLS only hides who asks: the list is believed for its signature alone."""
    context = ssl.create_default_context(cafile=None if settings.trust is None else str(settings.trust))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
