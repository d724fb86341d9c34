# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The HTTPS exchange with the DMP: one POST, one bounded answer. Nothing here reads XML."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp

from confiance.exploitation.logs import get_logger
from drimbox.socle.dmp.errors import DmpIndisponible, DmpRefuse, DmpReponseInvalide, TropDeReponses
from drimbox.socle.dmp.model import LimitesDmp
from drimbox.socle.dmp.mtom import SOAP_TYPE, parse_content_type

log = get_logger("dmp")
_SOAP_TYPES = frozenset({SOAP_TYPE, "multipart/related"})
_PASSING = frozenset({408, 425, 429})
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole HTTP answer that carries SOAP."""

    status: int
    content_type: str
    body: bytes


class Transport:
    """Connections to the DMP, mutual TLS under ORG AUTH_CLI; opened at the first request."""

    def __init__(self, context: ssl.SSLContext, silence_seconds: float, limits: LimitesDmp) -> None:
        self._context = context
        self._limits = limits
        self._timeout = aiohttp.ClientTimeout(total=limits.total_seconds, sock_connect=limits.connect_seconds, sock_read=silence_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        """Send a request and return its SOAP answer, fault or not.

        Raises:
            DmpIndisponible: no answer, or one that says to come back later.
            DmpRefuse: a refusal of HTTP itself (4xx).
            DmpReponseInvalide: a redirection, or an answer that is not SOAP.
            TropDeReponses: an answer that is too large.
        """
        session = self._opened()
        try:
            async with session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                log.info("dmp:request:answered", http_status=response.status, url_host=response.url.host, bytes=len(body))
                content_type = response.headers.get("Content-Type", "")
                if parse_content_type(content_type)[0] not in _SOAP_TYPES:
                    raise _without_soap(response.status)
                return HttpAnswer(response.status, content_type, await self._read(response))
        except aiohttp.ClientConnectorCertificateError:
            raise DmpIndisponible("Le certificat du serveur DMP n'est pas accepté.") from None
        except TimeoutError:
            raise DmpIndisponible("Le DMP est resté silencieux trop longtemps.") from None
        except (aiohttp.ClientError, OSError):
            raise DmpIndisponible from None

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        received = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            received += chunk
            if len(received) > self._limits.response_bytes:
                raise TropDeReponses(f"La réponse du DMP dépasse {self._limits.response_bytes} octets.")
        return bytes(received)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(ssl=self._context, limit=4)
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
            )
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()


def _without_soap(status: int) -> DmpIndisponible | DmpRefuse | DmpReponseInvalide:
    code = f"http.{status}"
    if status >= 500 or status in _PASSING:
        return DmpIndisponible("Le DMP est indisponible.", codes=[code])
    if status >= 400:
        return DmpRefuse([code])
    return DmpReponseInvalide("La réponse du DMP n'est pas un message SOAP.")
