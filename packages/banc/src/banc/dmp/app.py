# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The simulated DMP as an aiohttp application: client certificate, breakdowns, then the services.

The caller gives TLS (a context that demands a client certificate, see :func:`banc.dmp.server.server_context`). Without a certificate
nothing is served: there is no plain mode.
"""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web
from cryptography import x509

from banc.dmp.answers import Answer
from banc.dmp.config import DmpConfig
from banc.dmp.etat import Etat
from banc.dmp.products import AUTH_CLI, Anchors, BadCertificate
from banc.dmp.refusals import CertificateRefusal
from banc.dmp.services import PATIENT_ACTIONS, REGISTRY_ACTIONS, REPOSITORY_ACTIONS, Services
from banc.dmp.store import Store

SILENCE_SECONDS: Final = 3600.0


class DmpSimule:
    """A running simulator: its store, and how it answers."""

    def __init__(self, config: DmpConfig) -> None:
        self.config = config
        self.etat = Etat.NORMAL
        self.store = Store(config.folder)
        self._anchors = Anchors(config.anchors)
        self._services = Services(config, self._anchors, self.store)

    async def handle(self, request: web.Request, actions: dict[str, str]) -> web.StreamResponse:
        """Answer one HTTP request."""
        etat = self.etat
        if etat is Etat.PANNE:
            return web.Response(status=503, text="Service indisponible (panne simulée).")
        try:
            self._check_client(request)
        except CertificateRefusal as refusal:
            return web.Response(status=403, text=refusal.detail)
        body = await request.read()
        if etat is Etat.SILENCE:
            await asyncio.sleep(SILENCE_SECONDS)
        answer = self._services.answer(request.headers.get("Content-Type", ""), body, actions)
        if etat is Etat.PERTE and request.transport is not None:
            request.transport.abort()
        return _response(answer)

    def _check_client(self, request: web.Request) -> None:
        connection = None if request.transport is None else request.transport.get_extra_info("ssl_object")
        der = None if connection is None else connection.getpeercert(binary_form=True)
        if der is None:
            raise CertificateRefusal("tls", "Il faut un certificat ORG AUTH_CLI.")
        try:
            self._anchors.check(x509.load_der_x509_certificate(der), AUTH_CLI, self.config.now())
        except BadCertificate as error:
            raise CertificateRefusal("tls", str(error)) from None


SIMULATOR: Final = web.AppKey("simulator", DmpSimule)


def create_app(config: DmpConfig) -> web.Application:
    """Return the application of a simulator; ``app[SIMULATOR]`` is the simulator itself."""
    simulator = DmpSimule(config)
    app = web.Application(client_max_size=config.max_bytes)
    app[SIMULATOR] = simulator

    async def repository(request: web.Request) -> web.StreamResponse:
        return await simulator.handle(request, REPOSITORY_ACTIONS)

    async def registry(request: web.Request) -> web.StreamResponse:
        return await simulator.handle(request, REGISTRY_ACTIONS)

    async def patients(request: web.Request) -> web.StreamResponse:
        return await simulator.handle(request, PATIENT_ACTIONS)

    app.router.add_post("/patients", patients)
    app.router.add_post("/repository", repository)
    app.router.add_post("/registry", registry)
    return app


def create_control_app(simulator: DmpSimule) -> web.Application:
    """Return the application that drives a simulator from another process. It has no TLS: bind it to the loopback only."""

    async def read(_request: web.Request) -> web.Response:
        entries = [
            {"uniqueId": e.unique_id, "mimeType": e.item.mime_type, "status": e.status, "confidentialites": e.confidentialities}
            for e in simulator.store.entries.values()
        ]
        return web.json_response({"etat": simulator.etat.value, "documents": entries})

    async def change(request: web.Request) -> web.Response:
        try:
            simulator.etat = Etat((await request.json())["etat"])
        except (ValueError, KeyError, TypeError):
            return web.json_response({"erreur": f"etat : {', '.join(etat.value for etat in Etat)}"}, status=400)
        return web.json_response({"etat": simulator.etat.value})

    app = web.Application()
    app.router.add_get("/etat", read)
    app.router.add_post("/etat", change)
    return app


def _response(answer: Answer) -> web.Response:
    return web.Response(status=answer.status, body=answer.body, headers={"Content-Type": answer.content_type})
