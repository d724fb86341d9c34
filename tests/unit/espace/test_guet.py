# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The watch over the Registre goes on, whatever happens to it."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs

from espace.config import Zone
from espace.zone import guet

SETTINGS = Zone(nameservers=("ns1.ailleurs.test",))


class Listening:
    """A connection on which nothing is ever notified."""

    def notifies(self, **_options: Any) -> tuple[()]:
        return ()


@pytest.mark.parametrize(
    ("failure", "event"),
    [
        (RuntimeError("DUPONT 2750"), "zone:guet:surprised"),
        (KeyError("DUPONT 2750"), "zone:guet:surprised"),
        (psycopg.OperationalError("DUPONT 2750"), "zone:base:lost"),
    ],
)
def test_a_failure_is_told_by_its_type_and_the_watch_begins_again(monkeypatch: pytest.MonkeyPatch, failure: Exception, event: str) -> None:
    serials, failures, seen = iter([1]), [failure], threading.Event()

    def listen(_channel: str) -> Any:
        if failures:
            raise failures.pop()
        seen.set()
        return nullcontext(Listening())

    monkeypatch.setattr(guet, "listen", listen)
    monkeypatch.setattr(guet, "_PAUSE_AFTER_FAILURE", 0)
    monkeypatch.setattr(guet.queries, "zone_names", list)
    monkeypatch.setattr(guet.queries, "zone_serial", lambda: next(serials, 2))
    watch = guet.Guet(SETTINGS)
    with capture_logs() as lines:
        watch.start()
        assert seen.wait(10)
        watch.stop()
    assert watch.view.serial == 2
    told = [line for line in lines if line["log_level"] == "error"]
    assert [(line["event"], line["exc_info"]) for line in told] == [(event, failure)]
