# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Exchanges with the API of PowerDNS: bytes out, bytes in, bounded. No redirection is followed: it would carry the key elsewhere."""

from __future__ import annotations

import http.client
import ssl
from urllib.parse import urlsplit

from confiance.exploitation.settings import SettingsError, read_secret
from espace.config_zone import PowerDns
from espace.zone.errors import AdaptateurMalRegle, DnsIllisible, DnsInjoignable


class Api:
    """One API and its key.

    Args:
        settings: the table ``[zone.powerdns]``.
        timeout: seconds of silence.

    Raises:
        AdaptateurMalRegle: the key or the authorities cannot be read.
    """

    def __init__(self, settings: PowerDns, timeout: float) -> None:
        self._settings = settings
        self._timeout = timeout
        try:
            self._key = read_secret(settings.api_key).reveal()
        except SettingsError as error:
            raise AdaptateurMalRegle(error.message) from None
        if not self._key.isascii() or not self._key.isprintable():
            raise AdaptateurMalRegle("La clé de l'API porte des caractères qu'un en-tête HTTP n'admet pas.")
        self._tls = _tls(settings)

    @property
    def where(self) -> str:
        """Where the API is, for a sentence."""
        return urlsplit(self._settings.url).netloc

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Return the status and the body of one exchange.

        Raises:
            DnsInjoignable: no answer.
            DnsIllisible: not HTTP, or too long.
        """
        connection = self._connection()
        try:
            headers = {"X-API-Key": self._key, "Accept": "application/json", "Content-Type": "application/json"}
            connection.request(method, f"/api/v1/servers/{self._settings.server_id}{path}", body, headers)
            answer = connection.getresponse()
            content = answer.read(self._settings.max_bytes + 1)
        except http.client.HTTPException as error:
            raise DnsIllisible(f"L'API {self.where} ne répond pas en HTTP ({type(error).__name__}).") from None
        except OSError as error:
            raise DnsInjoignable(f"L'API {self.where} ne répond pas ({type(error).__name__}).") from None
        finally:
            connection.close()
        if len(content) > self._settings.max_bytes:
            raise DnsIllisible(f"La réponse de l'API {self.where} est trop longue.")
        return answer.status, content

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self._settings.url)
        host = str(parts.hostname)
        if self._tls is None:
            return http.client.HTTPConnection(host, parts.port or 80, timeout=self._timeout)
        return http.client.HTTPSConnection(host, parts.port or 443, timeout=self._timeout, context=self._tls)


def _tls(settings: PowerDns) -> ssl.SSLContext | None:
    if urlsplit(settings.url).scheme != "https":
        return None
    try:
        context = ssl.create_default_context(cafile=None if settings.authorities is None else str(settings.authorities))
    except OSError as error:  # ssl.SSLError is one
        raise AdaptateurMalRegle(f"Les AC de l'API de PowerDNS ne peuvent pas être lues ({type(error).__name__}).") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
