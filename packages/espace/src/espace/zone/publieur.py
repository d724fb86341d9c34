# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Publishes the names of the Registre, and only calls published what every name server answers.

1. The couples whose names are not published as the Registre says them now are read: a restart, or a DNS that was down, loses nothing.
2. They are written at the primary server, which gives a serial number.
3. Every name server must have this serial number, then answer each name. Only then is the couple « publiée ».
4. From time to time, and when a person asks, the whole zone is compared with the Registre: see :mod:`espace.zone.comparaison`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from confiance.errors import DrimmError
from espace.config import Zone
from espace.zone import actions, controle, resolution
from espace.zone.adaptateurs.port import Adaptateur, later
from espace.zone.attente import CoupleAPublier

BATCH = 100
"""Couples written at once: an update of this size holds in one DNS message."""


class Publieur:
    """Writes and checks.

    Args:
        settings: the table ``[zone]``.
        adaptateur: the primary server.
        clock: gives aware instants.
    """

    def __init__(self, settings: Zone, adaptateur: Adaptateur, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._adaptateur = adaptateur
        self._clock = clock
        self.serial = 0
        self.releves: tuple[controle.Releve, ...] = ()

    def publish(self, couples: list[CoupleAPublier], serial: int) -> None:
        """Write what must be, and check it on every name server.

        Args:
            couples: what waits, from one reading of the Registre.
            serial: serial number of the Registre, read after them.

        Raises:
            DrimmError: a server is away, late or refuses; what is published is kept, the rest waits.
        """
        for batch in _batches(couples):
            reached = self._write(batch, serial)
            self.check_servers(reached)
            self._check(batch, reached)

    def check_servers(self, serial: int) -> None:
        """Check that every name server has this serial number; keep what each one said.

        Raises:
            DrimmError: one has not.
        """
        self.serial = serial
        self.releves = tuple(controle.releve(self._settings, one) for one in controle.serveurs(self._settings))
        for found in self.releves:
            controle.check_serial(found, serial)

    def _write(self, batch: list[CoupleAPublier], serial: int) -> int:
        """Write the couples that are not written yet; return the serial number to wait for."""
        fresh = [one for one in batch if not one.serial]
        reached = 0
        for one in batch:
            reached = one.serial if later(one.serial, reached) else reached
        if fresh:
            noms = {name: target for one in fresh for name, target in one.noms.items()}
            reached = self._adaptateur.write(noms, serial)
            detail = f"écrit au serveur primaire (n° {reached}), attendu sur chaque serveur de noms"
            actions.note_written(fresh, reached, now=self._clock(), detail=detail)
        return reached

    def _check(self, batch: list[CoupleAPublier], serial: int) -> None:
        """Ask each name of each server; a couple that fails does not hold the others back."""
        good, error = [], None
        for one in batch:
            try:
                for found in self.releves:
                    controle.check_names(self._settings, found.serveur, one.noms)
            except DrimmError as refused:
                error = refused
            else:
                good.append(one)
        details = resolution.remarks(self._settings, good)
        actions.note_published(good, serial, now=self._clock(), details=details)
        if error is not None:
            raise error


def _batches(couples: list[CoupleAPublier]) -> Iterator[list[CoupleAPublier]]:
    for start in range(0, len(couples), BATCH):
        yield couples[start : start + BATCH]
