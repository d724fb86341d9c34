# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the worker does of what was received: rejection notes applied, lost jobs asked again; bodies of earlier versions sealed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps

from confiance.errors import PeerError
from drimbox.source.reception import jobs
from drimbox.source.reception.actions.rejets import keep_notes, move_note
from drimbox.source.reception.corps import body_of
from drimbox.source.reception.errors import MessageFige
from drimbox.source.reception.iocm import Rejet
from drimbox.source.reception.models import MessageRecu, NoteRejet
from drimbox.source.reception.states import EtatNote
from tests.drimbox_env import Environment

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
REJET = Rejet("2.25.42", "1.2.3", "iocm.113037", ("1.2.3.1.1", "1.2.3.1.2"))


@pytest.fixture
def note(drimbox: Environment) -> NoteRejet:
    with drimbox.role("reception"):
        assert keep_notes((REJET,), pacs="local", now=NOW) == 1
    return NoteRejet.objects.get()


def state(drimbox: Environment) -> tuple[str, str]:
    ((found, code),) = drimbox.sql("SELECT state, code FROM reception_note_rejet")
    return found, code


def test_a_note_is_applied_once_and_remembered_for_the_pointers_to_come(note: NoteRejet, drimbox: Environment) -> None:
    for _ in range(2):
        jobs.rejeter(note_id=str(note.id))
    assert state(drimbox) == ("appliquee", "")
    rejected = drimbox.sql("SELECT sop_instance_uid FROM pointeur_instance_rejetee WHERE study_instance_uid = '1.2.3'")
    assert {uid for (uid,) in rejected} >= set(REJET.instances)
    assert drimbox.sql("SELECT count(*) FROM journal WHERE event = 'reception:note:moved'") == [(1,)]


def test_a_note_that_cannot_be_applied_waits_for_a_person_and_leaves_nothing_half_done(
    note: NoteRejet, drimbox: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refus(PeerError):
        code = "essai.refus"
        message = "Non."
        remede = "Rien."

    def refuse(evenement: object, now: datetime) -> None:
        MessageRecu.objects.create(received_at=now, changed_at=now, peer="127.0.0.1", sha256="x")
        raise Refus

    with drimbox.role("proprietaire"):  # a role that may write the row which must not stay
        monkeypatch.setattr(jobs, "appliquer", refuse)
        jobs.rejeter(note_id=str(note.id))
    assert state(drimbox) == ("attente_personne", "essai.refus")
    assert drimbox.sql("SELECT count(*) FROM reception_message") == [(0,)]


def test_a_note_whose_job_was_lost_is_asked_again(note: NoteRejet, drimbox: Environment) -> None:
    drimbox.sql("DELETE FROM procrastinate_jobs")
    jobs.relancer_notes(timestamp=0)
    assert drimbox.sql("SELECT args->>'note_id' FROM procrastinate_jobs") == [(str(note.id),)]
    jobs.relancer_notes(timestamp=0)
    assert drimbox.sql("SELECT count(*) FROM procrastinate_jobs") == [(1,)]


def test_an_applied_note_goes_nowhere_else(note: NoteRejet) -> None:
    move_note(note, EtatNote.APPLIQUEE, NOW)
    with pytest.raises(MessageFige):
        move_note(note, EtatNote.RECUE, NOW + timedelta(days=1))


def test_messages_of_earlier_versions_are_sealed_by_the_migration_and_read_before_it(drimbox: Environment) -> None:
    bodies = {uuid4(): f"MSH|{number}".encode() for number in range(3)}
    with drimbox.role("proprietaire"):
        for pk, body in bodies.items():
            MessageRecu.objects.create(id=pk, received_at=NOW, changed_at=NOW, peer="127.0.0.1", sha256=str(pk), body=body)
        assert {row.pk: body_of(row) for row in MessageRecu.objects.all()} == bodies
        import_module("drimbox.source.reception.migrations.0004_sceller").seal_bodies(apps, None)
        assert {row.pk: body_of(row) for row in MessageRecu.objects.all()} == bodies
    assert drimbox.sql("SELECT DISTINCT body IS NULL, octets FROM reception_message") == [(True, 5)]
