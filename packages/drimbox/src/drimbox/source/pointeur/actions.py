# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is written about exams and pointers: one verb, one transaction."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from confiance.errors import DrimmError
from drimbox.config import Delais
from drimbox.socle.jobs.actions import QUEUE_SOURCE, defer
from drimbox.socle.jobs.rules import next_attempt
from drimbox.socle.journal.actions import new_trace, record
from drimbox.source.compte_rendu.model import ExamenDecrit
from drimbox.source.pointeur.errors import ExamenDejaPublie, IdentiteDiscordante, IntentionNonTraitee
from drimbox.source.pointeur.kos_construit import KosConstruit
from drimbox.source.pointeur.models import Examen, Kos
from drimbox.source.pointeur.rapport import Rapport
from drimbox.source.pointeur.states import WAITING, EtatExamen, EtatKos
from drimbox.source.pointeur.suivi import locked, move
from drimbox.source.reception.actions import set_state
from drimbox.source.reception.message import Intention
from drimbox.source.reception.models import MessageRecu
from drimbox.source.reception.states import EtatMessage

POINTER = "drimbox.source.pointeur.jobs.pointer"


@transaction.atomic
def know_examens(message: MessageRecu, rapport: Rapport, now: datetime) -> None:
    """Write down the exams that a report names, and ask for the pointer of each.

    A newer report takes the place of the one an exam was waiting with. An exam that already has its pointer is left as it is, and a
    person is told, unless the very same report came again.
    """
    refused = [examen for examen in rapport.compte_rendu.examens if not _know_one(message, rapport, examen, now)]
    if refused:
        set_state(message, EtatMessage.ATTENTE_PERSONNE, now, code=ExamenDejaPublie.code)
    else:
        set_state(message, EtatMessage.LU, now)


def check_intention(rapport: Rapport) -> None:
    """Let only new reports through: nothing else is done by the machine yet.

    Raises:
        IntentionNonTraitee: a replacement or a removal.
    """
    if rapport.message.intention is not Intention.NOUVEAU:
        raise IntentionNonTraitee


@transaction.atomic
def set_message_aside(message: MessageRecu, error: DrimmError, now: datetime) -> None:
    """Leave a message to a person: the rules of today refuse what those of its receipt took."""
    set_state(message, EtatMessage.ATTENTE_PERSONNE, now, code=error.as_dict()["code"])


@transaction.atomic
def postpone(examen_id: UUID, error: DrimmError, now: datetime) -> None:
    """Try again later: the images are not there yet, or a PACS does not answer."""
    examen = locked(examen_id)
    if examen.state not in WAITING:
        return
    state, delais = _patience(error)
    examen.attempts += 1
    at = next_attempt(delais, examen.attempts, now, random.random())  # noqa: S311 - spreads attempts, protects nothing
    move(examen, state, now, event="source:examen:postponed", code=error.code, next_attempt_at=at, attempt=examen.attempts)
    defer(POINTER, queue=QUEUE_SOURCE, at=at, examen_id=examen.id)


@transaction.atomic
def stop(examen_id: UUID, error: DrimmError, now: datetime) -> None:
    """Leave an exam to a person; nothing leaves for the DMP."""
    examen = locked(examen_id)
    if examen.state not in WAITING:
        return
    trace = new_trace()
    codes: tuple[str, ...] = error.decision.bloquants if isinstance(error, IdentiteDiscordante) else (error.code,)
    for code in codes[1:]:
        record("source:identite:contradicted", trace=trace, code=code, at=now, examen_id=examen.id)
    move(examen, EtatExamen.A_VERIFIER, now, event="source:examen:stopped", code=codes[0], trace=trace)


def warn(examen_id: UUID, codes: Iterable[str], now: datetime) -> None:
    """Write down what is odd in an exam and stops nothing."""
    with transaction.atomic():
        for code in codes:
            record("source:examen:warned", code=code, at=now, examen_id=examen_id)


def keep_kos(examen: Examen, construit: KosConstruit, now: datetime) -> Kos:
    """Keep the first KOS of a locked exam; inside the caller's transaction."""
    etude, accession = construit.localisation.etude, construit.demande.accession
    kos = Kos.objects.create(
        examen=examen,
        sop_instance_uid=construit.sop_instance_uid,
        series_instance_uid=construit.series_instance_uid,
        study_instance_uid=examen.study_instance_uid,
        db=construit.localisation.couple.db,
        accession=accession.value if accession else "",
        modalites=",".join(dict.fromkeys(serie.modality for serie in etude.series if serie.modality))[:100],
        contenu=construit.contenu,
        sha256=hashlib.sha256(construit.contenu).hexdigest(),
        series_count=len(etude.series),
        instances_count=sum(len(serie.instances) for serie in etude.series),
        state=EtatKos.EN_VIGUEUR,
        created_at=construit.created_at,
    )
    examen.db = kos.db
    examen.save(update_fields=["db"])
    record("source:kos:kept", at=now, examen_id=examen.id, kos_id=kos.id, db=kos.db, series=kos.series_count, instances=kos.instances_count)
    return kos


@transaction.atomic
def retry(examen_id: UUID, now: datetime) -> None:
    """Try again, on a person's decision, an exam whose identity, images or report had to be looked at; or at once one that waits.

    Raises:
        TransitionInterdite: the exam is past that.
    """
    examen = locked(examen_id)
    examen.attempts = 0
    move(examen, EtatExamen.A_TRAITER, now, event="console:examen:retried")
    defer(POINTER, queue=QUEUE_SOURCE, examen_id=examen.id)


def _know_one(message: MessageRecu, rapport: Rapport, decrit: ExamenDecrit, now: datetime) -> bool:
    examen, is_new = Examen.objects.select_for_update(of=("self",)).get_or_create(
        study_instance_uid=decrit.study_instance_uid,
        defaults={
            "message": message,
            "compte_rendu": rapport.compte_rendu.identifiant[:200],
            "compte_rendu_sha256": rapport.sha256,
            "created_at": now,
            "changed_at": now,
        },
    )
    if is_new:
        record("source:examen:known", at=now, examen_id=examen.id, message_id=message.id)
    elif Kos.objects.filter(examen=examen).exists():
        record("source:examen:repeated", at=now, examen_id=examen.id, message_id=message.id)
        return examen.compte_rendu_sha256 == rapport.sha256
    else:
        _take_newer(examen, message, rapport, now)
    defer(POINTER, queue=QUEUE_SOURCE, examen_id=examen.id)
    return True


def _take_newer(examen: Examen, message: MessageRecu, rapport: Rapport, now: datetime) -> None:
    examen.message = message
    examen.compte_rendu = rapport.compte_rendu.identifiant[:200]
    examen.compte_rendu_sha256 = rapport.sha256
    examen.attempts = 0
    examen.save(update_fields=["message", "compte_rendu", "compte_rendu_sha256"])
    move(examen, EtatExamen.A_TRAITER, now, event="source:examen:renewed", message_id=message.id)


def _patience(error: DrimmError) -> tuple[EtatExamen, Delais]:
    reprises = settings.DRIMBOX.reprises
    if error.code.startswith("pacs."):
        return EtatExamen.ATTENTE_PACS, reprises.pacs
    return EtatExamen.ATTENTE_IMAGES, reprises.images
