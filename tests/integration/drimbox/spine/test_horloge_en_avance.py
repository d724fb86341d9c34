# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A clock that was a day ahead, and is put right: what it wrote makes nothing wait a day."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django import app

from drimbox.socle.jobs import worker
from drimbox.socle.jobs.jobs import bring_nearer, take_back
from drimbox.socle.sante.actions import echo_due
from drimbox.source.depot_dmp import actions as depots
from drimbox.source.depot_dmp import jobs as depot_jobs
from drimbox.source.pointeur import actions as pointeurs
from drimbox.source.pointeur import jobs as pointeur_jobs
from drimbox.source.pointeur.models import Examen
from drimbox.source.reception.actions import receive
from tests.drimbox_chemin import Chemin, pacs_of
from tests.drimbox_env import Environment
from tests.drimbox_world import Monde, sample_message, until

DAY = timedelta(days=1)
ASK = "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, scheduled_at) VALUES ('source', %s, '{}', 'todo', now() + %s)"


def in_worker(drimbox: Environment, *tasks: Any) -> None:
    async def once() -> None:
        with app.replace_connector(worker._bookkeeping()):
            async with app.open_async():
                for task in tasks:
                    await task(timestamp=0)

    with drimbox.role("ouvrier"):
        asyncio.run(once())


def test_a_job_put_off_further_than_any_schedule_is_done_now_and_the_others_wait(drimbox: Environment) -> None:
    drimbox.sql(ASK, "in a day", DAY)
    drimbox.sql(ASK, "in ten minutes", timedelta(minutes=10))
    drimbox.sql(ASK, "a minute ago", timedelta(minutes=-1))
    in_worker(drimbox, bring_nearer)
    found = drimbox.sql("SELECT task_name, scheduled_at IS NULL, scheduled_at > now() FROM procrastinate_jobs ORDER BY id")
    assert found == [("in a day", True, None), ("in ten minutes", False, True), ("a minute ago", False, False)]


def test_the_jobs_of_a_worker_that_died_while_the_clock_was_ahead_go_back_to_the_queue(drimbox: Environment) -> None:
    (worker_id,) = drimbox.sql("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 day') RETURNING id")[0]
    drimbox.sql(ASK, "begun", timedelta(0))
    drimbox.sql("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", worker_id)
    in_worker(drimbox, bring_nearer)
    (believed,) = drimbox.sql("SELECT last_heartbeat <= now() FROM procrastinate_workers WHERE id = %s", worker_id)[0]
    assert believed
    drimbox.sql("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour' WHERE id = %s", worker_id)
    in_worker(drimbox, take_back)
    assert drimbox.sql("SELECT status::text FROM procrastinate_jobs") == [("todo",)]


def ids_asked(monde: Monde, task: str) -> list[dict[str, str]]:
    return [args for (args,) in monde.drimbox.sql("SELECT args FROM procrastinate_jobs WHERE task_name = %s", task)]


@pytest.mark.parametrize("column", ["next_attempt_at", "changed_at"])
def test_an_exam_that_waits_for_a_day_that_nobody_meant_is_asked_again(monde: Monde, column: str) -> None:
    Chemin(monde).take(sample_message())
    examen = Examen.objects.get()
    assert ahead(monde, "pointeur_examen", column) == 1
    pointeur_jobs.relancer(0)
    assert ids_asked(monde, pointeurs.POINTER) == [{"examen_id": str(examen.id)}]


@pytest.mark.parametrize("column", ["next_attempt_at", "created_at"])
def test_a_request_that_waits_for_a_day_that_nobody_meant_is_asked_again(monde: Monde, column: str) -> None:
    with pacs_of(monde, monde.images):
        Chemin(monde).take(sample_message())
        pointeur_jobs.pointer(examen_id=str(Examen.objects.get().id))
    assert ahead(monde, "depot_dmp_envoi", column) == 1
    depot_jobs.relancer(0)
    assert len(ids_asked(monde, depots.DEPOSER)) == 1


def test_a_message_kept_while_the_clock_was_ahead_is_read(monde: Monde) -> None:
    accepted(monde, timezone.now() + DAY)
    assert ahead(monde, "reception_message", "changed_at") == 1
    pointeur_jobs.relancer(0)
    assert len(ids_asked(monde, "drimbox.source.pointeur.jobs.traiter")) == 1


def test_a_pacs_that_was_asked_tomorrow_is_asked_today(monde: Monde) -> None:
    now = timezone.now()
    with monde.pacs(), monde.pacs("pacs2"), monde.drimbox.role("ouvrier"):
        assert echo_due(now + DAY) == 2
        assert echo_due(now) == 2
        assert echo_due(now) == 0


def ahead(monde: Monde, table: str, column: str) -> int:
    """Make every job be lost, and date the rows a day ahead; return how many there are."""
    monde.drimbox.sql("DELETE FROM procrastinate_events; DELETE FROM procrastinate_jobs")
    monde.drimbox.sql(f"UPDATE {table} SET {column} = %s", timezone.now() + DAY)
    return len(monde.drimbox.sql(f"SELECT 1 FROM {table}"))


def accepted(monde: Monde, now: datetime) -> None:
    with monde.drimbox.role("reception"):
        assert b"MSA|AA|" in receive(sample_message(), peer="127.0.0.1", now=now)


SET_BACK = """
import os, sys, time
flag, right = sys.argv.pop(1), time.time
time.time = lambda: right() - (86_400 if os.path.exists(flag) else 0)
from drimbox.__main__ import main
main()
"""
"""The program itself, whose clock goes back a day as soon as a file is there."""


def test_a_worker_whose_clock_is_put_back_ends_as_if_it_had_been_told_to(drimbox: Environment, tmp_path: Path) -> None:
    flag = tmp_path / "back"
    environ = {**os.environ, "DRIMM_CONFIG": str(drimbox.config), "DRIMM_PROCESS": "ouvrier"}
    with (tmp_path / "ouvrier.log").open("wb") as log:
        child = subprocess.Popen([sys.executable, "-c", SET_BACK, str(flag), "process", "ouvrier"], env=environ, stdout=log, stderr=log)
    try:
        until(lambda: drimbox.sql("SELECT 1 FROM procrastinate_workers"), "the worker to be at work")
        flag.touch()
        code = until(lambda: None if child.poll() is None else [child.returncode], "the worker to leave")
    finally:
        child.kill()
        child.wait()
    assert code in ([0], [-signal.SIGTERM])
    assert b"ouvrier:clock:set_back" in (tmp_path / "ouvrier.log").read_bytes()
