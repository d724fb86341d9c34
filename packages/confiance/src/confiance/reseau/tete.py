# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Bringing the head home with what it asks for: the changes of keys that were missed, the proof that the log only grew."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import aiohttp
from yarl import URL

from confiance.liste_blanche.trusted import Outcome
from confiance.reseau.fetch import FetchFailed, FetchLimits, fetch
from confiance.transparence import preuves
from confiance.transparence.jws import MAX_BYTES
from confiance.transparence.refusals import TeteCleInconnue, TeteConsistance, TetePeuSignee
from confiance.transparence.suivi import TrustedTete
from confiance.transparence.tete import FILE_NAME

HEAD_LIMITS: Final = FetchLimits(max_bytes=MAX_BYTES, total_seconds=30.0)
PROOF_LIMITS: Final = FetchLimits(max_bytes=preuves.MAX_BYTES, total_seconds=30.0)
MAX_CAUGHT_UP: Final = 8
"""Changes of keys followed in one reading."""


class HeadFetchFailed(FetchFailed):
    """The server gave no head, or not what the head asks for."""

    code = "reseau.tete"
    message = "La Tête de la Liste Blanche, ou une preuve qu'elle demande, n'a pas pu être téléchargée."
    remede = "Vérifier l'adresse et le serveur ; la liste reste acceptée sur sa seule signature."


def neighbour(list_address: str) -> str:
    """Return where the head is when nothing else is said: beside the list."""
    return beside(list_address, FILE_NAME)


def beside(address: str, name: str) -> str:
    """Return the address of a file published beside another."""
    try:
        return str(URL(address).join(URL(name)))
    except ValueError as error:
        raise HeadFetchFailed from error


@dataclass
class HeadFollower:
    """Reads heads from several addresses into one reader.

    Attributes:
        reader: the memory.
        etags: what each address gave last: its ETag, and the name of the head.
    """

    reader: TrustedTete
    etags: dict[str, tuple[str, str]] = field(default_factory=dict)

    async def poll(self, session: aiohttp.ClientSession, address: str, at: datetime) -> Outcome:
        """Fetch the head of one address and trust it if it may be.

        Raises:
            HeadFetchFailed: it cannot be had, or not what it asks for.
            TeteRefused: it is refused.
        """
        etag, given = self.etags.get(address, (None, ""))
        held = self.reader.current
        try:
            fetched = await fetch(session, address, etag=etag if held is not None and held.sha256 == given else None, limits=HEAD_LIMITS)
            if fetched.data is None:
                return Outcome.UNCHANGED
            needed = await self._catch_up(session, address, fetched.data)
        except HeadFetchFailed:
            raise
        except FetchFailed as error:
            raise HeadFetchFailed from error
        proof = None if needed is None else await self._proof(session, address, needed)
        try:  # even without its proof: a head that contradicts the one held is the evidence of a lie, and must be kept
            outcome = self.reader.update(fetched.data, at=at, consistency=proof)
        except TeteConsistance as refusal:
            if proof is None:
                raise HeadFetchFailed from refusal
            raise
        if fetched.etag and self.reader.current is not None:
            self.etags[address] = fetched.etag, self.reader.current.sha256
        return outcome

    async def _proof(self, session: aiohttp.ClientSession, address: str, sizes: tuple[int, int]) -> bytes | None:
        """Fetch the consistency proof between two sizes of the log; None when it cannot be had."""
        try:
            return (await fetch(session, beside(address, preuves.consistency_name(*sizes)), limits=PROOF_LIMITS)).data
        except FetchFailed:
            return None

    async def _catch_up(self, session: aiohttp.ClientSession, address: str, data: bytes) -> tuple[int, int] | None:
        """Follow the changes of keys that lead to this head, and return which consistency proof it needs."""
        for _ in range(MAX_CAUGHT_UP):
            try:
                return self.reader.proof_needed(data)
            except (TeteCleInconnue, TetePeuSignee) as refusal:
                name = preuves.rotation_name(self.reader.memory.trousseau.empreinte)
                try:
                    rotation = (await fetch(session, beside(address, name), limits=HEAD_LIMITS)).data
                except FetchFailed:
                    raise refusal from None  # nobody announced other keys than those we know
                self.reader.rotate(rotation or b"")
        return self.reader.proof_needed(data)
