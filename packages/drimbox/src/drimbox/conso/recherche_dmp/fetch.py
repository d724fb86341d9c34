# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Asks the DMP: the KOS of a patient, a few at a time. What they mean is read elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from confiance.errors import DrimmError
from drimbox.config import DrimboxSettings
from drimbox.conso.recherche_dmp.errors import KosNonDemande
from drimbox.conso.recherche_dmp.fenetres import find_all
from drimbox.socle.dmp.client import DmpClient
from drimbox.socle.dmp.model import ContexteVihf, FicheDocument

AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Document:
    """One KOS of the record: its entry, and its bytes or why they could not be had."""

    fiche: FicheDocument
    contenu: bytes = b""
    error: DrimmError | None = None


@dataclass(frozen=True, slots=True)
class DejaVus:
    """What earlier searches of the same call left, by the unique ids of entries.

    Attributes:
        lus: held; only their entry is returned.
        refuses: asked for, and not had; asked for again once the others were.
    """

    lus: Collection[str] = frozenset()
    refuses: Collection[str] = frozenset()


async def fetch_kos(drimbox: DrimboxSettings, contexte: ContexteVihf, *, vus: DejaVus, most: int) -> list[Document]:
    """Search the KOS of a patient, and fetch the first of those that are not held yet.

    Args:
        drimbox: settings.
        contexte: who asks, for whom.
        vus: what earlier searches left.
        most: how many are fetched, the most recent first; the entries of the others come with a :class:`KosNonDemande`.

    Raises:
        DrimmError: the search itself failed.
    """
    async with DmpClient(drimbox.dmp) as dmp:
        fiches = await find_all(dmp, contexte, datetime.now(UTC))
        wanted, turn = wanted_of(fiches, vus, most), asyncio.Semaphore(AT_ONCE)

        async def one(fiche: FicheDocument) -> Document:
            if fiche.unique_id in vus.lus:
                return Document(fiche)
            if fiche.unique_id not in wanted:
                return Document(fiche, error=KosNonDemande())
            async with turn:
                try:
                    return Document(fiche, await dmp.retrieve(contexte, fiche))
                except DrimmError as error:
                    return Document(fiche, error=error)

        return await asyncio.gather(*map(one, fiches))


def wanted_of(fiches: Sequence[FicheDocument], vus: DejaVus, most: int) -> frozenset[str]:
    """Return the unique ids of the KOS to fetch now: those never asked for before those that were refused, the most recent first."""
    missing = [fiche.unique_id for fiche in fiches if fiche.unique_id not in vus.lus]
    return frozenset(sorted(missing, key=lambda unique_id: unique_id in vus.refuses)[:most])
