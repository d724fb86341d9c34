# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process ``ouvrier``: what must be done without anybody asking. It sends the mails, watches the due dates, and seals the journal.

It goes out, so it holds no key. Only one works at a time, by an advisory lock held by its listening connection; another one started beside
waits to replace it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import psycopg
from django.db import Error as DatabaseError
from django.utils import timezone

from confiance.errors import DrimmError, OwnError
from confiance.exploitation.logs import get_logger
from espace.alarmes.actions import raise_alarm, settle
from espace.conditions.actions.conteneur import destroy_old_secrets
from espace.conditions.actions.pieces import erase_old
from espace.config import EspaceSettings
from espace.courrier.actions import CHANNEL
from espace.courrier.envoi import Facteur
from espace.database import Connection, explain, is_lost
from espace.ecoute import Boucle, alone
from espace.instruction.echeances import relancer
from espace.journal.actions import seal
from espace.journal.temoignage import witness

log = get_logger("ouvrier")
_LOCK = 0x4F555652
_MINUTE = 60.0
_HOUR = 3600.0


class OuvrierSurprise(OwnError):
    """A task failed in a way that nobody foresaw."""

    code = "ouvrier.surprise"
    message = "Une tâche de fond a échoué d'une façon imprévue ; elle sera reprise."
    remede = "Lisez les journaux du processus ouvrier, puis signalez ce cas à l'équipe qui maintient l'Espace."


@dataclass
class Tache:
    """One thing to do, again and again.

    Attributes:
        name: said in alarms.
        work: given the present instant, does what is due and returns how many things were done; it is called again at once after many.
        seconds: delay between two calls.
        after: monotonic instant before which it is left alone.
        troubled: an alarm about it may be open; that of a former life of the process too.
    """

    name: str
    work: Callable[[datetime], int]
    seconds: float
    after: float = 0.0
    troubled: bool = True

    def turn(self) -> None:
        """Do what is due. A failure is an alarm that the next success closes, and stops no other task.

        Raises:
            django.db.Error, psycopg.Error: PostgreSQL is lost.
        """
        if time.monotonic() < self.after:
            return
        self.after = time.monotonic() + self.seconds
        try:
            self.work(timezone.now())
        except DatabaseError as error:
            if is_lost(error):
                raise
            self._tell(explain(error).with_traceback(error.__traceback__))
        except psycopg.Error:
            raise
        except DrimmError as error:
            self._tell(error)
        except Exception as error:  # whatever it is, the other tasks go on and a person is told
            log.error("ouvrier:tache:surprised", exc_info=error, task=self.name)
            self._tell(OuvrierSurprise())
        else:
            self._settle()

    def _settle(self) -> None:
        if self.troubled:
            settle(objet=self.name, now=timezone.now())
            self.troubled = False

    def _tell(self, error: DrimmError) -> None:
        self.troubled = True
        log.error("ouvrier:tache:failed", exc_info=error, task=self.name, code=error.code)
        raise_alarm(error, objet=self.name, now=timezone.now())


def main(settings: EspaceSettings) -> None:
    """Run the process until SIGTERM: the mail under way is finished first."""
    boucle = Boucle(CHANNEL, settings.courrier.poll_seconds)
    boucle.obey_signals()
    taches = _taches(settings, boucle.stopping.is_set)
    log.info("ouvrier:process:ready")
    boucle.run(lambda listening: partial(_turn, taches, listening, boucle.stopping.is_set))


def _taches(settings: EspaceSettings, stopping: Callable[[], bool]) -> tuple[Tache, ...]:
    facteur = Facteur(settings, stopping=stopping)
    return (
        Tache("courrier", lambda _now: facteur.turn(), 0.0),
        Tache("echeances", relancer, settings.instruction.relance_seconds),
        Tache("secrets", destroy_old_secrets, _MINUTE),
        Tache("pieces probantes", erase_old, _HOUR),
        Tache("sceau", seal, min(settings.courrier.poll_seconds, _MINUTE)),
        Tache("sceau complet", lambda now: seal(now, complete=True), _HOUR),
        Tache("temoignage", witness, _MINUTE),
    )


def _turn(taches: Iterable[Tache], listening: Connection, stopping: Callable[[], bool]) -> None:
    if alone(listening, _LOCK):
        for tache in taches:
            if not stopping():
                tache.turn()
