# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process ``temoin``: it waits for heads and co-signs them. Without a key of its own it has nothing to do, and waits for its end."""

from __future__ import annotations

from django.db import Error as DatabaseError
from django.utils import timezone

from confiance.errors import DrimmError, TransportError
from confiance.exploitation.logs import get_logger
from espace.alarmes.actions import raise_alarm, settle
from espace.config import EspaceSettings
from espace.database import is_lost
from espace.ecoute import Boucle
from espace.tete.actions import CHANNEL
from espace.tete.errors import TemoinSansMemoire, TemoinSurprise
from espace.tete.temoin import Temoin

log = get_logger("temoin")
_OBJET = "temoin"


class Cosignataire:
    """A témoin whose refusals people read.

    Args:
        temoin: it signs, or refuses.
    """

    def __init__(self, temoin: Temoin) -> None:
        self._temoin = temoin
        self._refused = ""

    def turn(self) -> None:
        """Sign what waits; a trouble is an alarm, and nothing is signed.

        Raises:
            TransportError, django.db.Error: PostgreSQL is lost.
        """
        now = timezone.now()
        try:
            if self._temoin.turn(now):
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
    liste, boucle = settings.liste_blanche, Boucle(CHANNEL, settings.liste_blanche.poll_seconds)
    boucle.obey_signals()
    log.info("temoin:process:ready")
    if liste.tete is None or not liste.tete.temoin:
        boucle.stopping.wait()
        return
    cosignataire = Cosignataire(Temoin(liste, liste.tete))
    boucle.run(lambda _listening: cosignataire.turn)
