# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The way of an exam, step by step: a message read, then the pointer of each of its exams. Every step may run twice without harm."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import ProcrastinateException

from confiance.errors import DrimmError
from confiance.exploitation.coffre.scelle import CoffreFerme
from confiance.exploitation.logs import get_logger
from drimbox.socle.dmp.errors import DepotIncomplet
from drimbox.socle.jobs.actions import QUEUE_SOURCE, defer
from drimbox.socle.jobs.queries import ids_with_a_job
from drimbox.socle.jobs.redoable import redoable
from drimbox.socle.jobs.retry import NeverGiveUp
from drimbox.socle.jobs.rules import horizon
from drimbox.socle.jobs.suite import followed
from drimbox.socle.journal.queries import refusals_of
from drimbox.socle.pacs.errors import PacsIndisponible, PacsRefuse
from drimbox.source.admission.errors import AutrePatient
from drimbox.source.compte_rendu.errors import CompteRenduIllisible
from drimbox.source.depot_dmp.actions.effacement import erase_requests
from drimbox.source.depot_dmp.tenue import held
from drimbox.source.pointeur import actions
from drimbox.source.pointeur.actions.effacement import reduce_kos
from drimbox.source.pointeur.construction import construct
from drimbox.source.pointeur.errors import (
    AnnulationSansPatient,
    AutreEmetteur,
    CompteRenduAutrePatient,
    CompteRenduDepasse,
    EtudeEnDouble,
    ExamenDejaPublie,
    ExamenIntrouvable,
    IdentiteDiscordante,
    ImagesAbsentes,
    KosImpossible,
    PointeurEnDefaut,
    ReperesDiscordants,
)
from drimbox.source.pointeur.evenements import Evenement
from drimbox.source.pointeur.interpretation import interpret
from drimbox.source.pointeur.models import Examen
from drimbox.source.pointeur.queries import overdue, reducible, sender_of, unread_until
from drimbox.source.pointeur.states import WAITING
from drimbox.source.reception.actions import TRAITER, set_state
from drimbox.source.reception.corps import body_of
from drimbox.source.reception.errors import CorpsEfface, DefautInterne, MessageRefuse
from drimbox.source.reception.models import MessageRecu
from drimbox.source.reception.queries import forgotten
from drimbox.source.reception.states import EtatMessage

FORGOTTEN_AFTER = timedelta(minutes=2)
SOON = timedelta(seconds=1)
LOOK_BACK = timedelta(hours=1)
REDUCED_AT_ONCE = 100
"""KOS of one transaction."""
ELSEWHERE = (OperationalError, InterfaceError, ProcrastinateException)
"""The database is away or busy: no fault of what is read, and the same step later will do. Any other error comes back with its cause."""
STOPPED_BY = (
    EtudeEnDouble,
    IdentiteDiscordante,
    KosImpossible,
    DepotIncomplet,
    MessageRefuse,
    CompteRenduIllisible,
    CorpsEfface,
    CoffreFerme,
)
"""What only a person can mend."""
REFUSED_BY = (
    AnnulationSansPatient,
    AutreEmetteur,
    CoffreFerme,
    CompteRenduAutrePatient,
    CompteRenduDepasse,
    ExamenDejaPublie,
    ExamenIntrouvable,
    IdentiteDiscordante,
    ReperesDiscordants,
)
"""Why what a message asks of one exam is left to a person."""
log = get_logger("pointeur")


@app.task(name=TRAITER, queue=QUEUE_SOURCE, retry=NeverGiveUp())
@followed
def traiter(message_id: str) -> None:
    """Do what a sender asked up to a message, in the order in which it was kept: a replacement never overtakes what it replaces."""
    with held(sender_of(UUID(message_id))) as ours:
        if not ours:  # another worker does it; this job comes back, should the other one have looked too early
            defer(TRAITER, queue=QUEUE_SOURCE, at=timezone.now() + SOON, message_id=message_id)
            return
        for pk in unread_until(UUID(message_id)):
            try:
                _read(pk)
            except ELSEWHERE:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a reader forgot, the messages behind this one go on; a person is told
                log.warning("source:message:failed", message_id=str(pk), code=DefautInterne.code, error_type=type(error).__name__)
                _set_aside(pk)


