# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Waiting for a notification: it ends by the first one, by the delay, or by the end of the process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, cast

from espace.database import Connection, heard


class Listening:
    """A connection on which these waits end one after the other: by a notification, or by nothing."""

    def __init__(self, *ends: bool, stopping: threading.Event | None = None) -> None:
        self.ends, self.stopping, self.waits = list(ends), stopping, 0

    def notifies(self, *, timeout: float, stop_after: int) -> Iterator[Any]:
        assert 0 < timeout <= 0.5
        self.waits += 1
        if not self.ends and self.stopping is not None:
            self.stopping.set()
        return iter(["notification"] * stop_after if self.ends and self.ends.pop(0) else [])


def _heard(listening: Listening, seconds: float, stopping: threading.Event) -> bool:
    return heard(cast("Connection", listening), seconds, stopping)


def test_the_first_notification_ends_the_wait() -> None:
    listening = Listening(False, True, True)
    assert _heard(listening, 3600, threading.Event())
    assert listening.waits == 2


def test_the_delay_ends_the_wait() -> None:
    assert not _heard(Listening(), 0.001, threading.Event())


def test_the_end_of_the_process_ends_the_wait() -> None:
    stopping = threading.Event()
    listening = Listening(False, stopping=stopping)
    assert not _heard(listening, 3600, stopping)
    assert listening.waits == 2
    assert not _heard(listening, 3600, stopping)
    assert listening.waits == 2
