# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Asking for the images of a KOS, and writing down what arrived."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from confiance.errors import DrimmError
from drimbox.conso.appel.models import SessionProfessionnel
from drimbox.conso.rapatriement.errors import ReponseSource
from drimbox.conso.rapatriement.models import Rapatriement, SerieRapatriee
from drimbox.conso.rapatriement.states import UNDER_WAY, EtatRapatriement, EtatSerie, outcome
from drimbox.conso.recherche_dmp.models import KosTrouve
from drimbox.conso.recherche_dmp.queries import kos_of
from drimbox.socle.jobs.actions import QUEUE_CONSO, defer
from drimbox.socle.journal.actions import new_trace, record

RAPATRIER = "drimbox.conso.rapatriement.jobs.rapatrier"


@transaction.atomic
def ask(kos: KosTrouve, session: SessionProfessionnel, now: datetime) -> Rapatriement:
    """Ask for the images of a KOS, or again for those that are missing; asking twice asks once.

    Raises:
        KosIllisible: the KOS was not kept.
    """
    KosTrouve.objects.select_for_update(of=("self",)).get(pk=kos.pk)  # two clicks wait for one another here
    known = Rapatriement.objects.filter(kos=kos).first()
    if known is not None and (known.state in UNDER_WAY or known.state == EtatRapatriement.COMPLET):
        return known
    asked = _again(known, session, now) if known is not None else _first(kos, session, now)
    defer(RAPATRIER, queue=QUEUE_CONSO, lock=str(asked.id), rapatriement_id=asked.id)
    record("rapatriement:images:asked", trace=asked.trace, rapatriement_id=asked.id)
    return asked


def _first(kos: KosTrouve, session: SessionProfessionnel, now: datetime) -> Rapatriement:
    asked = Rapatriement.objects.create(kos=kos, session=session, trace=new_trace(), asked_at=now)
    SerieRapatriee.objects.bulk_create(
        SerieRapatriee(rapatriement=asked, position=position, series_instance_uid=serie.series_instance_uid, expected=len(serie.instances))
        for position, serie in enumerate(kos_of(kos).series, start=1)
    )
    return asked


def _again(known: Rapatriement, session: SessionProfessionnel, now: datetime) -> Rapatriement:
    known.session, known.state, known.trace, known.asked_at = session, EtatRapatriement.DEMANDE, new_trace(), now
    known.save(update_fields=["session", "state", "trace", "asked_at"])
    return known


@transaction.atomic
def begin(rapatriement_id: UUID, now: datetime) -> Rapatriement | None:
    """Mark as begun; None when there is nothing to do any more (purged with its call, or already finished)."""
    row = Rapatriement.objects.select_for_update(of=("self",)).filter(pk=rapatriement_id).first()
    if row is None or row.state not in UNDER_WAY:
        return None
    row.state, row.started_at, row.ended_at = EtatRapatriement.EN_COURS, row.started_at or now, None
    row.save(update_fields=["state", "started_at", "ended_at"])
    return row


def begin_series(serie: SerieRapatriee, db: str) -> None:
    """Mark a series as begun, its counts at zero: what an earlier attempt stored is sent again, which a PACS takes without harm."""
    serie.state, serie.db, serie.code, serie.message, serie.remede, serie.peer_trace = EtatSerie.EN_COURS, db, "", "", "", ""
    serie.received = serie.stored = serie.refused = serie.bytes = 0
    serie.http_status = None
    serie.save()


def write_progress(serie: SerieRapatriee) -> None:
    """Write the counts of a series under way, for the page that shows them."""
    serie.save(update_fields=["received", "stored", "refused", "bytes"])


@transaction.atomic
def end_series(row: Rapatriement, serie: SerieRapatriee, error: DrimmError | None) -> None:
    """Write how a series ended; a source's own words are kept when it gave some."""
    if error is not None:
        _explain(serie, error)
    serie.state = _state_of(serie, error)
    serie.save()
    record(
        "rapatriement:serie:ended", trace=row.trace, code=serie.code or None, rapatriement_id=row.id, db=serie.db,
        state=serie.state, instances=serie.stored, bytes=serie.bytes, http_status=serie.http_status,
    )  # fmt: skip


def _explain(serie: SerieRapatriee, error: DrimmError) -> None:
    serie.code, serie.message, serie.remede = error.code, error.message[:300], error.remede[:300]
    if isinstance(error, ReponseSource):
        serie.code, serie.http_status, serie.peer_trace = error.peer_code or error.code, error.status, error.peer_trace


def _state_of(serie: SerieRapatriee, error: DrimmError | None) -> str:
    if serie.missing == 0:
        return EtatSerie.COMPLETE
    if serie.stored:
        return EtatSerie.INCOMPLETE
    return EtatSerie.REFUSEE if isinstance(error, ReponseSource) else EtatSerie.ECHOUEE


@transaction.atomic
def end(rapatriement_id: UUID, now: datetime) -> EtatRapatriement:
    """Write how the whole ended, from what the PACS said it keeps."""
    row = Rapatriement.objects.select_for_update(of=("self",)).get(pk=rapatriement_id)
    counts = list(SerieRapatriee.objects.filter(rapatriement=row).values_list("expected", "stored", "bytes"))
    expected, stored, size = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0, 0)
    row.state, row.ended_at = outcome(expected, stored), now
    row.save(update_fields=["state", "ended_at"])
    seconds = (now - row.started_at).total_seconds() if row.started_at else None
    record(
        "rapatriement:images:ended", trace=row.trace, rapatriement_id=row.id, state=row.state, instances=stored, bytes=size, seconds=seconds
    )
    return EtatRapatriement(row.state)
