# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Revocation, at a listener where a RIS or a PACS shows its certificate: the CRLs of its folder, and those that this DRIMbox fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TypeAlias

from cryptography import x509
from django.apps import apps
from django.db import Error, connections

from confiance.exploitation.logs import get_logger
from drimbox.socle.tls.revocation import RevocationChecker

CRLS_SECONDS = 60.0
Fetched: TypeAlias = tuple[x509.CertificateRevocationList, ...]
log = get_logger("annuaire")


class RevocationRelevee:
    """Checks certificates with the CRLs fetched at most a minute ago; each is verified under the authorities of the folder.

    It asks when somebody comes, and not at intervals: nothing runs while nobody calls, and no watch can end without a word.
    """

    def __init__(self, clients: Path, fetched: Callable[[], Awaitable[Fetched]]) -> None:
        """Read the folder.

        Args:
            clients: authorities of those who call, and their CRLs.
            fetched: returns the CRLs fetched, not verified yet.

        Raises:
            AncresIllisibles: the folder holds no root or an unreadable file.
        """
        self._checker = RevocationChecker(clients)
        self._fetched = fetched
        self._lock = asyncio.Lock()
        self._until = 0.0

    async def check(self, certificate: x509.Certificate, at: datetime) -> None:
        """Check a certificate and its issuers.

        Args:
            certificate: what the other side showed.
            at: aware instant of the check.

        Raises:
            TlsRefuse: it is a stranger's, out of date or revoked.
            CrlAbsente, CrlPerimee: nobody can know.
        """
        async with self._lock:
            if monotonic() >= self._until:
                await self._renew()
        self._checker.check(certificate, at)

    async def _renew(self) -> None:
        try:
            found = await self._fetched()
        except Error as error:  # the former ones go on; they end by themselves, and who comes next asks again
            log.warning("annuaire:crl:unread", error_type=type(error).__name__)
            return
        await asyncio.to_thread(self._checker.use_crls, found)
        self._until = monotonic() + CRLS_SECONDS


async def fetched_in_passing() -> Fetched:
    """Return the CRLs fetched, for who has no thread of its own towards the database; none in a command that never enters it."""
    return await asyncio.to_thread(_read_and_leave) if apps.ready else ()


def _read_and_leave() -> Fetched:
    from drimbox.socle.annuaire.queries import kept_crls  # noqa: PLC0415 - models: loaded once Django is ready

    try:
        return kept_crls()
    finally:
        connections.close_all()  # any thread may do this one's next work
