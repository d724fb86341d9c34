# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Ends a transfer under way when its source leaves the list, or when the certificate it showed is revoked.

The source was judged when the connection was opened; a series may last long, and an exclusion does not wait for its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from cryptography import x509
from django.db import Error, connections

from confiance.distinguished_name import DistinguishedName
from confiance.errors import DrimmError, OwnError
from confiance.exploitation.logs import get_logger
from drimbox.config import Tls
from drimbox.conso.rapatriement.errors import DestinationHorsListe
from drimbox.conso.rapatriement.rules import Destination
from drimbox.socle.annuaire import queries as annuaire
from drimbox.socle.annuaire.queries import EnVigueur
from drimbox.socle.tls import RevocationChecker

LOOK_SECONDS = 1.0
log = get_logger("rapatriement")


class Veille:
    """Watches over the source of one transfer."""

    def __init__(self, destination: Destination, settings: Tls, now: Callable[[], datetime]) -> None:
        """Watch a source that the list holds now.

        Raises:
            AncresIllisibles: the anchors cannot be read.
        """
        self._destination, self._checker, self._now = destination, RevocationChecker(settings.anchors), now
        self._certificate: x509.Certificate | None = None
        self._revision: int | None = None
        self._judged: tuple[int, int] | None = None

    def meet(self, certificate: x509.Certificate) -> None:
        """Take the certificate that the source showed, once it was verified."""
        self._certificate = certificate

    def refusal(self) -> DrimmError | None:
        """Return why the transfer must end, or None. It looks at the database about once a second, whatever the number of transfers."""
        try:
            return self._judge()
        except Error:
            return None  # the next look will tell
        finally:
            connections.close_all()  # this thread belongs to one transfer and ends with it

    def _judge(self) -> DrimmError | None:
        try:
            held = annuaire.en_vigueur()
        except OwnError as error:
            return DestinationHorsListe("La Liste Blanche en vigueur ne peut plus être vérifiée.", remede=error.remede)
        if held is None or (seen := self._believe(held)) == self._judged:
            return None
        liste = held.lecteur.liste.current
        shown = self._destination.dns if self._certificate is None else {DistinguishedName.from_certificate(self._certificate)}
        if liste is None or not shown & liste.dns(str(self._destination.db)):
            return DestinationHorsListe("La DRIMbox source a quitté la Liste Blanche pendant le transfert.", remede=_REMEDE)
        refused = self._revoked()
        if refused is None and self._certificate is not None:
            self._judged = seen
        return refused

    def _believe(self, held: EnVigueur) -> tuple[int, int]:
        """Return the number of what is believed now: the list and the CRLs fetched, those of the folder of anchors."""
        if held.revision != self._revision:
            self._checker.use_crls(held.crls)
            self._revision = held.revision
        return held.revision, self._checker.generation()

    def _revoked(self) -> DrimmError | None:
        if self._certificate is None:
            return None
        try:
            self._checker.check(self._certificate, self._now())
        except OwnError:
            return None  # no CRL at hand is our fault: what runs was let in by one that was good
        except DrimmError as error:
            return error
        return None


_REMEDE = "Redemander les images quand la source sera de nouveau dans la liste ; ce qui est déjà rangé dans le PACS est gardé."


@asynccontextmanager
async def watched(refusal: Callable[[], DrimmError | None]) -> AsyncIterator[None]:
    """Run a block as long as there is no refusal; then cut it wherever it waits, and raise that refusal.

    Args:
        refusal: asked in a thread, about once a second.

    Raises:
        DrimmError: the refusal.
    """
    task, found = asyncio.current_task(), list[DrimmError]()
    assert task is not None
    watcher = asyncio.get_running_loop().create_task(_watch(task, refusal, found))
    try:
        yield
    except (asyncio.CancelledError, GeneratorExit):
        if found:
            raise found[0] from None
        raise
    finally:
        watcher.cancel()


async def _watch(task: asyncio.Task[object], refusal: Callable[[], DrimmError | None], found: list[DrimmError]) -> None:
    while not found:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            error = await asyncio.get_running_loop().run_in_executor(None, refusal)
        except Exception as failure:  # a watch that ended would let an excluded source go on, in silence
            log.error("rapatriement:veille:failed", exc_info=failure)
            continue
        if error is not None:
            found.append(error)
    task.cancel()
