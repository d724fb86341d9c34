# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What every exchange with PSC shares: its discovery document, its keys, our credentials."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import quote_plus

import aiohttp
from joserfc.jwk import KeySet

from confiance.exploitation.settings import read_secret
from drimbox.config import Psc
from drimbox.socle.identite.errors import ClientRefuse, PscMalConfigure, PscReponseInvalide
from drimbox.socle.identite.exchange import Answer, Exchange
from drimbox.socle.identite.fresh import Fresh
from drimbox.socle.identite.id_token import read_keys
from drimbox.socle.identite.limits import Limites
from drimbox.socle.identite.metadata import Metadata, is_https, read_metadata


class Conversation:
    """One PSC, as this DRIMbox speaks to it."""

    def __init__(self, settings: Psc, session: aiohttp.ClientSession, *, now: Callable[[], datetime], limits: Limites) -> None:
        self.settings = settings
        self.now = now
        self.limits = limits
        self.exchange = Exchange(session, timeout=settings.timeout, limits=limits)
        self._secret = read_secret(settings.client_secret)
        self._metadata: Fresh[Metadata] = Fresh(self._fetch_metadata, now=now, limits=limits)
        self.keys: Fresh[KeySet] = Fresh(self._fetch_keys, now=now, limits=limits)

    async def metadata(self) -> Metadata:
        """Return the discovery document.

        Raises:
            PscIndisponible: PSC does not answer.
            PscReponseInvalide: the document cannot be trusted.
        """
        return await self._metadata.get()

    async def post(self, url: str, form: Mapping[str, str]) -> Answer:
        """Post a form with our credentials, in the way that PSC offers.

        Raises:
            ClientRefuse: PSC refuses our credentials.
            PscIndisponible: PSC does not answer.
            PscReponseInvalide: its answer cannot be read.
        """
        identity, secret = self.settings.client_id, self._secret.reveal()
        if (await self.metadata()).secret_in_body:
            answer = await self.exchange.post(url, {**form, "client_id": identity, "client_secret": secret}, headers={})
        else:
            pair = f"{quote_plus(identity)}:{quote_plus(secret)}".encode()
            answer = await self.exchange.post(url, form, headers={"Authorization": "Basic " + base64.b64encode(pair).decode()})
        if answer.status == 401 or answer.body.get("error") in ("invalid_client", "unauthorized_client"):
            raise ClientRefuse
        return answer

    async def _fetch_metadata(self) -> Metadata:
        answer = await self.exchange.get(self.settings.discovery_url)
        if answer.status != 200:
            raise PscReponseInvalide(f"Pro Santé Connect répond {answer.status} à la découverte.")
        return read_metadata(answer.body, issuer=self.settings.issuer)

    async def _fetch_keys(self) -> KeySet:
        answer = await self.exchange.get((await self.metadata()).jwks)
        return read_keys(answer.body)


def check_settings(settings: Psc) -> None:
    """Check what the type of the settings cannot tell.

    Raises:
        PscMalConfigure: the discovery address or the issuer is not https.
    """
    if not is_https(settings.discovery_url) or not is_https(settings.issuer):
        raise PscMalConfigure("Les adresses [psc] discovery_url et issuer doivent être en https.")