@redoable()
def _read(message_id: UUID) -> None:
    message = MessageRecu.objects.select_for_update(of=("self",)).get(pk=message_id)
    if message.state != EtatMessage.RECU:
        return
    now = timezone.now()
    try:
        refusals = _apply(interpret(message.id, body_of(message)), now)
    except (MessageRefuse, CompteRenduIllisible, CorpsEfface, CoffreFerme, IdentiteDiscordante) as error:
        refusals = [error]
    state, code = (EtatMessage.ATTENTE_PERSONNE, refusals[0].as_dict()["code"]) if refusals else (EtatMessage.LU, "")
    set_state(message, state, now, code=code)


@transaction.atomic
def _set_aside(message_id: UUID) -> None:
    message = MessageRecu.objects.select_for_update(of=("self",)).defer("body", "corps").get(pk=message_id)
    if message.state == EtatMessage.RECU:
        set_state(message, EtatMessage.ATTENTE_PERSONNE, timezone.now(), code=DefautInterne.code)


@app.periodic(cron="37 * * * *")
@app.task(name="drimbox.source.pointeur.jobs.effacer", queue=QUEUE_SOURCE, queueing_lock="source.effacer")
def effacer(timestamp: int) -> None:
    """Erase the traits of patients from pointers, and requests to the DMP, whose time is over."""
    del timestamp
    now = timezone.now()
    before = now - timedelta(days=settings.DRIMBOX.conservation.pointeurs_jours)
    pointers = reducible(before)
    for start in range(0, len(pointers), REDUCED_AT_ONCE):
        reduce_kos(pointers[start : start + REDUCED_AT_ONCE], now)
    while erase_requests(before, now):
        pass


def _apply(evenements: Iterable[Evenement], now: datetime) -> list[DrimmError]:
    """Apply the events of a message and return what stopped some of them: one exam that stops does not hold back the others."""
    refusals: list[DrimmError] = []
    for evenement in evenements:
        try:
            actions.appliquer(evenement, now)
        except REFUSED_BY as error:
            refusals.append(error)
    return refusals


@app.task(name=actions.POINTER, queue=QUEUE_SOURCE, retry=NeverGiveUp())
@followed
def pointer(examen_id: str) -> None:
    """Build the KOS of an exam and put its deposit in the outbox; or say why not, and when to try again."""
    now = timezone.now()
    examen = Examen.objects.select_related("message").get(pk=UUID(examen_id))
    if examen.state not in WAITING:
        return
    try:
        construit = construct(examen, settings.DRIMBOX, now)
        actions.publish(construit, timezone.now())
    except (ImagesAbsentes, PacsIndisponible, PacsRefuse) as error:
        actions.postpone(examen.id, error, now)
    except STOPPED_BY as error:
        actions.stop(examen.id, error, now)
    except (*ELSEWHERE, OSError, MemoryError):
        raise  # no descriptor, no room: this machine is short of something for now, and the exam is asked again
    except Exception as error:  # noqa: BLE001 - whatever a report or a PACS says that nobody foresaw, a person is told; asked again, it would fall again
        log.warning("source:examen:failed", examen_id=str(examen.id), code=PointeurEnDefaut.code, error_type=type(error).__name__)
        actions.stop(examen.id, PointeurEnDefaut(), now)


@app.periodic(cron="* * * * *")
@app.task(name="drimbox.source.pointeur.jobs.surveiller", queue=QUEUE_SOURCE, queueing_lock="source.surveiller")
def surveiller(timestamp: int) -> None:
    """Leave to a person the exams of which the images door said that the PACS gives the images of another patient."""
    del timestamp
    now = timezone.now()
    for examen_id, seen_at in refusals_of(AutrePatient.code, now - LOOK_BACK):
        actions.close_images(examen_id, seen_at, now)


@app.periodic(cron="* * * * *")
@app.task(name="drimbox.source.pointeur.jobs.relancer", queue=QUEUE_SOURCE, queueing_lock="source.relancer")
def relancer(timestamp: int) -> None:
    """Ask again for what should have been done and has no job any more, whatever became of that job."""
    del timestamp
    now = timezone.now()
    bounds = (now - FORGOTTEN_AFTER, horizon(settings.DRIMBOX.reprises, now))
    messages = {str(pk) for pk in forgotten(*bounds)} - ids_with_a_job(TRAITER, "message_id")
    examens = {str(pk) for pk in overdue(*bounds)} - ids_with_a_job(actions.POINTER, "examen_id")
    with transaction.atomic():
        for pk in messages:
            defer(TRAITER, queue=QUEUE_SOURCE, message_id=pk)
        for pk in examens:
            defer(actions.POINTER, queue=QUEUE_SOURCE, examen_id=pk)
