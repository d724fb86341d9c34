# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The part of the process ``ouvrier`` that gives mails to the server.

Each mail has its own transaction: its row is locked, given, and what the server answered is written. Whoever dies between the 250 and the
COMMIT leaves a mail that will leave again, under the same Message-ID: SMTP allows no better, and a notice lost would be worse. A server
that is down, or that refuses our own address, costs no try to any mail: they wait, whatever the time it takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from confiance.exploitation.settings import SettingsError
from espace.alarmes.actions import raise_alarm, settle
from espace.config import EspaceSettings
from espace.courrier import actions, queries, rules
from espace.courrier.errors import CourrierAbandonne, CourrierMalEcrit, CourrierRefuse, ExpediteurRefuse, ServeurInjoignable
from espace.courrier.message import Ecriture, Pli, build
from espace.courrier.models import Courrier
from espace.courrier.smtp import Expediteur, Reponse, connected

log = get_logger("courrier")
_LOST = "perdue"
_UNWRITABLE = "mal_ecrit"


class Facteur:
    """Gives the mails that are due, some at a time, and remembers until when a server that is down is left alone."""

    def __init__(
        self, settings: EspaceSettings, *, clock: Callable[[], datetime] = timezone.now, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        self._reglages = settings.courrier
        self._nom = settings.administrateur
        self._clock = clock
        self._stopping = stopping
        self._failures = 0
        self._after = 0.0

    def turn(self) -> int:
        """Give the mails that are due; return how many left. A server that is down is an alarm, and the mails wait.

        Raises:
            django.db.Error: PostgreSQL failed.
        """
        if time.monotonic() < self._after or not self._due().exists():
            return 0
        try:
            with connected(self._reglages) as expediteur:
                count = self._give_all(expediteur)
        except (ServeurInjoignable, ExpediteurRefuse, SettingsError) as error:
            self._wait(error)
            return 0
        self._failures, self._after = 0, 0.0
        settle([ServeurInjoignable.code, ExpediteurRefuse.code], now=self._clock())
        return count

    def _due(self) -> QuerySet[Courrier]:
        now = self._clock()
        return queries.due(now, rules.horizon(self._reglages, now))

    def _give_all(self, expediteur: Expediteur) -> int:
        count = 0
        for _ in range(self._reglages.batch):
            given = None if self._stopping() else self._give_next(expediteur)
            if given is None:
                break
            count += given
        return count

    def _give_next(self, expediteur: Expediteur) -> bool | None:
        """Give one mail; None when none is due. A lost connection is told once the row is written.

        Raises:
            ServeurInjoignable: the connection is lost.
            ExpediteurRefuse: the server takes nothing from us; the row is as it was.
        """
        lost: ServeurInjoignable | None = None
        with transaction.atomic():
            courrier = self._due().select_for_update(skip_locked=True, no_key=True).first()
            if courrier is None:
                return None
            try:
                reponse = self._answer(expediteur, courrier)
            except ServeurInjoignable as error:
                lost, reponse = error, Reponse(pris=False, definitif=False, code=_LOST)
            self._write(courrier, reponse)
        if lost is not None:
            raise lost
        return reponse.pris

    def _answer(self, expediteur: Expediteur, courrier: Courrier) -> Reponse:
        try:
            pli = self._pli(courrier)
        except CourrierMalEcrit as error:
            log.error("courrier:courrier:unwritable", exc_info=error)
            return Reponse(pris=False, definitif=True, code=_UNWRITABLE)
        return expediteur.give(pli)

    def _pli(self, courrier: Courrier) -> Pli:
        row = Ecriture(courrier.destinataire, courrier.sujet, courrier.texte, courrier.html, courrier.message_id, courrier.cree_le)
        reglages = self._reglages
        return build(row, expediteur=reglages.sender, nom=self._nom, agents=reglages.agents, enveloppe=reglages.enveloppe)

    def _write(self, courrier: Courrier, reponse: Reponse) -> None:
        now = self._clock()
        if reponse.pris:
            actions.sent(courrier, now)
            settle([CourrierRefuse.code, CourrierAbandonne.code], objet=f"courrier:{courrier.pk}", now=now)
        elif reponse.definitif:
            actions.refused(courrier, reponse.code, now)
            raise_alarm(CourrierRefuse(), objet=f"courrier:{courrier.pk}", now=now)
        elif rules.worn_out(self._reglages, courrier.essais + 1):
            actions.given_up(courrier, reponse.code)
            raise_alarm(CourrierAbandonne(), objet=f"courrier:{courrier.pk}", now=now)
        else:
            actions.delayed(courrier, reponse.code, rules.next_try(self._reglages, courrier.essais + 1, now))
        log.info("courrier:courrier:answered", code=reponse.code or "250", attempt=courrier.essais)

    def _wait(self, error: DrimmError) -> None:
        self._failures += 1
        self._after = time.monotonic() + rules.seconds_between(self._reglages, self._failures)
        log.error("courrier:serveur:unreachable", exc_info=error, code=error.code)
        raise_alarm(ServeurInjoignable(error.message) if isinstance(error, SettingsError) else error, now=self._clock())
