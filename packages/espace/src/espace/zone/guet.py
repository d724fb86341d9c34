# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Keeps the view of the zone as the Registre is: a thread hears the notifications, looks at the serial number, and reads again."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
from django.db import Error as DatabaseError
from django.db import connection

from confiance.errors import TransportError
from confiance.exploitation.logs import get_logger
from espace.config import Zone
from espace.ecoute import heard, listen
from espace.registre import queries
from espace.zone.vue import ZoneView, build

log = get_logger("zone")
_AWAY = (TransportError, psycopg.Error, DatabaseError)
_PAUSE_AFTER_FAILURE = 1.0


def _nobody() -> None:
    """Nobody is to be told."""


class Guet:
    """Holds the view of the moment; a reader takes it whole, so an answer never mixes two states of the Registre.

    While PostgreSQL is away the last view goes on answering.
    """

    def __init__(self, settings: Zone) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._told: Callable[[], object] = _nobody
        self._view = self._read()
        connection.close()  # from here on only the thread reads
        self._thread = threading.Thread(target=self._watch, name="guet", daemon=True)

    @property
    def view(self) -> ZoneView:
        """The zone as last read."""
        return self._view

    def wait(self, serial: int) -> ZoneView:
        """Return the view once it has this serial number, or the one of the moment when it takes much longer than it should."""
        with self._changed:
            self._changed.wait_for(lambda: self._view.serial >= serial, timeout=2 * self._settings.refresh_seconds + _PAUSE_AFTER_FAILURE)
        return self._view

    def tell(self, function: Callable[[], object] | None) -> None:
        """Call this from now on, in the thread, when the view changes; None: nobody any more."""
        self._told = function or _nobody

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching, and wait for the thread."""
        self._stopping.set()
        self._thread.join()

    def _read(self) -> ZoneView:
        serial = queries.zone_serial()  # first: names read after it can only be newer, and the next look will see it
        return build(self._settings, queries.zone_names(), serial)

    def _replace(self, view: ZoneView) -> None:
        with self._changed:
            self._view = view
            self._changed.notify_all()
        self._told()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            try:
                with listen(queries.CHANNEL) as listening:
                    self._follow(listening)
            except Exception as error:  # whatever happens: a thread that ended would freeze the zone in silence
                log.error("zone:base:lost" if isinstance(error, _AWAY) else "zone:guet:surprised", exc_info=error)
                connection.close()
                self._stopping.wait(_PAUSE_AFTER_FAILURE)
        connection.close()

    def _follow(self, listening: psycopg.Connection[tuple[object, ...]]) -> None:
        while not self._stopping.is_set():
            if queries.zone_serial() != self._view.serial:
                self._replace(self._read())
                log.info("zone:vue:refreshed", serial=self._view.serial, count=len(self._view.cnames))
            heard(listening, self._settings.refresh_seconds, self._stopping)
