# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Deferring work: always inside the transaction that makes it needed, always with ids only."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from drimbox.socle.jobs import suite

QUEUE_SOCLE = "socle"
QUEUE_SOURCE = "source"
QUEUE_CONSO = "conso"


def defer(task: str, *, queue: str, at: datetime | None = None, lock: str | None = None, **ids: UUID | str | int) -> int:
    """Ask a worker to run a task, once the current transaction is committed.

    A worker changes the connector of the shared application; deferring keeps its own, so that a task that asks for another one does it
    in its own transaction too. The first job that a followed step asks for is done by its own worker (:mod:`drimbox.socle.jobs.suite`).

    Args:
        task: full name of the task, ``module.function``; the room that asks needs not import the one that does.
        queue: QUEUE_SOCLE, QUEUE_SOURCE or QUEUE_CONSO.
        at: not before this aware date.
        lock: jobs with the same lock run one after the other, in the order they were deferred.
        ids: identifiers, and nothing else: what a job carries is visible to whoever reads the queue.

    Returns:
        The number of the job.
    """
    etape = suite.take() if at is None and lock is None else None
    late = datetime.now(UTC) + suite.GRACE if etape else at
    named = {name: str(value) for name, value in ids.items()}
    job_id = configure_task(name=task, job_manager=JobManager(DjangoConnector()), queue=queue, schedule_at=late, lock=lock).defer(**named)
    if etape:
        suite.promise(etape, suite.Demande(task, job_id, named))
    return job_id
