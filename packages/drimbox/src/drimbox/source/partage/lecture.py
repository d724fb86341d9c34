# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One retrieval from the PACS, read from the event loop.

The port of the PACS blocks: each step of it is made in a thread of a bounded pool. Objects wait behind its bounded channel, so a slow
client slows the PACS down; leaving closes the channel, which wakes whoever waits on it and aborts the association.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from confiance.errors import DrimmError
from drimbox.config import Pacs
from drimbox.socle.pacs.errors import PacsAbsent, PacsIndisponible, PacsOccupe
from drimbox.socle.pacs.identifiants import read_identifiants
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.retrieval import retrieve
from drimbox.source.admission.errors import PacsEnErreur, PacsMuet, Refus, RessourceInconnue
from drimbox.source.admission.errors import PacsIndisponible as PacsInjoignable
from drimbox.source.partage.paths import Ressource


class Lecture:
    """Objects of one resource, one at a time. Use it as an asynchronous context manager."""

    def __init__(self, pool: ThreadPoolExecutor, pacs: Pacs, ressource: Ressource, *, buffered: int) -> None:
        self._pool = pool
        self._ressource = ressource
        self._retrieval: AbstractContextManager[Iterator[ObjetDicom]] = retrieve(
            pacs, ressource.study, ressource.series, ressource.instance, buffered=buffered
        )
        self._objets: Iterator[ObjetDicom] = iter(())
        self._begun = False

    async def __aenter__(self) -> Self:
        self._objets = self._retrieval.__enter__()  # starts a thread, does not wait for the PACS
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._pool, self._retrieval.__exit__, None, None, None))

    async def next(self) -> ObjetDicom | None:
        """Return the next object, or None at the end.

        Raises:
            Refus: 404 nothing is there, 502 the PACS refuses or errs, 503 it cannot be reached, 504 it fell silent once begun.
        """
        try:
            objet = await asyncio.get_running_loop().run_in_executor(self._pool, next, self._objets, None)
            if objet is not None:
                await asyncio.get_running_loop().run_in_executor(self._pool, self._check, objet)
        except DrimmError as error:
            raise self._refus(error) from error
        self._begun = self._begun or objet is not None
        return objet

    def _check(self, objet: ObjetDicom) -> None:
        """Refuse an object of another study or series: a PACS that errs must not show one patient to another's physician."""
        found = read_identifiants(objet.dataset, objet.transfer_syntax_uid)
        wanted = self._ressource
        same = found.study == wanted.study and wanted.series in {None, found.series} and wanted.instance in {None, found.sop_instance}
        if not same or found.sop_instance != objet.sop_instance_uid:
            raise PacsEnErreur("Le PACS de la source a envoyé un objet d'un autre examen.")

    def _refus(self, error: DrimmError) -> Refus:
        if isinstance(error, Refus):
            return error
        if isinstance(error, PacsAbsent):
            return RessourceInconnue()
        if isinstance(error, PacsIndisponible):
            return PacsMuet() if self._begun and not isinstance(error, PacsOccupe) else PacsInjoignable()
        return PacsEnErreur()
