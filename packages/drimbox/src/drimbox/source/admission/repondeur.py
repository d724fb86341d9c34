# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Asks the OCSP responder that a peer's certificate names, if the settings know it: a certificate sends us to no other place."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar

import aiohttp
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from confiance.exploitation.logs import get_logger
from drimbox.config import Ocsp
from drimbox.socle import tls
from drimbox.socle.echeance import Echeance
from drimbox.source.admission.ocsp import ReponseOcspRefusee, Statut, question, read_answer, responders_of

_Key: TypeAlias = tuple[bytes, int]
_K = TypeVar("_K")
_V = TypeVar("_V")
MAX_BYTES = 64 * 1024
MAX_KNOWN = 4096
log = get_logger("admission")


@dataclass
class Repondeur:
    """The checks by OCSP, beside those of the CRLs.

    What was answered is kept, and so is a failure: who comes meanwhile need not wait for it once more. A responder that cannot be reached
    fails for all, an answer that proves nothing only for the certificate that it was about: no peer may make us deaf to another's
    revocation. Requests that come together about one certificate are one question.

    Attributes:
        settings: which responders, how long, and what silence means.
        authorities: reads the certificates that may be the issuer; called in a thread.
        monotonic: the clock that nobody sets.
    """

    settings: Ocsp
    authorities: Callable[[], Sequence[x509.Certificate]]
    monotonic: Callable[[], float] = time.monotonic
    _known: OrderedDict[_Key, tuple[Statut, Echeance]] = field(default_factory=OrderedDict)
    _asking: dict[_Key, asyncio.Task[Statut | None]] = field(default_factory=dict)
    _failed: OrderedDict[str | _Key, Echeance] = field(default_factory=OrderedDict)

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
        if known is not None and not known[1].has_come(now, self.monotonic()):
            return known[0]
        if any(not self._failed[one].has_come(now, self.monotonic()) for one in (url, key) if one in self._failed):
            return None
        if key not in self._asking:
            task = self._asking[key] = asyncio.get_running_loop().create_task(self._learn(key, url, certificate, now))
            task.add_done_callback(lambda _done: self._asking.pop(key))
        return await asyncio.shield(self._asking[key])  # one that leaves takes the answer from nobody

    async def _learn(self, key: _Key, url: str, certificate: x509.Certificate, now: datetime) -> Statut | None:
        """Ask, and keep what was learned."""
        try:
            statut = await self._ask(url, certificate, now)
        except (ReponseOcspRefusee, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("admission:ocsp:failed", error_type=type(error).__name__)
            failed = key if isinstance(error, ReponseOcspRefusee) else url
            _keep(self._failed, failed, self._end(now + timedelta(seconds=self.settings.retry_seconds), now))
            return None
        limit = now + timedelta(seconds=self.settings.cache_seconds)
        statut = Statut(statut.revoked, min(statut.until, limit))
        _keep(self._known, key, (statut, self._end(statut.until, now)))
        return statut

    def _end(self, at: datetime, now: datetime) -> Echeance:
        return Echeance.of(at, now, self.monotonic())

    async def _ask(self, url: str, certificate: x509.Certificate, now: datetime) -> Statut:
        issuer = await asyncio.to_thread(lambda: _issuer_of(certificate, self.authorities()))
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


def _keep(kept: OrderedDict[_K, _V], key: _K, value: _V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > MAX_KNOWN:
        kept.popitem(last=False)


def _issuer_of(certificate: x509.Certificate, authorities: Sequence[x509.Certificate]) -> x509.Certificate:
    for authority in authorities:
        try:
            certificate.verify_directly_issued_by(authority)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return authority
    raise ReponseOcspRefusee
