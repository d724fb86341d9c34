# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The HTTP application of the db names. Nothing of a request outlives it: what is shared is read-only, a bound, or bytes of the PACS."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TypeAlias, TypeVar

from aiohttp import HttpVersion11, web
from aiohttp.typedefs import Handler, Middleware

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from drimbox.config import DrimboxSettings, Pacs
from drimbox.socle import tls
from drimbox.source.admission import problem
from drimbox.source.admission.chain import Admis, Admission, Arrivee, Entetes
from drimbox.source.admission.errors import (
    CertificatRefuse,
    InterneIndisponible,
    MethodeRefusee,
    Refus,
    TraceInconnue,
    VersionRefusee,
)
from drimbox.source.admission.formats import choose_media
from drimbox.source.admission.queries import ended_kos
from drimbox.source.admission.rules import Pair, names_of
from drimbox.source.partage import pourquoi, queries, wadl
from drimbox.source.partage.conversion.atelier import Atelier
from drimbox.source.partage.equite import Bornes, Equite
from drimbox.source.partage.journal import Suivi, log_transfert, write_begun, write_refus, write_transfert
from drimbox.source.partage.mesures import Mesures
from drimbox.source.partage.orm import Base
from drimbox.source.partage.partagees import Recuperations
from drimbox.source.partage.paths import Forme, Ressource, read_path
from drimbox.source.partage.reponses import Demande, Reponses
from drimbox.source.partage.sortie import Compte, PairMuet
from drimbox.source.partage.veille import EnCours, Veille

