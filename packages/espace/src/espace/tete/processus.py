# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process ``temoin``: it waits for heads and co-signs them. Without a key of its own it has nothing to do, and waits for its end."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import psycopg
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from confiance.errors import DrimmError, TransportError
from confiance.exploitation.logs import get_logger
from espace.alarmes.actions import raise_alarm, settle
from espace.config import EspaceSettings
from espace.database import heard, is_lost, listen
from espace.tete.actions import CHANNEL
from espace.tete.errors import TemoinSansMemoire, TemoinSurprise
from espace.tete.temoin import Temoin

log = get_logger("temoin")
_PAUSE_AFTER_FAILURE = 1.0
_OBJET = "temoin"


class Boucle:
    """The loop: hear a notification, or wake after ``poll_seconds``, then sign what waits."""

    def __init__(self, settings: EspaceSettings) -> None:
        self._settings = settings.liste_blanche
        self._stopping = threading.Event()
        self._refused = ""

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Ask for the end."""
        self._stopping.set()

    def run(self) -> None:
        """Work until told to stop; a failure of PostgreSQL delays and never loses."""
        log.info("temoin:process:ready")
        tete = self._settings.tete
        if tete is None or not tete.temoin:
            self._stopping.wait()
            return
        while not self._stopping.is_set():
            try:
                with listen(CHANNEL) as listening:
                    self._serve(listening, Temoin(self._settings, tete))
            except (TransportError, psycopg.Error, DatabaseError) as error:
                log.error("temoin:base:lost", exc_info=error)
                connection.close()
                self._stopping.wait(_PAUSE_AFTER_FAILURE)
        connection.close()

    def _serve(self, listening: psycopg.Connection[tuple[object, ...]], temoin: Temoin) -> None:
        while not self._stopping.is_set():
            self._turn(temoin)
            heard(listening, self._settings.poll_seconds, self._stopping)

    def _turn(self, temoin: Temoin) -> None:
        now = timezone.now()
        try:
            if temoin.turn(now):
                self._refused = ""
                settle([TemoinSansMemoire.code, TemoinSurprise.code, *_configuration()], objet=_OBJET, now=now)
        except TransportError:
            raise
        except DrimmError as error:
            self._tell(error)
        except Exception as error:  # whatever it is, nothing is signed and a person is told
            if isinstance(error, DatabaseError) and is_lost(error):
                raise
            log.error("temoin:tete:surprised", exc_info=error)
            self._tell(TemoinSurprise())

    def _tell(self, error: DrimmError) -> None:
        """Say a refusal once, not at each turn."""
        if self._refused == error.message:
            return
        self._refused = error.message
        log.error("temoin:tete:refused", exc_info=error, code=error.code)
        raise_alarm(error, objet=_OBJET, now=timezone.now())


def _configuration() -> tuple[str, ...]:
    """Codes of troubles of settings and files, that a signature proves over."""
    return ("configuration.invalide", "tete.cles_locales", "certificats.ancres")


def main(settings: EspaceSettings) -> None:
    """Run the process until SIGTERM."""
    boucle = Boucle(settings)
    signal.signal(signal.SIGTERM, boucle.stop)
    signal.signal(signal.SIGINT, boucle.stop)
    boucle.run()
