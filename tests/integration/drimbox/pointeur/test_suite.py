# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""In a worker, the step that comes after is done at once; its job is there for the case when it is not."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import transaction

from drimbox.socle.jobs.actions import QUEUE_SOURCE, defer
from drimbox.socle.jobs.suite import followed, in_worker
from drimbox.source.depot_dmp import jobs as depots
from drimbox.source.depot_dmp.jobs import deposer
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.depot_dmp.states import EtatEnvoi
from drimbox.source.pointeur.actions import POINTER
from drimbox.source.pointeur.jobs import traiter
from drimbox.source.pointeur.models import Examen
from drimbox.source.pointeur.states import EtatExamen
from drimbox.source.reception.actions import receive
from drimbox.source.reception.models import MessageRecu
from tests.drimbox_chemin import NOW, Chemin
from tests.drimbox_world import sample_message

DEPOSER = "drimbox.source.depot_dmp.jobs.deposer"


def take(chemin: Chemin) -> str:
    with chemin.monde.drimbox.role("reception"):
        receive(sample_message(), peer="127.0.0.1", now=NOW)
    return str(MessageRecu.objects.get().id)


def jobs_of(chemin: Chemin, task: str) -> list[tuple[datetime | None]]:
    found: list[tuple[datetime | None]] = chemin.monde.drimbox.sql(
        f"SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = '{task}'"
    )
    return found


def test_one_job_leads_from_the_message_to_the_dmp_and_leaves_no_other_behind(chemin: Chemin) -> None:
    message = take(chemin)
    with in_worker():
        traiter(message_id=message)
    assert Examen.objects.get().state == EtatExamen.DEPOSE
    assert len(chemin.monde.dmp.store.faits) == 1
    assert jobs_of(chemin, POINTER) == jobs_of(chemin, DEPOSER) == []


def test_outside_a_worker_each_step_is_a_job_for_anybody(chemin: Chemin) -> None:
    traiter(message_id=take(chemin))
    assert Examen.objects.get().state == EtatExamen.A_TRAITER
    assert jobs_of(chemin, POINTER) == [(None,)]


def test_a_step_that_falls_leaves_its_job_which_does_it_later_and_once(chemin: Chemin, monkeypatch: pytest.MonkeyPatch) -> None:
    message = take(chemin)

    def fall(envoi_id: object) -> None:
        raise OSError(envoi_id)

    with monkeypatch.context() as broken, in_worker():
        broken.setattr(depots, "send", fall)
        traiter(message_id=message)
    assert jobs_of(chemin, POINTER) == []
    [(late,)] = jobs_of(chemin, DEPOSER)
    assert late is not None
    assert late > datetime.now(UTC)
    for _ in range(2):
        deposer(envoi_id=str(Envoi.objects.get().id))
    assert Envoi.objects.get().state == EtatEnvoi.DEPOSE
    assert len(chemin.monde.dmp.store.faits) == 1


def test_the_second_job_of_a_step_is_for_anybody_at_once(chemin: Chemin, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr("drimbox.socle.jobs.suite._go_on", lambda demande: done.append(demande.ids["examen_id"]))
    first, second = uuid4(), uuid4()

    @followed
    @transaction.atomic
    def step() -> None:
        for pk in (first, second):
            defer(POINTER, queue=QUEUE_SOURCE, examen_id=pk)

    with in_worker():
        step()
    assert done == [str(first)]
    rows = chemin.monde.drimbox.sql("SELECT args->>'examen_id', scheduled_at IS NULL FROM procrastinate_jobs")
    assert sorted(rows) == sorted([(str(first), False), (str(second), True)])


def test_what_was_not_committed_is_not_done(chemin: Chemin, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []
    monkeypatch.setattr("drimbox.socle.jobs.suite._go_on", done.append)

    @followed
    def step() -> None:
        with transaction.atomic():
            defer(POINTER, queue=QUEUE_SOURCE, examen_id=uuid4())
            transaction.set_rollback(True)

    with in_worker():
        step()
    assert done == []
    assert jobs_of(chemin, POINTER) == []
