# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fetches one series from a source (WADO-RS over mutual TLS), object by object, as its bytes arrive."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver

from confiance.errors import DrimmError
from drimbox.conso.rapatriement.errors import ReponseSource, ServeurNonReconnu, SourceInjoignable
from drimbox.conso.rapatriement.multipart import Limits, MultipartReader, PartData, PartEnded, PartStarted, read_boundary
from drimbox.conso.rapatriement.objet import Attendu, accept_lines, read_object
from drimbox.conso.rapatriement.pair import PairRefuse
from drimbox.conso.rapatriement.rules import Destination
from drimbox.socle.pacs.model import ObjetDicom

CONNECT_SECONDS = 15.0
MAX_PROBLEM = 64 * 1024
_CODE = re.compile(r"(?!.{81})[a-z0-9_]{1,40}(\.[a-z0-9_]{1,40}){0,3}")  # 80 characters at most: what a series keeps
_TRACE = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True, slots=True)
class Demande:
    """What is asked of a source. Its repr shows no token.

    Attributes:
        destination: where.
        attendu: the series as the KOS names it.
        kos: SOPInstanceUID of the KOS, proof that the record was read.
        token: access token of the professional.
    """

    destination: Destination
    attendu: Attendu
    kos: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chemin:
    """How a source is reached: TLS made for it alone, names, and limits.

    Attributes:
        context: from :func:`~drimbox.conso.rapatriement.pair.context_towards`.
        resolver: of the names of the mesh; closed by the caller.
        idle_seconds: longest silence of the source.
        limits: bounds of the framing.
    """

    context: ssl.SSLContext
    resolver: AbstractResolver
    idle_seconds: float
    limits: Limits


async def fetch_series(demande: Demande, chemin: Chemin) -> AsyncGenerator[ObjetDicom, None]:
    """Yield the objects of a series; one is in memory at a time.

    Raises:
        ServeurNonReconnu: the server is not the one of the list; nothing was sent to it.
        ReponseSource: the source refused.
        ReponseIllisible: its answer is broken.
        ObjetRefuse: it sent something that the KOS does not name.
        SourceInjoignable: no connection, a cut, or a silence.
    """
    connector = aiohttp.TCPConnector(ssl=chemin.context, resolver=chemin.resolver, use_dns_cache=False)
    timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_read=chemin.idle_seconds)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False) as session:
        try:
            async with session.get(_url(demande), headers=_headers(demande), allow_redirects=False) as answer, _cut(answer):
                if answer.status != 200:
                    raise await _refusal(answer)
                async with aclosing(_read(answer, demande.attendu, chemin.limits)) as objets:
                    async for objet in objets:
                        yield objet
        except aiohttp.ClientSSLError as error:
            raise _tls_error(error) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SourceInjoignable from error


@asynccontextmanager
async def _cut(answer: aiohttp.ClientResponse) -> AsyncGenerator[None, None]:
    """Abort the connection of an answer left before its end: a polite TLS farewell would outlive the loop of this transfer."""
    try:
        yield
    finally:
        if answer.connection is not None and answer.connection.transport is not None:
            answer.connection.transport.abort()


def _url(demande: Demande) -> str:
    return demande.destination.url(demande.attendu.study, demande.attendu.series)


def _headers(demande: Demande) -> dict[str, str]:
    return {
        "Accept": accept_lines(),
        "Authorization": f"Bearer {demande.token}",
        "KOS-SOPInstanceUID": demande.kos,
        "Accept-Encoding": "identity",
    }


async def _read(answer: aiohttp.ClientResponse, attendu: Attendu, limits: Limits) -> AsyncGenerator[ObjetDicom, None]:
    reader = MultipartReader(read_boundary(answer.headers.get("Content-Type", "")), limits)
    part = bytearray()
    async for chunk in answer.content.iter_any():
        for event in reader.feed(chunk):
            if isinstance(event, PartStarted):
                part = bytearray()
            elif isinstance(event, PartData):
                part += event.data
            elif isinstance(event, PartEnded):
                yield read_object(bytes(part), attendu)
    reader.close()


def _tls_error(error: aiohttp.ClientSSLError) -> DrimmError:
    """Return why TLS failed: our own check, OpenSSL's, or a source that refuses our certificate."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, PairRefuse):
            return cause.error
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ServeurNonReconnu()
        cause = cause.__cause__
    return SourceInjoignable("La connexion sécurisée avec la DRIMbox source a échoué.")


async def _refusal(answer: aiohttp.ClientResponse) -> ReponseSource:
    """Read a refusal; what it says is kept short, and only if it has the shape of a problem document."""
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk[: MAX_PROBLEM - len(body)]
        if len(body) == MAX_PROBLEM:
            break
    try:
        values: Any = json.loads(body)
    except (ValueError, RecursionError):
        values = None
    given = values if isinstance(values, dict) else {}
    code, trace = (str(given.get(name, "")) for name in ("code", "trace"))
    return ReponseSource(
        _sentence(given.get("detail")) or f"La DRIMbox source a répondu par le statut {answer.status}.",
        remede=_sentence(given.get("remede")) or ReponseSource.remede,
        status=answer.status,
        peer_code=code if _CODE.fullmatch(code) else "",
        peer_trace=trace if _TRACE.fullmatch(trace) else "",
    )


def _sentence(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return "".join(character for character in text if character.isprintable())[:300]
