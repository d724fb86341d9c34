# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Waiting for a notification: it ends by the first one, by the delay, or by the end of the process; a lost base is entered again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any, cast

import psycopg
import pytest

from espace import ecoute
from espace.database import BaseInjoignable, Connection
from espace.ecoute import Boucle, alone, heard


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


@pytest.mark.parametrize("lost", [BaseInjoignable(), psycopg.OperationalError("DUPONT 2750")])
def test_a_loop_that_loses_the_base_enters_it_again_and_begins_anew(lost: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    boucle, begun = Boucle("canal", 0.001), 0

    def fail() -> None:
        raise lost

    def begin(_listening: Connection) -> Callable[[], object]:
        nonlocal begun
        begun += 1
        return fail if begun < 3 else boucle.stop

    monkeypatch.setattr(ecoute, "listen", lambda channel: nullcontext(Listening() if channel == "canal" else None))
    monkeypatch.setattr(ecoute, "_PAUSE_AFTER_FAILURE", 0)
    boucle.run(begin)
    assert begun == 3


def test_a_lost_connection_is_alone_no_more() -> None:
    class Lost:
        def execute(self, *_: Any) -> Any:
            raise psycopg.OperationalError

    assert not alone(cast("Connection", Lost()), 1)
