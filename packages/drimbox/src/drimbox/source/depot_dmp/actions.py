# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The outbox: what is queued, sent, answered."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from confiance.errors import DrimmError, OwnError, TransportError
from drimbox.socle.dmp.client import DmpClient
from drimbox.socle.dmp.errors import DepotIncomplet, DmpRefuse, DmpReponseInvalide
from drimbox.socle.dmp.model import Depot, KosADeposer, RequeteDepot
from drimbox.socle.jobs.actions import QUEUE_SOURCE, defer
from drimbox.socle.jobs.rules import next_attempt
from drimbox.socle.journal.actions import new_trace, record
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.depot_dmp.soumission import a_deposer, demande_of
from drimbox.source.depot_dmp.states import TRANSITIONS, UNANSWERED, EtatEnvoi
from drimbox.source.pointeur.errors import TransitionInterdite
from drimbox.source.pointeur.kos_construit import KosConstruit
from drimbox.source.pointeur.models import Kos
from drimbox.source.pointeur.rapport import read_rapport
from drimbox.source.pointeur.states import EtatExamen
from drimbox.source.pointeur.suivi import locked, move

DEPOSER = "drimbox.source.depot_dmp.jobs.deposer"
ACTION_DEPOT = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"


def prepare(construit: KosConstruit) -> RequeteDepot:
    """Build the request that deposits a KOS which is not kept yet.

    Raises:
        DepotIncomplet: the report lacks what the DMP requires.
    """
    kos = a_deposer(
        construit.rapport,
        construit.demande,
        contenu=construit.contenu,
        sop_instance_uid=construit.sop_instance_uid,
        created_at=construit.created_at,
        modalites=[serie.modality for serie in construit.localisation.etude.series],
        structure=settings.DRIMBOX.structure,
    )
    return asyncio.run(_build(kos))


def queue(kos: Kos, requete: RequeteDepot, now: datetime) -> Envoi:
    """Put a deposit in the outbox, after those of the same exam; inside the caller's transaction, the exam locked."""
    last = Envoi.objects.filter(examen=kos.examen).aggregate(last=Max("sequence"))["last"] or 0
    envoi = Envoi.objects.create(
        examen=kos.examen,
        kos=kos,
        sequence=last + 1,
        content_type=requete.content_type,
        body=requete.body,
        built_at=now,
        created_at=now,
    )
    record("dmp:envoi:queued", at=now, examen_id=kos.examen_id, kos_id=kos.id, envoi_id=envoi.id, bytes=len(requete.body))
    defer(DEPOSER, queue=QUEUE_SOURCE, envoi_id=envoi.id)
    return envoi


def send(envoi_id: UUID) -> None:
    """Send a request of the outbox and write down what the DMP answered; only its answer makes it deposited or refused.

    The row is locked while the DMP is asked: two workers never send the same request at the same time, and the lock falls with the
    worker. Should the answer be lost, the request is sent again: the client recognises a document that the DMP already holds.
    """
    if not _make_ready(envoi_id):
        return
    with transaction.atomic():
        envoi = Envoi.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=envoi_id, state__in=UNANSWERED).first()
        if envoi is None:
            return
        requete = RequeteDepot(envoi.content_type, ACTION_DEPOT, bytes(envoi.body or b""))
        envoi.attempts += 1
        try:
            depot = asyncio.run(_send(requete))
        except DmpRefuse as error:
            _refused(envoi, error)
        except (TransportError, OwnError, DmpReponseInvalide) as error:
            # an unreadable answer says nothing of what became of the deposit: it is asked again
            _postponed(envoi, error)
        else:
            _deposited(envoi, depot)


def retry(envoi_id: UUID, now: datetime) -> None:
    """Send again, on a person's decision, what the DMP refused or what was incomplete; written anew with the settings of today.

    Raises:
        TransitionInterdite: it is neither.
    """
    with transaction.atomic():
        envoi = Envoi.objects.select_for_update(of=("self",)).defer("body").get(pk=envoi_id)
        _move(envoi, EtatEnvoi.A_ENVOYER)
        envoi.attempts, envoi.built_at = 0, None
        envoi.save(update_fields=["state", "code", "attempts", "next_attempt_at", "built_at"])
        move(locked(envoi.examen_id), EtatExamen.EN_DEPOT, now, event="console:envoi:retried", envoi_id=envoi.id)
        defer(DEPOSER, queue=QUEUE_SOURCE, envoi_id=envoi.id)


