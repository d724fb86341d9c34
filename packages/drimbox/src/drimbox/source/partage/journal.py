# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the images door writes down: refusals under the number told to the peer, transfers, failed handshakes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import transaction

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from drimbox.socle.coffre.fields import coffre
from drimbox.socle.identite import JetonActif
from drimbox.socle.journal.actions import new_trace, record
from drimbox.socle.journal.debit import Debit
from drimbox.socle.journal.lecteurs import print_of
from drimbox.source.admission.errors import InterneIndisponible, Refus
from drimbox.source.partage.orm import Base
from drimbox.source.partage.paths import Forme
from drimbox.source.partage.queries import BEGUN, CUT, SEARCHED, SENT
from drimbox.source.partage.sortie import Compte

log = get_logger("partage")
REFUSALS = Debit()


@dataclass
class Suivi:
    """What is known of one request, as far as it went; nothing of the patient.

    Attributes:
        trace: number told to the peer.
        peer_ip: address of the connection.
        method: of the request.
        path_template: path without its UIDs.
        peer_dn: subject of the peer's certificate, once read.
        peer: the same, in one text for all its spellings, to count by.
        forme: form of what is asked, for the figures.
        db: our name that is addressed, once known.
        kos_id: our own number of the KOS, once it opened the exam.
        examen_id: our own number of the exam.
        reader: print of the professional who asks, once the token is known: no name.
        psc_client: program by which that professional logged in, as Pro Santé Connect names it.
    """

    peer_ip: str
    method: str
    path_template: str = ""
    forme: str = ""
    peer_dn: str | None = None
    peer: str | None = None
    db: str | None = None
    kos_id: UUID | None = None
    examen_id: UUID | None = None
    reader: str | None = None
    psc_client: str | None = None
    trace: str = field(default_factory=new_trace)

    def meet(self, jeton: JetonActif) -> None:
        """Take who asks, as Pro Santé Connect tells it."""
        self.reader, self.psc_client = print_of(jeton.subject_name_id, coffre().trousseau), jeton.client

    def fields(self) -> dict[str, Any]:
        """Return what the journal keeps of it."""
        return {
            "peer_ip": self.peer_ip,
            "method": self.method,
            "path_template": self.path_template,
            "peer_dn": self.peer_dn,
            "db": self.db,
            "kos_id": self.kos_id,
            "examen_id": self.examen_id,
            "reader": self.reader,
            "psc_client": self.psc_client or None,
        }


@transaction.atomic
def write_refus(suivi: Suivi, refus: Refus) -> bool:
    """Write a refusal, with the code of what caused it; a bounded number per peer, code and minute, then the count of those left out.

    A refusal upon which somebody acts exam by exam is bounded exam by exam.

    Returns:
        Whether it is in the journal; the logs have it in every case.
    """
    cause = refus.__cause__
    reason = cause.code if isinstance(cause, DrimmError) else type(cause).__name__ if cause else None
    fields = suivi.fields()
    examen = str(suivi.examen_id) if refus.per_examen else ""
    left_out = REFUSALS.admit(suivi.peer or suivi.peer_dn or suivi.peer_ip, refus.code, examen, at=monotonic())
    if left_out is None:  # the logs alone, beyond so many in a minute
        log.warning("admission:demande:refused", trace=suivi.trace, code=refus.code, http_status=refus.status, reason=reason, **fields)
        return False
    fields["count"] = left_out or None
    record("admission:demande:refused", trace=suivi.trace, code=refus.code, http_status=refus.status, reason=reason, **fields)
    return True


@transaction.atomic
def write_begun(suivi: Suivi) -> bool:
    """Write that images are about to leave, and for whom: whatever happens to this process, who read is known."""
    record(BEGUN, trace=suivi.trace, **suivi.fields())
    return True


@transaction.atomic
def write_transfert(suivi: Suivi, compte: Compte, code: str | None) -> bool:
    """Write a transfer or a search, whole or cut: what left, towards whom, and where its time went."""
    event = CUT if code else SEARCHED if suivi.forme == Forme.RECHERCHE else SENT
    record(event, trace=suivi.trace, code=code, **_counts(suivi, compte), **suivi.fields())
    return True


def log_transfert(suivi: Suivi, compte: Compte, code: str | None) -> None:
    """Put in the logs alone the line that the journal could not take."""
    event = CUT if code else SEARCHED if suivi.forme == Forme.RECHERCHE else SENT
    log.warning(event, trace=suivi.trace, code=code, **_counts(suivi, compte), **suivi.fields())


def _counts(suivi: Suivi, compte: Compte) -> dict[str, Any]:
    searched = suivi.forme == Forme.RECHERCHE
    return {
        "instances": None if searched else compte.instances,
        "count": compte.rows if searched else None,
        "bytes": compte.bytes,
        "seconds": compte.seconds,
        "converted": compte.converted or None,
        "left_out": compte.left_out or None,
        "first_byte_milliseconds": None if compte.first is None else round(1000 * compte.first),
        "pacs_milliseconds": round(1000 * compte.pacs),
        "peer_milliseconds": round(1000 * compte.waited),
    }


@transaction.atomic
def write_consultation(count: int) -> None:
    """Write that a person asked what a professional read; who was asked about is told nowhere."""
    record("partage:lectures:consulted", count=count)


@transaction.atomic
def write_handshake(code: str, peer_ip: str, left_out: int) -> None:
    """Write a connection that was not taken, and how many before it were left out."""
    record("admission:connexion:refused", trace=new_trace(), code=code, peer_ip=peer_ip, count=left_out or None)


class Handshakes:
    """Writes connections that were not taken, a bounded number of each code per minute: anyone on the Internet can make one."""

    def __init__(self, base: Base, *, per_minute: int = 60) -> None:
        self._base = base
        self._debit, self._logs = Debit(per_minute), Debit(10 * per_minute)
        self._tasks: set[asyncio.Task[None]] = set()

    def report(self, code: str, peer_ip: str) -> None:
        """Write one in the journal, or only in the logs beyond the bound, or nowhere beyond ten times that: figures count them all."""
        left_out = self._debit.admit(code, at=monotonic())
        if left_out is None:
            if self._logs.admit(code, at=monotonic()) is not None:
                log.warning("admission:connexion:refused", code=code, peer_ip=peer_ip)
            return
        task = asyncio.get_running_loop().create_task(self._write(code, peer_ip, left_out))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write(self, code: str, peer_ip: str, left_out: int) -> None:
        try:
            await self._base.run(write_handshake, code, peer_ip, left_out)
        except InterneIndisponible as error:
            log.error("partage:journal:unwritten", code=error.code, peer_ip=peer_ip)

    async def close(self) -> None:
        """Wait for what is being written."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