log = get_logger("partage")
HSTS = "max-age=63072000; includeSubDomains"
ALLOW = "GET, OPTIONS"
PAGE = ("text/html", "application/json")
_STARTED = web.RequestKey("started", bool)
_SUIVI = web.RequestKey("suivi", Suivi)
T = TypeVar("T")
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
    mesures: Mesures = field(default_factory=Mesures)
    places: Equite = field(init=False)
    recuperations: Recuperations = field(init=False)
    atelier: Atelier = field(init=False)
    veille: Veille = field(init=False)
    _tasks: set[asyncio.Task[bool | None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        images = self.settings.images
        self.places, self.recuperations = Equite(Bornes.of_door(images)), Recuperations.of(images)
        self.atelier = Atelier.of(images.conversion)
        self.veille = Veille(lambda uids: self.base.run(ended_kos, uids))
        self.mesures.watch("drimbox_images_transferts", "Transferts en cours.", lambda: float(self.places.running.total()))
        self.mesures.watch("drimbox_images_attentes", "Demandes qui attendent un transfert.", lambda: float(self.places.waiting))
        self.mesures.watch("drimbox_images_attentes_pacs", "Lectures qui attendent leur PACS.", lambda: float(self.recuperations.waiting))
        self.mesures.watch("drimbox_images_lectures", "Lectures du PACS qui se partagent.", lambda: float(self.recuperations.count))
        self.mesures.watch("drimbox_images_reserve_octets", "Octets chiffrés sur disque.", lambda: float(self.recuperations.reserve.used))

    def application(self) -> web.Application:
        """Return the HTTP application."""
        application = web.Application(middlewares=[self._answer_refusals])
        application.router.add_route("*", "/{path:.*}", self._serve, expect_handler=_expect_nothing)
        application.on_response_prepare.append(_mark)
        return application

    def told(self, request: web.BaseRequest, refus: Refus) -> str:
        """Write that what came was refused before any of its words was read; return its number in the journal."""
        suivi = _suivi(request)
        self.mesures.refused(refus.code)
        self._kept(self._write(write_refus, suivi, refus))
        return suivi.trace

    async def close(self) -> None:
        """Free processes and threads; call it when no request runs any more."""
        await asyncio.gather(*self._tasks)
        await self.atelier.close()
        self.recuperations.close()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        suivi: Suivi = request[_SUIVI]
        if request.path.startswith(pourquoi.PREFIX):
            return await self._explain(request, suivi)
        pair, db = await self.admission.know(_arrivee(request), self.now())
        suivi.db = db
        if request.version != HttpVersion11:  # without chunks nothing would tell a cut answer from a whole one
            raise VersionRefusee
        if request.method == "OPTIONS":
            return web.Response(body=wadl.document(db), content_type=wadl.CONTENT_TYPE, headers={"Allow": ALLOW})
        if request.method != "GET":
            raise MethodeRefusee
        ressource = read_path(request.path)
        suivi.path_template, suivi.forme = ressource.template, ressource.forme
        admis = await self._admit(request, pair, db, ressource, suivi)
        compte = Compte()
        async with self.places.place(pair.dn.canonical) as waited:
            if waited:  # a token or a KOS that was good may have ended meanwhile, the traits of a patient be erased
                admis = await self._admit(request, pair, db, ressource, suivi)
            demande = Demande(request, ressource, admis, self._pacs_of(db), compte, partial(self._begin, suivi))
            return await self._transfer(demande, suivi)

    async def _admit(self, request: web.Request, pair: Pair, db: str, ressource: Ressource, suivi: Suivi) -> Admis:
        admis = await self.admission.admit(pair, db, ressource.study, _entetes(request), suivi.meet)
        suivi.kos_id, suivi.examen_id = admis.kos.kos_id, admis.kos.examen_id
        admis.examen.require(ressource.series, ressource.instance)
        return admis

    async def _transfer(self, demande: Demande, suivi: Suivi) -> web.StreamResponse:
        reponses, compte = Reponses(self.settings.images, self.recuperations, self.atelier), demande.compte
        transfert: EnCours | None = None
        try:
            with self.veille.running(demande.admis.kos.sop_instance_uid, demande.request.transport) as transfert:
                response = await reponses.answer(demande)
        except (PairMuet, ConnectionError, asyncio.CancelledError) as error:
            await self._note(suivi, compte, _why_ended(error, transfert))
            raise
        except Refus as refus:
            if compte.first is not None:
                await self._note(suivi, compte, refus.code)
            raise
        await self._note(suivi, compte, None)
        return response

    async def _begin(self, suivi: Suivi) -> None:
        """Write who reads.

        Raises:
            InterneIndisponible: the journal cannot take it: nothing leaves.
        """
        if not await self._write(write_begun, suivi):
            raise InterneIndisponible

    async def _note(self, suivi: Suivi, compte: Compte, code: str | None) -> None:
        if suivi.forme != Forme.RECHERCHE:
            self.mesures.transferred(compte)
        await asyncio.shield(self._kept(self._end(suivi, compte, code)))  # a peer that leaves at the end takes no line with it

    async def _end(self, suivi: Suivi, compte: Compte, code: str | None) -> bool:
        written = await self._write(write_transfert, suivi, compte, code)
        if not written:
            log_transfert(suivi, compte, code)
        return bool(written)

    def _kept(self, work: Coroutine[object, object, bool | None]) -> asyncio.Task[bool | None]:
        """Begin to write, and hold it until it is written."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _explain(self, request: web.Request, suivi: Suivi) -> web.Response:
        """Tell a peer why it was refused: any certificate in date may read its own lines, in the list or not."""
        dn, suivi.path_template = self.admission.recognise(_arrivee(request), self.now()), pourquoi.PREFIX + "*"
        if request.method != "GET":
            raise MethodeRefusee
        trace = pourquoi.read_trace(request.path)
        lines = await self.base.run(queries.of_peer, trace, dn)
        if not lines:
            raise TraceInconnue
        media = choose_media(request.headers.getall("Accept", ["*/*"]), PAGE)
        body = pourquoi.page(trace, lines) if media == PAGE[0] else pourquoi.document(trace, lines)
        response = web.Response(body=body, content_type=media, charset="utf-8", headers=pourquoi.HEADERS)
        response.force_close()
        return response

    def _pacs_of(self, db: str) -> Pacs:
        couple = next(couple for couple in self.settings.couples if couple.db.lower() == db)  # admission checked that it is ours
        return self.settings.pacs_named(couple.pacs)

    async def _write(self, function: Callable[..., T], suivi: Suivi, *args: object) -> T | None:
        try:
            return await asyncio.shield(self.base.run(function, suivi, *args))
        except InterneIndisponible as error:
            log.error("partage:journal:unwritten", trace=suivi.trace, code=error.code, **suivi.fields())
            return None

    @property
    def _answer_refusals(self) -> Middleware:
        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            del handler  # the router's, that knows no « OPTIONS * »
            suivi = request[_SUIVI] = _suivi(request)
            try:
                response = await self._serve(request)
            except Refus as error:
                response = await self._refuse(request, suivi, error)
            except (PairMuet, ConnectionError):
                response = _cut(request)
            except Exception as error:
                log.error("partage:demande:failed", trace=suivi.trace, exc_info=error)
                refus = InterneIndisponible()
                refus.__cause__ = error
                response = await self._refuse(request, suivi, refus)
            self.mesures.answered(suivi.forme, response.status)
            return response

        return middleware

    async def _refuse(self, request: web.Request, suivi: Suivi, refus: Refus) -> web.StreamResponse:
        self.mesures.refused(refus.code)
        written = await self._write(write_refus, suivi, refus)
        if _started(request):
            return _cut(request)
        headers = {"Cache-Control": "no-store", "Content-Type": problem.CONTENT_TYPE, **_headers(refus)}
        if _wants_page(request):
            body, headers = pourquoi.refusal(refus, suivi.trace), headers | pourquoi.HEADERS | {"Content-Type": f"{PAGE[0]}; charset=utf-8"}
        else:
            body = problem.body(refus, suivi.trace, self._why(request, suivi) if written else None)
        response = web.Response(status=refus.status, body=body, headers=headers)
        if suivi.db is None:  # who was not recognised as a peer, under one of our names, keeps no connection
            response.force_close()
        return response

    def _why(self, request: web.Request, suivi: Suivi) -> str | None:
        """Return the address of the page that explains a refusal, under the name that the peer addresses if it is ours."""
        name = suivi.db or (tls.requested_name(request.transport) or "").rstrip(".").lower()
        return pourquoi.address(name, suivi.trace) if name in self.admission.served and suivi.peer_dn else None


def _wants_page(request: web.Request) -> bool:
    """Tell whether a person asked why, who would rather read a page than a problem document."""
    with suppress(Refus):
        offered = (problem.CONTENT_TYPE, *PAGE)
        return request.path.startswith(pourquoi.PREFIX) and choose_media(request.headers.getall("Accept", []), offered) == PAGE[0]
    return False


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
    names = names_of(request.raw_path, request.headers.getall("Host", []))
    return Arrivee(certificate, tls.requested_name(request.transport), names)


def _entetes(request: web.Request) -> Entetes:
    headers = request.headers
    return Entetes(headers.getall("Authorization", []), headers.getall("KOS-SOPInstanceUID", []))


async def _expect_nothing(_request: web.Request) -> None:
    """Let an Expect header be: no request has a body here, and aiohttp's own refusal comes before ours and quotes it."""


def _suivi(request: web.BaseRequest) -> Suivi:
    suivi = Suivi(peer_ip=request.remote or "", method=request.method[:16])
    with suppress(DrimmError):
        dn = tls.peer_dn(request.transport)
        suivi.peer_dn, suivi.peer = str(dn), dn.canonical
    return suivi


def _why_ended(error: BaseException, transfert: EnCours | None) -> str:
    """Return the code of a transfer that ended with its connection: we closed it, the peer stopped reading, or the peer left."""
    if transfert is not None and transfert.exclusion is not None:
        return transfert.exclusion.code
    return "partage.pair_muet" if isinstance(error, PairMuet) else "partage.pair_parti"


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
