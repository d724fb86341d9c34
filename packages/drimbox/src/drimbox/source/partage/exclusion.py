# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Cuts the open connections of a DRIMbox that left the list, or whose certificate is revoked: no transfer outlives an exclusion.

Each request is judged when it comes (``source/admission``); this looks, about once a second, whether what is in force changed (the list, a
CRL that was fetched, one that a person put in the folder of anchors) and judges again those whose connection is open. The same look brings
the CRLs fetched to the checks of the next requests. It costs one small query a second, whatever the number of connections; a notification
of the database would spare it and still need it, for the ones that get lost. OCSP responders are asked again too, when their answer ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.db import transaction

from confiance.distinguished_name import DistinguishedName
from confiance.errors import DrimmError, OwnError
from confiance.exploitation.logs import get_logger
from confiance.liste_blanche import ListeBlanche
from drimbox.socle import tls
from drimbox.socle.annuaire import queries as annuaire
from drimbox.socle.annuaire.queries import EnVigueur
from drimbox.socle.journal.actions import new_trace, record
from drimbox.source.admission.chain import refus_of
from drimbox.source.admission.errors import CertificatHorsListe, InterneIndisponible, ListePerimee, Refus
from drimbox.source.admission.repondeur import Repondeur
from drimbox.source.admission.rules import know_pair
from drimbox.source.partage.orm import Base

LOOK_SECONDS = 1.0
RESPONDERS_SECONDS = 10.0
log = get_logger("partage")


@dataclass
class Exclusion:
    """The watch over open connections.

    Attributes:
        base: way to the database.
        revocation: the checks of admission, to which the CRLs fetched are given.
        transports: returns the open connections.
        now: clock.
        ocsp: responders asked beside the CRLs, or None.
        told: told why a connection is about to be closed.
    """

    base: Base
    revocation: tls.RevocationChecker
    transports: Callable[[], Iterable[asyncio.BaseTransport | None]]
    now: Callable[[], datetime]
    ocsp: Repondeur | None = None
    told: Callable[[asyncio.BaseTransport, Refus], None] = lambda _transport, _refus: None
    _judged: tuple[int, int] | None = field(default=None, init=False)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Look once, then again and again for the time of a block."""
        await self._try(self.look)
        watches = [self._watch(self.look, LOOK_SECONDS)]
        if self.ocsp is not None:
            watches.append(self._watch(partial(self.ask, self.ocsp), RESPONDERS_SECONDS))
        tasks = [asyncio.get_running_loop().create_task(watch) for watch in watches]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, look: Callable[[], Awaitable[None]], seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self._try(look)

    async def _try(self, look: Callable[[], Awaitable[None]]) -> None:
        try:
            await look()
        except InterneIndisponible as error:  # the database is away: what is open goes on, the next look will tell
            log.warning("partage:exclusion:blind", code=error.code)
        except Exception as error:  # a watch that ended would leave every excluded peer connected, in silence
            log.error("partage:exclusion:failed", exc_info=error)

    async def look(self) -> None:
        """Judge the open connections again, if what is in force changed since the last look."""
        try:
            held = await self.base.run(annuaire.en_vigueur)
        except OwnError as error:
            await self._close_all(error)
            return
        if held is None:
            return
        seen = await asyncio.to_thread(self._believe, held)
        if seen == self._judged:
            return
        for transport in tuple(self.transports()):
            await self._judge(transport, held)
        self._judged = seen  # at last: a look that fails is made again

    def _believe(self, held: EnVigueur) -> tuple[int, int]:
        """Give the CRLs fetched to the checks, if they are new; return the number of what is believed now."""
        if self._judged is None or held.revision != self._judged[0]:
            self.revocation.use_crls(held.crls)
        return held.revision, self.revocation.generation()

    async def ask(self, ocsp: Repondeur) -> None:
        """Ask the responders again about those whose connection is open; an answer is kept for a while, so most looks ask nothing."""
        for transport in tuple(self.transports()):
            if transport is None or transport.is_closing():
                continue
            try:
                await ocsp.check(tls.peer_certificate(transport), self.now())
            except tls.CertificatRevoque as error:
                await self._close(transport, error)
            except DrimmError:
                continue  # nobody could say: what runs was let in when somebody could, or when the CRLs were enough

    async def _close_all(self, error: DrimmError) -> None:
        """The list held no longer verifies (its signer was revoked): nobody is known any more, as for the next requests."""
        self._judged = None
        for transport in tuple(self.transports()):
            await self._close(transport, error)

    async def _judge(self, transport: asyncio.BaseTransport | None, held: EnVigueur) -> None:
        if transport is None or transport.is_closing():
            return
        try:
            certificate = tls.peer_certificate(transport)
            _check(DistinguishedName.from_certificate(certificate), held.lecteur.liste.current)
            self.revocation.check(certificate, self.now())
        except (tls.CrlAbsente, tls.CrlPerimee):
            return  # our fault: new requests are refused, what runs was let in by a CRL that was good
        except DrimmError as error:
            await self._close(transport, error)
        except Exception as error:  # who cannot be judged is not let through, and the others are judged all the same
            log.error("partage:exclusion:failed", exc_info=error)
            await self._close(transport, InterneIndisponible())

    async def _close(self, transport: asyncio.BaseTransport | None, error: DrimmError) -> None:
        if not isinstance(transport, asyncio.Transport) or transport.is_closing():
            return
        peer_dn, peer_ip = _names(transport)
        self.told(transport, _refus_of(error))
        transport.abort()  # first cut, then write: the journal may be slow
        try:
            await self.base.run(_write, error.code, peer_dn, peer_ip)
        except InterneIndisponible as unwritten:
            log.error("partage:journal:unwritten", code=unwritten.code, peer_ip=peer_ip)


def _refus_of(error: DrimmError) -> Refus:
    if isinstance(error, Refus):
        return error
    return ListePerimee() if isinstance(error, OwnError) else refus_of(error)


def _check(dn: DistinguishedName, liste: ListeBlanche | None) -> None:
    if liste is None:
        raise CertificatHorsListe
    know_pair(dn, liste)


def _names(transport: asyncio.Transport) -> tuple[str, str]:
    try:
        dn = str(tls.peer_dn(transport))
    except DrimmError:
        dn = ""
    return dn, str((transport.get_extra_info("peername") or ("",))[0])


@transaction.atomic
def _write(code: str, peer_dn: str, peer_ip: str) -> None:
    record("annuaire:connexion:closed", trace=new_trace(), code=code, peer_dn=peer_dn, peer_ip=peer_ip)
