# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Figures of the images door for Prometheus, on loopback. Labels are statuses, codes and forms: never a patient, an exam nor a person."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from drimbox.source.partage.sortie import Compte

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Mesures:
    """The figures of one process."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self._answers = Counter(
            "drimbox_images_reponses", "Réponses, par forme et par statut.", ("forme", "status"), registry=self.registry
        )
        self._refusals = Counter("drimbox_images_refus", "Refus, par code.", ("code",), registry=registry)
        self._dropped = Counter("drimbox_images_connexions_refusees", "Connexions refusées, par code.", ("code",), registry=registry)
        self._bytes = Counter("drimbox_images_octets", "Octets d'images envoyés.", registry=registry)
        self._instances = Counter("drimbox_images_instances", "Instances envoyées.", registry=registry)
        self._converted = Counter("drimbox_images_conversions", "Instances envoyées dans une autre syntaxe.", registry=registry)
        self._first = self._histogram("drimbox_images_premier_octet_secondes", "Délai du premier octet.")
        self._whole = self._histogram("drimbox_images_transfert_secondes", "Durée d'un transfert.")
        self._pacs = self._histogram("drimbox_images_pacs_secondes", "Attente du PACS, par transfert.")
        self._peer = self._histogram("drimbox_images_pair_secondes", "Attente du pair, par transfert.")

    def _histogram(self, name: str, text: str) -> Histogram:
        return Histogram(name, text, buckets=_SECONDS, registry=self.registry)

    def watch(self, name: str, text: str, read: Callable[[], float]) -> None:
        """Show a value that is read when it is asked for."""
        Gauge(name, text, registry=self.registry).set_function(read)

    def answered(self, forme: str, status: int) -> None:
        """Count an answer."""
        self._answers.labels(forme, str(status)).inc()

    def refused(self, code: str) -> None:
        """Count a refusal."""
        self._refusals.labels(code).inc()

    def dropped(self, code: str) -> None:
        """Count a connection that was not taken."""
        self._dropped.labels(code).inc()

    def transferred(self, compte: Compte) -> None:
        """Count a transfer, whole or cut."""
        self._bytes.inc(compte.bytes)
        self._instances.inc(compte.instances)
        self._converted.inc(compte.converted)
        if compte.first is not None:
            self._first.observe(compte.first)
        self._whole.observe(compte.seconds)
        self._pacs.observe(compte.pacs)
        self._peer.observe(compte.waited)

    def application(self) -> web.Application:
        """Return the HTTP application that shows them."""
        application = web.Application()
        application.router.add_get("/metrics", self._show)
        return application

    async def _show(self, _request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})
