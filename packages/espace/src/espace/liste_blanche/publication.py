# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One publication, from the demande to the public list: compile, check, sign, re-read, compare, publish.

The order is the argument: the file is on the disk before the row is committed, the row is committed before the file takes its place.
A kill at any instant leaves the old list or the new one, whole; what was left half-way is begun again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import Error as DatabaseError
from django.utils import timezone

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from confiance.liste_blanche import Brouillon, Domaine, sign, verify
from espace.config import ListeBlanche
from espace.liste_blanche import actions, fichier, queries, rules, signature
from espace.liste_blanche.errors import EcritureImpossible, PublicationRefusee, RegistreInstable, VerrouPerdu
from espace.liste_blanche.models import Demande, Publication

log = get_logger("liste_blanche")


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, and the way to wait for it."""

    now: Callable[[], datetime] = timezone.now
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one publication."""

    attempts: int = 5  # times the list is compiled again when the Registre moves meanwhile


class Publisher:
    """Publishes lists, one at a time.

    Args:
        settings: the table ``[liste_blanche]``.
        zone: DNS zone of every name.
        clock: the time.
        limits: bounds.
        alone: tells whether we are still the only one who publishes; asked before each thing that readers would see.
    """

    def __init__(
        self,
        settings: ListeBlanche,
        *,
        zone: str,
        clock: Clock | None = None,
        limits: Limits | None = None,
        alone: Callable[[], bool] = lambda: True,
    ) -> None:
        self._settings = settings
        self._zone = zone
        self._alone = alone
        self._clock = clock or Clock()
        self._limits = limits or Limits()

    def publish_waiting(self) -> int:
        """Publish, or refuse, every demande that waits, oldest first; return how many."""
        count = 0
        while (demande := queries.oldest_waiting()) is not None:
            self.publish(demande)
            count += 1
        return count

    def publish(self, demande: Demande) -> Publication:
        """Bring one demande to its end: published, or refused with a code.

        Raises:
            django.db.Error: PostgreSQL failed; the demande still waits.
            VerrouPerdu: another one may publish by now; the demande still waits, or the row is in force and the file is left to them.
        """
        publication = actions.take(demande, now=self._clock.now())
        try:
            self._publish(publication)
        except (DatabaseError, VerrouPerdu):
            raise
        except DrimmError as error:
            self._refuse(publication, error)
        except Exception as error:  # any surprise must stop the publication and be told (architecture §5, 5)
            log.error("liste_blanche:publication:surprised", exc_info=error, publication_id=demande.pk)
            self._refuse(publication, PublicationRefusee())
        return publication

    def restore_file(self) -> None:
        """Make the public file be the list in force: a kill may have come between the row and the rename."""
        fichier.sweep(self._settings.publication)
        content = queries.current_content()
        if content is not None and fichier.ensure(self._settings.publication, content):
            log.warning("liste_blanche:fichier:restored", bytes=len(content))

    def _publish(self, publication: Publication) -> None:
        signer = signature.load(self._settings)
        for _ in range(self._limits.attempts):
            draft = self._compile()
            rules.check_lint(draft, zone=self._zone)
            actions.step(publication, "compile")
            content = sign(draft, signer.key, signing_time=draft.date_generation)
            actions.step(publication, "sign")
            relue = verify(content, signer.policy, at=self._clock.now())
            rules.check_reread(draft, relue)
            actions.step(publication, "reread")
            with fichier.prepare(self._settings.publication, content) as prepared:
                if _domaines() == draft.domaines:
                    self._check_alone()
                    actions.publish(publication, relue, content, now=self._clock.now())
                    self._install(prepared)
                    return
            actions.step(publication, "restart")
        raise RegistreInstable

    def _compile(self) -> Brouillon:
        domaines = _domaines()  # read before the date is chosen: no row can be newer than the list
        previous = queries.current()
        tolerance = timedelta(seconds=self._settings.clock_tolerance_seconds)
        date = rules.next_date_generation(self._clock.now(), previous.date_generation if previous else None, tolerance=tolerance)
        self._wait_until(date)
        rules.check_dates(domaines, date)
        return Brouillon(domaines, date, namespace=self._settings.namespace)

    def _wait_until(self, date: datetime) -> None:
        while (left := (date - self._clock.now()).total_seconds()) > 0:
            self._clock.sleep(left)

    def _check_alone(self) -> None:
        if not self._alone():
            raise VerrouPerdu

    def _install(self, prepared: Path) -> None:
        """The list is in force by its row; a file that cannot take its place is an alarm, and is tried again at the next turn."""
        self._check_alone()  # whoever replaces us makes the file from the row, and may already have a newer one
        try:
            fichier.install(prepared)
        except EcritureImpossible as error:
            log.error("liste_blanche:fichier:late", code=error.code)

    def _refuse(self, publication: Publication, error: DrimmError) -> None:
        log.error("liste_blanche:publication:stopped", exc_info=error, code=error.code, publication_id=publication.demande.pk)
        actions.refuse(publication, error, now=self._clock.now())


def _domaines() -> tuple[Domaine, ...]:
    return tuple(rules.domaine(ligne) for ligne in queries.lignes())
