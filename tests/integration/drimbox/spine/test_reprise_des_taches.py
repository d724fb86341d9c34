# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a worker left undone when it died goes back to the queue, all of it."""

from __future__ import annotations

import asyncio

from procrastinate.contrib.django import app

from drimbox.socle.jobs import worker
from drimbox.socle.jobs.jobs import take_back
from tests.drimbox_env import Environment

ASK = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, lock, queueing_lock)
    VALUES ('socle', %s, '{}', %s::procrastinate_job_status, %s, %s)
"""


def take_back_now(drimbox: Environment) -> None:
    async def once() -> None:
        with app.replace_connector(worker._bookkeeping()):
            async with app.open_async():
                await take_back(timestamp=0)

    with drimbox.role("ouvrier"):
        asyncio.run(once())


def jobs(drimbox: Environment) -> list[tuple[str, str]]:
    return drimbox.sql("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id")  # type: ignore[return-value]  # text, text


def test_a_job_asked_for_again_meanwhile_leaves_its_lock_and_keeps_no_other_from_going_back(drimbox: Environment) -> None:
    drimbox.sql(ASK, "pull", "doing", "annuaire", "annuaire")
    drimbox.sql(ASK, "exam", "doing", None, None)
    drimbox.sql(ASK, "pull", "todo", "annuaire", "annuaire")
    take_back_now(drimbox)
    assert jobs(drimbox) == [("exam", "todo"), ("pull", "todo")]


def test_a_job_whose_worker_died_goes_back_to_the_queue(drimbox: Environment) -> None:
    drimbox.sql(ASK, "pull", "doing", "annuaire", "annuaire")
    take_back_now(drimbox)
    assert jobs(drimbox) == [("pull", "todo")]
