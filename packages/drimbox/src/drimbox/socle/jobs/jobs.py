# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Upkeep of the queue itself."""

from __future__ import annotations

from django.conf import settings
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from confiance.exploitation.logs import get_logger
from drimbox.socle.jobs.rules import longest_wait

_BRING_NEARER = (
    "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo' AND scheduled_at > now() + %(longest)s RETURNING id"
)
_BELIEVE_NO_SIGN = "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE last_heartbeat > now() + %(longest)s"
log = get_logger("jobs")


@app.periodic(cron="* * * * * */20")
@app.task(name="drimbox.socle.jobs.jobs.take_back", queue="socle", pass_context=False, queueing_lock="take_back")
async def take_back(timestamp: int) -> None:
    """Give back to the queue the jobs of workers that no longer show signs of life; no one of them keeps the others from it."""
    del timestamp
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=settings.DRIMBOX.ouvrier.stalled_seconds):
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            # what may wait only once was asked for again meanwhile: the new one does it, once this one has left its lock
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
            log.warning("ouvrier:job:superseded", job_id=job.id, task=job.task_name, attempt=job.attempts)
        else:
            log.warning("ouvrier:job:taken_back", job_id=job.id, task=job.task_name, attempt=job.attempts)


@app.periodic(cron="* * * * *")
@app.task(name="drimbox.socle.jobs.jobs.bring_nearer", queue="socle", pass_context=False, queueing_lock="bring_nearer")
async def bring_nearer(timestamp: int) -> None:
    """Have done now what waits for a date that no schedule gives, and believe no sign of life to come: a clock that was ahead wrote them.

    By the clock of the database, which is the one that says when a job runs and which worker is silent.
    """
    del timestamp
    connector, longest = app.job_manager.connector, longest_wait(settings.DRIMBOX.reprises)
    nearer = await connector.execute_query_all_async(_BRING_NEARER, longest=longest)
    await connector.execute_query_async(_BELIEVE_NO_SIGN, longest=longest)
    if nearer:
        log.warning("ouvrier:job:brought_nearer", count=len(nearer))
