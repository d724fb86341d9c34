# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The signers of the settings with their certificates and announcements, and the alarms that follow."""

from __future__ import annotations

from datetime import datetime, timedelta

from confiance.exploitation.logs import get_logger
from confiance.exploitation.settings import SettingsError
from espace.alarmes.actions import keep
from espace.config import ListeBlanche
from espace.liste_blanche import calendrier, signature
from espace.liste_blanche.calendrier import Echeance
from espace.liste_blanche.errors import AnnonceTardive, SansSuccesseur, SignataireExpire
from espace.liste_blanche.publication import Clock
from espace.tete.queries import announced_signers

log = get_logger("liste_blanche")
_EVERY = timedelta(hours=1)
_CODES = (SignataireExpire.code, AnnonceTardive.code, SansSuccesseur.code)


def echeances(settings: ListeBlanche) -> list[Echeance]:
    """Return the dates of every signer of the settings, the first to end first.

    Raises:
        SettingsError: a certificate cannot be read.
    """
    announced = announced_signers()
    return sorted((signature.echeance(signer, announced) for signer in settings.signers), key=lambda one: one.fin)


class Echeancier:
    """Looks at the signers now and then, and keeps their alarms.

    Args:
        settings: the table ``[liste_blanche]``.
        clock: the time.
    """

    def __init__(self, settings: ListeBlanche, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or Clock()
        self._looked_at: datetime | None = None

    def turn(self) -> None:
        """Open the alarms of signers that end soon or were announced late, and close those that are over."""
        now = self._clock.now()
        if self._looked_at is not None and timedelta(0) <= now - self._looked_at < _EVERY:
            return
        self._looked_at = now
        try:
            found = echeances(self._settings)
        except SettingsError as error:  # the publication says it, with its alarm
            log.error("liste_blanche:signataire:unreadable", exc_info=error)
            return
        announce = timedelta(days=self._settings.announce_days)
        troubles = calendrier.troubles(found, now, announce=announce, heads=self._settings.tete is not None)
        keep(troubles, _CODES, now=now)
