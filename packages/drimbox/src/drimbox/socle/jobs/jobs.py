# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Upkeep of the queue itself."""

from __future__ import annotations

from django.conf import settings
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from confiance.exploitation.logs import get_logger

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
