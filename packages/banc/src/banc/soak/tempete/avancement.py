# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One line every few seconds, from the tables alone: where the reports are, what is broken, when it should end."""

from __future__ import annotations

import threading
import time
from typing import Final

import psycopg
import typer

from banc.soak.tempete.charge import Ris
from banc.soak.tempete.sinistres import Tempete
from banc.soak.tempete.terrain import Terrain

EVERY_SECONDS: Final = 15.0
SETTLED: Final = ("depose", "a_verifier", "refuse", "incomplet", "retire", "sans_depot")

_LEFT = """
    SELECT (SELECT count(*) FROM reception_message WHERE state = 'recu')
         + (SELECT count(*) FROM depot_dmp_envoi WHERE state IN ('a_envoyer', 'attente_dmp'))
"""


def left(terrain: Terrain) -> int:
    """Return how many messages are unread and how many requests unanswered, together.

    Raises:
        psycopg.Error: the database may be what is broken at that moment.
    """
    return int(terrain.base.sql(_LEFT)[0][0])


def states(terrain: Terrain) -> dict[str, int]:
    """Return how many exams are in each state.

    Raises:
        psycopg.Error: the database may be what is broken at that moment.
    """
    return dict(terrain.base.sql("SELECT state, count(*) FROM pointeur_examen GROUP BY state"))


class Avancement:
    """Tells where a storm stands, until it is told to stop.

    Args:
        terrain: the place.
        ris: who sends.
        tempete: what breaks.
        exams: how many there are.
        messages: how many messages tell of them.
    """

    def __init__(self, terrain: Terrain, ris: Ris, tempete: Tempete, *, exams: int, messages: int) -> None:
        self._terrain, self._ris, self._tempete = terrain, ris, tempete
        self._exams, self._messages = exams, messages
        self._start = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="avancement", daemon=True)

    def start(self) -> None:
        """Begin to tell."""
        self._thread.start()

    def stop(self) -> None:
        """Fall silent."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            typer.echo(f"  {self._line()}")

    def _line(self) -> str:
        elapsed = time.monotonic() - self._start
        parts = [
            f"{elapsed:5.0f} s {self._tempete.sky:8}",
            f"acquittés {self._ris.acknowledged}/{self._messages} ({self._ris.sent_again} renvois)",
            self._known(elapsed),
        ]
        parts.append(f"sinistres {self._tempete.count.total()} ({self._tempete.last or '—'})")
        return " · ".join(parts)

    def _known(self, elapsed: float) -> str:
        try:
            found, remaining = states(self._terrain), left(self._terrain)
        except psycopg.Error:
            return "base injoignable"
        done = found.pop("depose", 0)
        others = "".join(f", {count} {state}" for state, count in sorted(found.items()))
        end = f", encore {(self._exams - done) * elapsed / done:.0f} s" if 0 < done < self._exams else ""
        return f"déposés {done}/{self._exams}{others}, {remaining} en route{end}"
