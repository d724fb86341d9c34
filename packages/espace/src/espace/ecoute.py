# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How a process waits for PostgreSQL to call it (LISTEN, NOTIFY), alone if it must, and does what is due until it is told to stop."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

import psycopg
from django.db import Error as DatabaseError
from django.db import connection
from psycopg import sql

from confiance.errors import TransportError
from confiance.exploitation.logs import get_logger
from espace.database import BaseInjoignable, Connection, enter

log = get_logger("ecoute")
_TICK = 0.5  # seconds: how fast the end is obeyed
_PAUSE_AFTER_FAILURE = 1.0


class Boucle:
    """The loop of a process: hear a notification, or wake after a delay, then do what is due.

    Args:
        channel: NOTIFY channel that it hears.
        seconds: delay after which it wakes all the same.
    """

    def __init__(self, channel: str, seconds: float) -> None:
        self._channel = channel
        self._seconds = seconds
        self.stopping = threading.Event()

    def obey_signals(self) -> None:
        """Let SIGTERM and SIGINT ask for the end; only the main thread may."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Ask for the end: the turn under way is finished first."""
        self.stopping.set()

    def run(self, begin: Callable[[Connection], Callable[[], object]]) -> None:
        """Work until told to stop; a failure of PostgreSQL delays and never loses.

        Args:
            begin: given each listening connection, returns what to do at each turn while it lives.
        """
        while not self.stopping.is_set():
            try:
                with listen(self._channel) as listening:
                    self._serve(listening, begin(listening))
            except (TransportError, psycopg.Error, DatabaseError) as error:
                log.error("ecoute:base:lost", exc_info=error)
                connection.close()
                self.stopping.wait(_PAUSE_AFTER_FAILURE)
        connection.close()

    def _serve(self, listening: Connection, turn: Callable[[], object]) -> None:
        while not self.stopping.is_set():
            turn()
            heard(listening, self._seconds, self.stopping)


def wake(channel: str) -> None:
    """Make the processes that hear a channel look, once the present transaction is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [channel])


def listen(channel: str) -> Connection:
    """Open a connection of our own that hears the notifications of one channel; the caller closes it.

    Raises:
        BaseInjoignable: no connection.
    """
    listening = enter("listen")
    try:
        listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
    except psycopg.Error:
        raise BaseInjoignable from None
    return listening


def heard(listening: Connection, seconds: float, stopping: threading.Event) -> bool:
    """Wait for a notification; return whether one came before the delay was over or the end was asked.

    Args:
        listening: a connection of :func:`listen`.
        seconds: how long to wait.
        stopping: set when the process must end.

    Raises:
        psycopg.Error: the connection is lost.
    """
    until = time.monotonic() + seconds
    while not stopping.is_set() and (left := until - time.monotonic()) > 0:
        if any(True for _ in listening.notifies(timeout=min(_TICK, left), stop_after=1)):
            return True
    return False


def alone(listening: Connection, lock: int) -> bool:
    """Tell whether we hold an advisory lock, by taking it again; another process started beside waits for it, to replace us.

    It is lost with its connection only, and a lost one cannot answer.
    """
    try:
        row = listening.execute("SELECT pg_try_advisory_lock(%s)", [lock]).fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])