def _make_ready(envoi_id: UUID) -> bool:
    """Tell whether a request may leave now; its body is kept before it is sent."""
    with transaction.atomic():
        envoi = Envoi.objects.select_for_update(of=("self",)).select_related("kos", "examen__message").get(pk=envoi_id)
        if envoi.state not in UNANSWERED or _is_not_its_turn(envoi):
            return False
        if envoi.built_at is not None:
            return True
        try:
            requete = _build_again(envoi)
        except DepotIncomplet as error:
            _incomplete(envoi, error)
            return False
        envoi.content_type, envoi.body, envoi.built_at = requete.content_type, requete.body, timezone.now()
        envoi.save(update_fields=["content_type", "body", "built_at"])
        return True


def _is_not_its_turn(envoi: Envoi) -> bool:
    return Envoi.objects.filter(examen=envoi.examen_id, sequence__lt=envoi.sequence, state__in=UNANSWERED).exists()


def _build_again(envoi: Envoi) -> RequeteDepot:
    kos, rapport = envoi.kos, read_rapport(bytes(envoi.examen.message.body))
    return asyncio.run(
        _build(
            a_deposer(
                rapport,
                demande_of(rapport.compte_rendu, kos.study_instance_uid, kos.accession),
                contenu=bytes(kos.contenu),
                sop_instance_uid=kos.sop_instance_uid,
                created_at=kos.created_at,
                modalites=kos.modalites.split(","),
                structure=settings.DRIMBOX.structure,
            )
        )
    )


def _deposited(envoi: Envoi, depot: Depot) -> None:
    now = timezone.now()
    envoi.answered_at = now
    # what was really sent: its assertion may have been renewed
    envoi.content_type, envoi.body = depot.requete.content_type, depot.requete.body
    _move(envoi, EtatEnvoi.DEPOSE)
    envoi.save()
    # found there already: an earlier answer had been lost
    _tell(envoi, EtatExamen.DEPOSE, "dmp:envoi:recognised" if depot.deja_present else "dmp:envoi:deposited", now)
    _wake_next(envoi)


def _refused(envoi: Envoi, error: DrimmError) -> None:
    now = timezone.now()
    envoi.answered_at = now
    envoi.dmp_codes = ",".join(getattr(error, "codes", ()))[:300]
    _move(envoi, EtatEnvoi.REFUSE, code=error.code)
    envoi.save()
    _tell(envoi, EtatExamen.REFUSE, "dmp:envoi:refused", now, code=error.code, trace=new_trace(), reason=envoi.dmp_codes)


def _incomplete(envoi: Envoi, error: DepotIncomplet) -> None:
    # the DMP was not asked: what it had answered to an earlier request is no answer to this one
    envoi.answered_at, envoi.dmp_codes = None, ""
    _move(envoi, EtatEnvoi.INCOMPLET, code=error.code)
    envoi.save()
    _tell(envoi, EtatExamen.INCOMPLET, "dmp:envoi:incomplete", timezone.now(), code=error.code, trace=new_trace())


def _postponed(envoi: Envoi, error: DrimmError) -> None:
    now = timezone.now()
    at = next_attempt(settings.DRIMBOX.reprises.dmp, envoi.attempts, now, random.random())  # noqa: S311 - spreads attempts
    _move(envoi, EtatEnvoi.ATTENTE_DMP, code=error.code, next_attempt_at=at)
    envoi.save()
    record(
        "dmp:envoi:postponed",
        at=now,
        code=error.code,
        examen_id=envoi.examen_id,
        envoi_id=envoi.id,
        attempt=envoi.attempts,
        next_attempt_at=at,
    )
    defer(DEPOSER, queue=QUEUE_SOURCE, at=at, envoi_id=envoi.id)


def _tell(envoi: Envoi, state: EtatExamen, event: str, now: datetime, *, code: str = "", **fields: Any) -> None:
    move(
        locked(envoi.examen_id),
        state,
        now,
        event=event,
        code=code,
        kos_id=envoi.kos_id,
        envoi_id=envoi.id,
        attempt=envoi.attempts,
        **fields,
    )


def _wake_next(envoi: Envoi) -> None:
    following = Envoi.objects.filter(examen=envoi.examen_id, sequence__gt=envoi.sequence, state__in=UNANSWERED).first()
    if following is not None:
        defer(DEPOSER, queue=QUEUE_SOURCE, envoi_id=following.id)


def _move(envoi: Envoi, state: EtatEnvoi, *, code: str = "", next_attempt_at: datetime | None = None) -> None:
    if state not in TRANSITIONS[EtatEnvoi(envoi.state)]:
        raise TransitionInterdite
    envoi.state, envoi.code, envoi.next_attempt_at = state, code, next_attempt_at


async def _build(kos: KosADeposer) -> RequeteDepot:
    async with DmpClient(settings.DRIMBOX.dmp) as client:
        return client.build_deposit(kos)


async def _send(requete: RequeteDepot) -> Depot:
    async with DmpClient(settings.DRIMBOX.dmp) as client:
        return await client.send(requete)
