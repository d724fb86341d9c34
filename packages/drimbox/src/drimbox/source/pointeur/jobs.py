# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The way of an exam, step by step: a message read, then the pointer of each of its exams. Every step may run twice without harm."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from drimbox.socle.dmp.errors import DepotIncomplet
from drimbox.socle.jobs.actions import QUEUE_SOURCE, defer
from drimbox.socle.jobs.queries import ids_with_a_job
from drimbox.socle.jobs.retry import NeverGiveUp
from drimbox.socle.journal.actions import record
from drimbox.socle.pacs.errors import PacsIndisponible, PacsRefuse
from drimbox.source.compte_rendu.errors import CompteRenduIllisible
from drimbox.source.depot_dmp.actions import prepare, queue
from drimbox.source.depot_dmp.soumission import ignored
from drimbox.source.pointeur import actions
from drimbox.source.pointeur.construction import construct
from drimbox.source.pointeur.errors import EtudeEnDouble, IdentiteDiscordante, ImagesAbsentes, IntentionNonTraitee, KosImpossible
from drimbox.source.pointeur.kos_construit import KosConstruit
from drimbox.source.pointeur.models import Examen
from drimbox.source.pointeur.queries import overdue
from drimbox.source.pointeur.rapport import read_rapport
from drimbox.source.pointeur.states import WAITING, EtatExamen
from drimbox.source.pointeur.suivi import locked, move
from drimbox.source.reception.actions import TRAITER
from drimbox.source.reception.errors import MessageRefuse
from drimbox.source.reception.models import MessageRecu
from drimbox.source.reception.queries import forgotten
from drimbox.source.reception.states import EtatMessage

FORGOTTEN_AFTER = timedelta(minutes=2)


@app.task(name=TRAITER, queue=QUEUE_SOURCE, retry=NeverGiveUp())
def traiter(message_id: str) -> None:
    """Read a kept message and write down the exams it names."""
    now = timezone.now()
    with transaction.atomic():
        message = MessageRecu.objects.select_for_update(of=("self",)).get(pk=UUID(message_id))
        if message.state != EtatMessage.RECU:
            return
        try:
            rapport = read_rapport(bytes(message.body))
            actions.check_intention(rapport)
        except (MessageRefuse, CompteRenduIllisible, IntentionNonTraitee) as error:
            actions.set_message_aside(message, error, now)
            return
        actions.know_examens(message, rapport, now)


@app.task(name=actions.POINTER, queue=QUEUE_SOURCE, retry=NeverGiveUp())
def pointer(examen_id: str) -> None:
    """Build the KOS of an exam and put its deposit in the outbox; or say why not, and when to try again."""
    now = timezone.now()
    examen = Examen.objects.select_related("message").get(pk=UUID(examen_id))
    if examen.state not in WAITING:
        return
    try:
        construit = construct(examen, settings.DRIMBOX, now)
        _publish(construit)
    except (ImagesAbsentes, PacsIndisponible, PacsRefuse) as error:
        actions.postpone(examen.id, error, now)
    except (EtudeEnDouble, IdentiteDiscordante, KosImpossible, DepotIncomplet, MessageRefuse, CompteRenduIllisible) as error:
        actions.stop(examen.id, error, now)
    else:
        actions.warn(examen.id, construit.avertissements, now)


@app.periodic(cron="* * * * *")
@app.task(name="drimbox.source.pointeur.jobs.relancer", queue=QUEUE_SOURCE, queueing_lock="source.relancer")
def relancer(timestamp: int) -> None:
    """Ask again for what should have been done and has no job any more, whatever became of that job."""
    del timestamp
    limit = timezone.now() - FORGOTTEN_AFTER
    messages = {str(pk) for pk in forgotten(limit)} - ids_with_a_job(TRAITER, "message_id")
    examens = {str(pk) for pk in overdue(limit)} - ids_with_a_job(actions.POINTER, "examen_id")
    with transaction.atomic():
        for pk in messages:
            defer(TRAITER, queue=QUEUE_SOURCE, message_id=pk)
        for pk in examens:
            defer(actions.POINTER, queue=QUEUE_SOURCE, examen_id=pk)


def _publish(construit: KosConstruit) -> None:
    """Keep the KOS and its deposit together, or neither.

    Raises:
        DepotIncomplet: the report lacks what the DMP requires; nothing is kept.
    """
    depot = construit.rapport.message.depot_demande
    requete = prepare(construit) if depot else None
    now = timezone.now()
    with transaction.atomic():
        examen = locked(construit.examen_id)
        # another worker did it, or a newer report came while we were asking the PACS
        if examen.state not in WAITING or examen.compte_rendu_sha256 != construit.rapport.sha256:
            return
        kos = actions.keep_kos(examen, construit, now)
        if requete is None:
            move(examen, EtatExamen.SANS_DEPOT, now, event="source:examen:kept", kos_id=kos.id)
            return
        move(examen, EtatExamen.EN_DEPOT, now, event="source:examen:pointed", kos_id=kos.id)
        queue(kos, requete, now)
        for code in ignored(construit.rapport):
            record("source:drapeau:ignored", at=now, code=code, examen_id=examen.id, kos_id=kos.id)
