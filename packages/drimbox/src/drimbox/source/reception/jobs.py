# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the worker does with rejection notes, and the end of what is kept of messages."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from confiance.errors import DrimmError
from drimbox.socle.jobs.actions import QUEUE_SOURCE, defer
from drimbox.socle.jobs.queries import ids_with_a_job
from drimbox.socle.jobs.retry import NeverGiveUp
from drimbox.socle.jobs.rules import horizon
from drimbox.source.pointeur.actions import appliquer
from drimbox.source.pointeur.evenements import Motif, Rejeter
from drimbox.source.reception.actions.effacement import erase
from drimbox.source.reception.actions.rejets import REJETER, move_note
from drimbox.source.reception.models import NoteRejet
from drimbox.source.reception.queries import forgotten_notes
from drimbox.source.reception.states import EtatNote

FORGOTTEN_AFTER = timedelta(minutes=2)


@app.task(name=REJETER, queue=QUEUE_SOURCE, retry=NeverGiveUp())
def rejeter(note_id: str) -> None:
    """Apply a rejection note to the pointer of its study, or leave it to a person."""
    now = timezone.now()
    with transaction.atomic():
        note = NoteRejet.objects.select_for_update().get(pk=UUID(note_id))
        if note.state != EtatNote.RECUE:
            return
        try:
            with transaction.atomic():
                appliquer(_evenement(note), now)
        except DrimmError as error:
            move_note(note, EtatNote.ATTENTE_PERSONNE, now, code=error.code)
        else:
            move_note(note, EtatNote.APPLIQUEE, now)


@app.periodic(cron="*/2 * * * *")
@app.task(name="drimbox.source.reception.jobs.relancer_notes", queue=QUEUE_SOURCE, queueing_lock="reception.relancer_notes")
def relancer_notes(timestamp: int) -> None:
    """Ask again for the notes that should have been applied and have no job any more."""
    del timestamp
    now, known = timezone.now(), ids_with_a_job(REJETER, "note_id")
    with transaction.atomic():
        for pk in forgotten_notes(now - FORGOTTEN_AFTER, horizon(settings.DRIMBOX.reprises, now)):
            if str(pk) not in known:
                defer(REJETER, queue=QUEUE_SOURCE, note_id=pk)


@app.periodic(cron="23 * * * *")
@app.task(name="drimbox.source.reception.jobs.effacer", queue=QUEUE_SOURCE, queueing_lock="reception.effacer")
def effacer(timestamp: int) -> None:
    """Erase the content of messages whose time is over."""
    del timestamp
    now = timezone.now()
    while erase(now - timedelta(days=settings.DRIMBOX.conservation.messages_jours), now):
        pass


def _evenement(note: NoteRejet) -> Rejeter:
    return Rejeter(
        pacs=note.pacs,
        note_uid=note.sop_instance_uid,
        study_uid=note.study_instance_uid,
        instances=frozenset(note.instances),
        motif=Motif(note.motif),
    )
