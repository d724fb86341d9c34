# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fetching: bounded HTTPS exchanges with PSC. What the answers mean is read elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from drimbox.socle.identite.errors import PscIndisponible, PscReponseInvalide
from drimbox.socle.identite.limits import Limites

_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and JSON object of an answer; an empty object when the body is none."""

    status: int
    body: Mapping[str, Any]


class Exchange:
    """Sends one request and reads one bounded JSON answer. Redirections are not followed: no secret goes where it was not sent."""

    def __init__(self, session: aiohttp.ClientSession, *, timeout: float, limits: Limites) -> None:
        self._session = session
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._limits = limits

    async def get(self, url: str, *, token: str | None = None) -> Answer:
        """Get a JSON object, with a Bearer token when one is given.

        Raises:
            PscIndisponible: no answer, or 429 or 5xx.
            PscReponseInvalide: certificate refused, answer too large or not a JSON object.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self._send("GET", url, headers=headers)

    async def post(self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str]) -> Answer:
        """Post a form.

        Raises:
            PscIndisponible: no answer, or 429 or 5xx.
            PscReponseInvalide: certificate refused, answer too large or not a JSON object.
        """
        return await self._send("POST", url, headers=headers, data=dict(form))

    async def _send(self, method: str, url: str, *, headers: Mapping[str, str], data: dict[str, str] | None = None) -> Answer:
        try:
            async with self._session.request(
                method, url, headers={**_HEADERS, **headers}, data=data, timeout=self._timeout, allow_redirects=False
            ) as response:
                if response.status == 429 or response.status >= 500:
                    raise PscIndisponible(f"Pro Santé Connect répond {response.status}.")
                return Answer(response.status, self._object(await self._read(response), response.status))
        except aiohttp.ClientConnectorCertificateError:
            raise PscReponseInvalide("Le certificat du serveur Pro Santé Connect n'est pas reconnu.") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PscIndisponible(f"Pro Santé Connect ne répond pas ({type(error).__name__}).") from None

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_chunked(16 * 1024):
            body += chunk
            if len(body) > self._limits.response_bytes:
                raise PscReponseInvalide("La réponse de Pro Santé Connect est trop longue.")
        return bytes(body)

    @staticmethod
    def _object(body: bytes, status: int) -> Mapping[str, Any]:
        try:
            value = json.loads(body, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            return value
        if status == 200:
            raise PscReponseInvalide
        return {}


def _no_constant(_name: str) -> None:
    """NaN and Infinity are not JSON, and compare with nothing."""
    raise ValueError
