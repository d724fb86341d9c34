# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Asks the DMP: the KOS of a patient, a few at a time. What they mean is read elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from confiance.errors import DrimmError
from drimbox.config import DrimboxSettings
from drimbox.socle.dmp.client import DmpClient
from drimbox.socle.dmp.model import ContexteVihf, FicheDocument

AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Document:
    """One KOS of the record: its entry, and its bytes or why they could not be had."""

    fiche: FicheDocument
    contenu: bytes = b""
    error: DrimmError | None = None


async def fetch_kos(drimbox: DrimboxSettings, contexte: ContexteVihf, *, known: Collection[str], most: int) -> list[Document]:
    """Search the KOS of a patient and fetch those that are not known yet.

    Args:
        drimbox: settings.
        contexte: who asks, for whom.
        known: unique ids already held; only their entry is returned.
        most: how many are taken, the most recent first.

    Raises:
        DrimmError: the search itself failed.
    """
    async with DmpClient(drimbox.dmp) as dmp:
        fiches = (await dmp.find_kos(contexte))[:most]
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(fiche: FicheDocument) -> Document:
            if fiche.unique_id in known:
                return Document(fiche)
            async with turn:
                try:
                    return Document(fiche, await dmp.retrieve(contexte, fiche))
                except DrimmError as error:
                    return Document(fiche, error=error)

        return await asyncio.gather(*map(one, fiches))
