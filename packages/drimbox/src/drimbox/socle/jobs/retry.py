# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a worker does with a task that fell by surprise: tries again, for ever, less and less often."""

from __future__ import annotations

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from drimbox.socle.jobs.rules import FIRST_SECONDS, LONGEST_SECONDS


class NeverGiveUp(BaseRetryStrategy):
    """Doubles the delay up to a quarter of an hour. Expected failures are states of rows; this is for faults of ours."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Tell when the job runs again; a worker that is stopping gives its jobs back at once."""
        del exception
        return RetryDecision(retry_in={"seconds": min(FIRST_SECONDS * 2 ** min(job.attempts, 10), LONGEST_SECONDS)})
