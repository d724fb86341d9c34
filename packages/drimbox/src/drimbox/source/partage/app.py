# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The HTTP application of the db names. Nothing of a request outlives it: what is shared is read-only or a bound."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from drimbox.config import DrimboxSettings, Pacs
from drimbox.socle import tls
from drimbox.source.admission import problem
from drimbox.source.admission.chain import Admis, Admission, Arrivee, Entetes
from drimbox.source.admission.errors import CadresNonServis, CertificatRefuse, InterneIndisponible, MethodeRefusee, Refus, TropDeTransferts
from drimbox.source.partage import wadl
from drimbox.source.partage.journal import Suivi, write_refus, write_transfert
from drimbox.source.partage.lecture import Lecture
from drimbox.source.partage.orm import Base
from drimbox.source.partage.paths import Ressource, read_path
from drimbox.source.partage.transfert import Compte, PairMuet, send

log = get_logger("partage")
HSTS = "max-age=63072000; includeSubDomains"
ALLOW = "GET, OPTIONS"
_STARTED = web.RequestKey("started", bool)
_SUIVI = web.RequestKey("suivi", Suivi)
Clock: TypeAlias = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Porte:
    """The images door.

    Attributes:
        settings: of this DRIMbox.
        admission: the checks.
        base: way to the database.
        now: clock.
    """

    settings: DrimboxSettings
    admission: Admission
    base: Base
    now: Clock = _utc_now
    running: int = 0
    threads: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        # twice as many threads as transfers: leaving a retrieval must never wait for a thread that only that leaving would free
        self.threads = ThreadPoolExecutor(2 * self.settings.images.max_transfers + 2, thread_name_prefix="images")

    def application(self) -> web.Application:
        """Return the HTTP application."""
        application = web.Application(middlewares=[self._answer_refusals])
        application.router.add_route("*", "/{path:.*}", self._serve)
        application.on_response_prepare.append(_mark)
        return application

    def close(self) -> None:
        """Free the threads; call it when no request runs any more."""
        self.threads.shutdown(wait=True)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        suivi: Suivi = request[_SUIVI]
        pair, db = await self.admission.know(_arrivee(request), self.now())
        suivi.db = db
        if request.method == "OPTIONS":
            return web.Response(body=wadl.document(db), content_type=wadl.CONTENT_TYPE, headers={"Allow": ALLOW})
        if request.method != "GET":
            raise MethodeRefusee
        ressource = read_path(request.path)
        suivi.path_template = ressource.template
        admis = await self.admission.admit(pair, db, ressource.study, _entetes(request))
        if ressource.frames:
            raise CadresNonServis
        return await self._transfer(request, ressource, admis, suivi)

    async def _transfer(self, request: web.Request, ressource: Ressource, admis: Admis, suivi: Suivi) -> web.StreamResponse:
        if self.running >= self.settings.images.max_transfers:
            raise TropDeTransferts
        self.running += 1
        compte, images = Compte(), self.settings.images
        try:
            async with Lecture(self.threads, self._pacs_of(admis.db), ressource, buffered=images.buffered_objects) as lecture:
                response = await send(request, lecture, admis.acceptation, images, compte)
        except (PairMuet, ConnectionError, asyncio.CancelledError) as error:
            await self._write(write_transfert, suivi, compte, "partage.pair_muet" if isinstance(error, PairMuet) else "partage.pair_parti")
            raise
        except Refus as refus:
            if compte.instances:
                await self._write(write_transfert, suivi, compte, refus.code)
            raise
        finally:
            self.running -= 1
        await self._write(write_transfert, suivi, compte, None)
        return response

    def _pacs_of(self, db: str) -> Pacs:
        couple = next(couple for couple in self.settings.couples if couple.db.lower() == db)  # admission checked that it is ours
        return self.settings.pacs_named(couple.pacs)

    async def _write(self, function: Callable[..., None], *args: object) -> None:
        try:
            await asyncio.shield(self.base.run(function, *args))
        except InterneIndisponible as error:
            log.error("partage:journal:unwritten", code=error.code)

    @property
    def _answer_refusals(self) -> Middleware:
        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            suivi = request[_SUIVI] = Suivi(peer_ip=request.remote or "", method=request.method[:16])
            with suppress(DrimmError):
                suivi.peer_dn = str(tls.peer_dn(request.transport))
            try:
                response = await handler(request)
            except Refus as error:
                return await self._refuse(request, suivi, error)
            except (PairMuet, ConnectionError):
                return _cut(request)
            except Exception as error:
                log.error("partage:demande:failed", trace=suivi.trace, exc_info=error)
                refus = InterneIndisponible()
                refus.__cause__ = error
                return await self._refuse(request, suivi, refus)
            return response

        return middleware

    async def _refuse(self, request: web.Request, suivi: Suivi, refus: Refus) -> web.StreamResponse:
        await self._write(write_refus, suivi, refus)
        if _started(request):
            return _cut(request)
        headers = {"Cache-Control": "no-store", **_headers(refus)}
        body = problem.body(refus, suivi.trace)
        return web.Response(status=refus.status, body=body, content_type=problem.CONTENT_TYPE, headers=headers)


def _headers(refus: Refus) -> dict[str, str]:
    headers = {}
    if refus.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if refus.status == 405:
        headers["Allow"] = ALLOW
    if refus.retry_after is not None:
        headers["Retry-After"] = str(refus.retry_after)
    return headers


def _arrivee(request: web.Request) -> Arrivee:
    try:
        certificate = tls.peer_certificate(request.transport)
    except tls.TlsRefuse as error:
        raise CertificatRefuse from error
    return Arrivee(certificate, tls.requested_name(request.transport), request.headers.getall("Host", []))


def _entetes(request: web.Request) -> Entetes:
    headers = request.headers
    return Entetes(headers.getall("Authorization", []), headers.getall("KOS-SOPInstanceUID", []), headers.getall("Accept", []))


def _started(request: web.Request) -> bool:
    return bool(request.get(_STARTED))


async def _mark(request: web.Request, response: web.StreamResponse) -> None:
    """Note that the status line leaves, and ask browsers and proxies to stay on TLS."""
    request[_STARTED] = True
    response.headers["Strict-Transport-Security"] = HSTS


def _cut(request: web.Request) -> web.Response:
    """End a connection whose answer has begun: what was sent must not look whole."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
