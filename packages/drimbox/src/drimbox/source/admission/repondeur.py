# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Asks the OCSP responder that a peer's certificate names, if the settings know it: a certificate sends us to no other place."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from confiance.exploitation.logs import get_logger
from drimbox.config import Ocsp
from drimbox.socle import tls
from drimbox.source.admission.ocsp import ReponseOcspRefusee, Statut, question, read_answer, responders_of

MAX_BYTES = 64 * 1024
MAX_KNOWN = 4096
log = get_logger("admission")


@dataclass
class Repondeur:
    """The checks by OCSP, beside those of the CRLs.

    Attributes:
        settings: which responders, how long, and what silence means.
        authorities: certificates that may be the issuer.
    """

    settings: Ocsp
    authorities: Callable[[], Sequence[x509.Certificate]]
    _known: OrderedDict[tuple[bytes, int], Statut] = field(default_factory=OrderedDict)

    async def check(self, certificate: x509.Certificate, now: datetime) -> None:
        """Check a certificate; one that names no responder of ours is left to the CRLs.

        Raises:
            CertificatRevoque: the responder says so.
            CrlAbsente: nobody could say, and the settings want an answer.
        """
        url = next((uri for uri in responders_of(certificate) if uri in self.settings.responders), None)
        if url is None:
            return
        statut = await self._statut(url, certificate, now)
        if statut is not None and statut.revoked:
            raise tls.CertificatRevoque
        if statut is None and self.settings.hard:
            raise tls.CrlAbsente("Le serveur OCSP n'a pas répondu.")

    async def _statut(self, url: str, certificate: x509.Certificate, now: datetime) -> Statut | None:
        key = (certificate.issuer.public_bytes(), certificate.serial_number)
        known = self._known.get(key)
        if known is not None and now <= known.until:
            return known
        try:
            statut = await self._ask(url, certificate, now)
        except (ReponseOcspRefusee, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("admission:ocsp:failed", error_type=type(error).__name__)
            return None
        limit = now + timedelta(seconds=self.settings.cache_seconds)
        self._known[key] = statut = Statut(statut.revoked, min(statut.until, limit))
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)
        return statut

    async def _ask(self, url: str, certificate: x509.Certificate, now: datetime) -> Statut:
        issuer = _issuer_of(certificate, self.authorities())
        headers = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
        timeout = aiohttp.ClientTimeout(total=self.settings.seconds)
        body = question(certificate, issuer)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            der = await answer.content.read(MAX_BYTES + 1)
            while len(der) <= MAX_BYTES and (more := await answer.content.read(MAX_BYTES)):
                der += more
            if answer.status != 200 or len(der) > MAX_BYTES:
                raise ReponseOcspRefusee
        return await asyncio.to_thread(read_answer, der, certificate, issuer, now)


def _issuer_of(certificate: x509.Certificate, authorities: Sequence[x509.Certificate]) -> x509.Certificate:
    for authority in authorities:
        try:
            certificate.verify_directly_issued_by(authority)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return authority
    raise ReponseOcspRefusee
