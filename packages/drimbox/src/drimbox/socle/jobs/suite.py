# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The next step of a way, done at once by the worker that asked for it.

What a step asks for is a job like any other, committed with what makes it needed. The worker that just ended the step has the thread, the
connections and the data at hand: handing the job over to another one costs more than some steps. It goes on by itself, and the job, put
off by a moment, is only there for the case when this worker dies on its way. Every step may run twice without harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager

from confiance.exploitation.logs import get_logger

GRACE = timedelta(seconds=15)
"""How long a job that its asker does at once waits before anybody else may take it."""
log = get_logger("ouvrier")


@dataclass(frozen=True, slots=True)
class Demande:
    """A job that was asked for by the step which is running."""

    task: str
    job_id: int
    ids: dict[str, str]


@dataclass(slots=True)
class Etape:
    """A step that is running.

    Attributes:
        taken: its first job was put off already; another one is for anybody.
        suite: that job, once what makes it needed is committed.
    """

    taken: bool = False
    suite: Demande | None = None


_in_worker: ContextVar[bool] = ContextVar("in_worker", default=False)
_running: ContextVar[Etape | None] = ContextVar("running", default=None)


@contextmanager
def in_worker() -> Iterator[None]:
    """Let the steps that run within this block be followed at once."""
    token = _in_worker.set(True)
    try:
        yield
    finally:
        _in_worker.reset(token)


def followed(step: Callable[..., None]) -> Callable[..., None]:
    """Make a task one after which the worker does at once the first thing that it asked for; what else it asked is for anybody."""

    @wraps(step)
    def run(**ids: str) -> None:
        if not _in_worker.get():
            step(**ids)
            return
        token = _running.set(etape := Etape())
        try:
            step(**ids)
        finally:
            _running.reset(token)
        if etape.suite is not None:
            _go_on(etape.suite)

    return run


def take() -> Etape | None:
    """Return the step that will be followed by the job which is asked for now; None when that job is for anybody."""
    etape = _running.get()
    if etape is None or etape.taken:
        return None
    etape.taken = True
    return etape


def promise(etape: Etape, demande: Demande) -> None:
    """Have a job done at once after a step, if what makes it needed is committed."""

    def commit() -> None:
        etape.suite = demande

    transaction.on_commit(commit)


def _go_on(demande: Demande) -> None:
    try:
        app.tasks[demande.task](**demande.ids)
    except Exception as error:  # noqa: BLE001 - whatever it is, the job is still there: it runs, and is tried again, as any other
        log.warning("ouvrier:suite:failed", job_id=demande.job_id, task=demande.task, error_type=type(error).__name__)
        return
    JobManager(DjangoConnector()).cancel_job_by_id(demande.job_id, delete_job=True)
