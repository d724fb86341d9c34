# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process ``signataire``: sole reader of the list's key. It waits for demandes and publishes them one by one.

Only one works at a time, by an advisory lock held by its listening connection; another one started beside waits to replace it.
"""

from __future__ import annotations

import signal
import threading
from functools import partial
from types import FrameType

import psycopg
from django.db import Error as DatabaseError
from django.db import connection

from confiance.errors import DrimmError, TransportError
from confiance.exploitation.logs import get_logger
from espace.attestation.sceau import Sceleur
from espace.config import EspaceSettings
from espace.database import heard, listen
from espace.liste_blanche.echeances import Echeancier
from espace.liste_blanche.publication import Publisher
from espace.liste_blanche.reveil import CHANNEL
from espace.tete.etabli import Etabli

log = get_logger("signataire")
_LOCK = 0x5349474E
_PAUSE_AFTER_FAILURE = 1.0


class Signataire:
    """The loop: hear a notification, or wake after ``poll_seconds``, then publish what waits."""

    def __init__(self, settings: EspaceSettings) -> None:
        self._whole = settings
        self._settings = settings.liste_blanche
        self._zone = settings.zone.name
        self._stopping = threading.Event()

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Ask for the end: the publication under way is finished first."""
        self._stopping.set()

    def run(self) -> None:
        """Work until told to stop; a failure of PostgreSQL delays and never loses."""
        log.info("signataire:process:ready")
        while not self._stopping.is_set():
            try:
                with listen(CHANNEL) as listening:
                    self._serve(listening)
            except (TransportError, psycopg.Error, DatabaseError) as error:
                log.error("signataire:base:lost", exc_info=error)
                connection.close()
                self._stopping.wait(_PAUSE_AFTER_FAILURE)
        connection.close()

    def _serve(self, listening: psycopg.Connection[tuple[object, ...]]) -> None:
        alone = partial(_alone, listening)
        publisher = Publisher(self._settings, zone=self._zone, alone=alone)
        etabli, echeancier = Etabli(self._settings, alone=alone), Echeancier(self._settings)
        sceleur = Sceleur(self._whole)
        while not self._stopping.is_set():
            if alone():
                _turn(publisher)
                etabli.turn()  # after the list, that never waits for its head
                echeancier.turn()
                sceleur.turn()
            heard(listening, self._settings.poll_seconds, self._stopping)


def _alone(listening: psycopg.Connection[tuple[object, ...]]) -> bool:
    """Tell whether we hold the lock, by taking it again: it is lost with its connection only, and a lost one cannot answer."""
    try:
        row = listening.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])


def _turn(publisher: Publisher) -> None:
    try:
        publisher.restore_file()
    except DrimmError as error:
        log.error("signataire:fichier:unwritable", exc_info=error)
    publisher.ask_daily()
    publisher.publish_waiting()


def main(settings: EspaceSettings) -> None:
    """Run the process until SIGTERM."""
    signataire = Signataire(settings)
    signal.signal(signal.SIGTERM, signataire.stop)
    signal.signal(signal.SIGINT, signataire.stop)
    signataire.run()
