# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""An OCSP responder of the banc (RFC 6960): it answers for one authority, and fails in the ways a real one does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from banc.pki.authority import Authority

LIFE = timedelta(hours=1)
PATH = "/ocsp"


class Humeur(StrEnum):
    """How it answers."""

    JUSTE = "juste"
    MUET = "muet"
    PERIME = "perime"
    ERREUR = "erreur"


@dataclass
class RepondeurOcsp:
    """A responder while it runs.

    Attributes:
        url: where it is asked; certificates name it.
        authority: who issued what it is asked about; set before the first question.
        revoked: serial numbers that it says revoked.
        humeur: how it answers from now on.
        asked: serial numbers of the questions, in order.
    """

    url: str = ""
    authority: Authority | None = None
    revoked: set[int] = field(default_factory=set)
    humeur: Humeur = Humeur.JUSTE
    asked: list[int] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.Response:
        """Answer one question."""
        question = ocsp.load_der_ocsp_request(await request.read())
        self.asked.append(question.serial_number)
        if self.humeur is Humeur.MUET:
            await asyncio.Event().wait()  # until who asks has left
        if self.humeur is Humeur.ERREUR:
            return web.Response(status=500)
        age = 2 * LIFE if self.humeur is Humeur.PERIME else timedelta(minutes=1)
        body = await asyncio.to_thread(self.answer, question, datetime.now(UTC) - age)
        return web.Response(body=body, content_type="application/ocsp-response")

    def answer(self, question: ocsp.OCSPRequest, at: datetime) -> bytes:
        """Return the DER answer to a question, as of an instant and for one hour.

        Args:
            question: it names the certificate by its serial number and its issuer's hashes.
            at: thisUpdate.
        """
        assert self.authority is not None
        revoked = question.serial_number in self.revoked
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            question.issuer_name_hash,
            question.issuer_key_hash,
            question.serial_number,
            question.hash_algorithm,
            ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
            at,
            at + LIFE,
            at if revoked else None,
            x509.ReasonFlags.key_compromise if revoked else None,
        )
        signed = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.authority.certificate).sign(self.authority.key, hashes.SHA256())
        return signed.public_bytes(Encoding.DER)


@asynccontextmanager
async def repondeur_ocsp() -> AsyncIterator[RepondeurOcsp]:
    """Run a responder on loopback for the time of a block."""
    repondeur = RepondeurOcsp()
    application = web.Application()
    application.router.add_post(PATH, repondeur.serve)
    runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    repondeur.url = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    try:
        yield repondeur
    finally:
        await runner.cleanup()
