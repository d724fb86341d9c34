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
SETTLED: Final = ("depose", "retire", "a_verifier", "incomplet", "sans_depot")
"""What moves no more; what the DMP refused does: a person sends it again."""

_LEFT = """
    SELECT (SELECT count(*) FROM reception_message WHERE state IN ('recu', 'attente_personne'))
         + (SELECT count(*) FROM reception_note_rejet WHERE state <> 'appliquee')
         + (SELECT count(*) FROM depot_dmp_envoi WHERE state IN ('a_envoyer', 'attente_dmp'))
"""


def left(terrain: Terrain) -> int:
    """Return how many messages and notes are not applied yet or wait for a person, and how many requests are unanswered, together.

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
        longest: seconds that all of it may take.
    """

    def __init__(self, terrain: Terrain, ris: Ris, tempete: Tempete, *, exams: int, messages: int, longest: float) -> None:
        self._terrain, self._ris, self._tempete = terrain, ris, tempete
        self._exams, self._messages, self._longest = exams, messages, longest
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
        done = found.pop("depose", 0) + found.pop("retire", 0)
        others = "".join(f", {count} {state}" for state, count in sorted(found.items()))
        return f"réglés {done}/{self._exams}{others}, {remaining} en route{self._end(done, elapsed)}"

    def _end(self, done: int, elapsed: float) -> str:
        if not 0 < done < self._exams:
            return ""
        left = min((self._exams - done) * elapsed / done, max(self._longest - elapsed, 0.0))
        return f", fin vers {clock(left)}"


def clock(seconds: float) -> str:
    """Return what a clock on the wall shows so many seconds from now."""
    return time.strftime("%H:%M", time.localtime(time.time() + seconds))
