# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process ``ouvrier``: runs what was deferred, on every queue."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from django.conf import settings
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.psycopg_connector import PsycopgConnector

from confiance.exploitation.logs import get_logger
from drimbox.socle.jobs.horloge import set_back
from drimbox.socle.jobs.suite import in_worker

log = get_logger("ouvrier")


async def serve() -> None:
    """Run jobs until SIGTERM, then leave the running ones a few seconds to end."""
    limits = settings.DRIMBOX.ouvrier
    connector = _bookkeeping()
    with app.replace_connector(connector):
        async with app.open_async():
            await _look_at_once()
            log.info("ouvrier:process:ready")
            async with _watching_the_clock(limits.poll_seconds):
                with in_worker():
                    await app.run_worker_async(
                        concurrency=limits.concurrency,
                        fetch_job_polling_interval=limits.poll_seconds,
                        delete_jobs="successful",
                        shutdown_graceful_timeout=limits.stop_seconds,
                        stalled_worker_timeout=limits.stalled_seconds,
                    )


@asynccontextmanager
async def _watching_the_clock(every: float) -> AsyncIterator[None]:
    async def leave_when_set_back() -> None:
        await set_back(every)
        log.warning("ouvrier:clock:set_back")
        signal.raise_signal(signal.SIGTERM)  # as the supervisor does: jobs under way end, or go back to the queue

    watch = asyncio.create_task(leave_when_set_back())
    try:
        yield
    finally:
        watch.cancel()


def _bookkeeping() -> PsycopgConnector:
    """Return what takes jobs and gives them back. What they do goes by other connections, durable ones.

    A job taken or ended that a power cut of the database makes it forget is done again, and every step may run twice: no job waits for the
    disk to know that it was taken. A job that is asked for is committed with what asks for it, for good. Each of its questions is one
    statement: it needs no transaction around it.
    """
    return PsycopgConnector(kwargs={**connector_params(), "options": "-c synchronous_commit=off"}, configure=_one_by_one)


async def _one_by_one(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)


async def _look_at_once() -> None:
    """Run what is regular at the start too: a DRIMbox that just started must not wait for the next tick to have its list."""
    for periodic in app.periodic_registry.periodic_tasks.values():
        with suppress(AlreadyEnqueued):
            await periodic.task.configure(**periodic.configure_kwargs).defer_async(timestamp=int(time.time()))


def main() -> None:
    """Run the worker of this process."""
    asyncio.run(serve())
