# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Cuts the open connections of a DRIMbox that left the list, or whose certificate is revoked: no transfer outlives an exclusion.

Each request is judged when it comes (``source/admission``); this looks, about once a second, whether what is in force changed, and judges
again those whose connection is open. The same look brings the CRLs fetched to the checks of the next requests. It costs one small query
a second, whatever the number of connections; a notification of the database would spare it and still need it, for the ones that get lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from confiance.distinguished_name import DistinguishedName
from confiance.errors import DrimmError, OwnError
from confiance.exploitation.logs import get_logger
from confiance.liste_blanche import ListeBlanche
from drimbox.socle import tls
from drimbox.socle.annuaire import queries as annuaire
from drimbox.socle.annuaire.queries import EnVigueur
from drimbox.socle.journal.actions import new_trace, record
from drimbox.source.admission.errors import CertificatHorsListe, InterneIndisponible
from drimbox.source.admission.rules import know_pair
from drimbox.source.partage.orm import Base

LOOK_SECONDS = 1.0
log = get_logger("partage")


@dataclass
class Exclusion:
    """The watch over open connections.

    Attributes:
        base: way to the database.
        revocation: the checks of admission, to which the CRLs fetched are given.
        transports: returns the open connections.
        now: clock.
    """

    base: Base
    revocation: tls.RevocationChecker
    transports: Callable[[], Iterable[asyncio.BaseTransport | None]]
    now: Callable[[], datetime]
    _revision: int | None = field(default=None, init=False)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Look once, then again and again for the time of a block."""
        await self._try()
        task = asyncio.get_running_loop().create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self._try()

    async def _try(self) -> None:
        try:
            await self.look()
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
        if held is None or held.revision == self._revision:
            return
        self.revocation.use_crls(held.crls)
        for transport in tuple(self.transports()):
            await self._judge(transport, held)
        self._revision = held.revision  # at last: a look that fails is made again

    async def _close_all(self, error: DrimmError) -> None:
        """The list held no longer verifies (its signer was revoked): nobody is known any more, as for the next requests."""
        self._revision = None
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
        transport.abort()  # first cut, then write: the journal may be slow
        try:
            await self.base.run(_write, error.code, peer_dn, peer_ip)
        except InterneIndisponible as unwritten:
            log.error("partage:journal:unwritten", code=unwritten.code, peer_ip=peer_ip)


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
