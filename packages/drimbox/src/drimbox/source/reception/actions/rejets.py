# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Rejection notes: kept before the PACS is told so, applied by the worker, left to a person when the exam does not allow it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from drimbox.socle.jobs.actions import QUEUE_SOURCE, defer
from drimbox.socle.journal.actions import record
from drimbox.source.reception.errors import MessageFige
from drimbox.source.reception.iocm import Rejet
from drimbox.source.reception.models import NoteRejet
from drimbox.source.reception.states import TRANSITIONS_NOTE, EtatNote

REJETER = "drimbox.source.reception.jobs.rejeter"


@transaction.atomic(durable=True)
def keep_notes(rejets: tuple[Rejet, ...], *, pacs: str, now: datetime) -> int:
    """Keep what a note rejects; return how many rejections are new.

    Args:
        rejets: of one note, one per study.
        pacs: name of the PACS that sent it.
        now: aware date of receipt.
    """
    return sum(_keep_one(rejet, pacs, now) for rejet in rejets)


@transaction.atomic
def retry_note(note_id: UUID, now: datetime) -> None:
    """Apply a note again, on a person's decision.

    Raises:
        MessageFige: it waits for nobody.
    """
    note = NoteRejet.objects.select_for_update().get(pk=note_id)
    move_note(note, EtatNote.RECUE, now)
    defer(REJETER, queue=QUEUE_SOURCE, note_id=note.id)


def move_note(note: NoteRejet, state: EtatNote, now: datetime, *, code: str = "") -> None:
    """Move a locked note, with its line of journal, inside the caller's transaction.

    Raises:
        MessageFige: the table of states does not go that way.
    """
    if state not in TRANSITIONS_NOTE[EtatNote(note.state)]:
        raise MessageFige
    record("reception:note:moved", at=now, message_id=note.id, from_state=note.state, to_state=state.value, code=code or None)
    note.state, note.code, note.changed_at = state, code, now
    note.save(update_fields=["state", "code", "changed_at"])


def _keep_one(rejet: Rejet, pacs: str, now: datetime) -> int:
    note, is_new = NoteRejet.objects.get_or_create(
        pacs=pacs,
        sop_instance_uid=rejet.note_uid,
        study_instance_uid=rejet.study_uid,
        defaults={"received_at": now, "changed_at": now, "motif": rejet.motif, "instances": list(rejet.instances)},
    )
    if is_new:
        record("reception:note:stored", at=now, message_id=note.id, pacs=pacs, reason=rejet.motif, instances=len(rejet.instances))
        defer(REJETER, queue=QUEUE_SOURCE, note_id=note.id)
    return int(is_new)
