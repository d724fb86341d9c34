# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process ``signataire``: sole reader of the list's key. It waits for demandes and publishes them one by one.

Only one works at a time, by an advisory lock held by its listening connection; another one started beside waits to replace it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from espace.attestation.sceau import Sceleur
from espace.config import EspaceSettings
from espace.database import Connection
from espace.ecoute import Boucle, alone
from espace.liste_blanche.echeances import Echeancier
from espace.liste_blanche.publication import Publisher
from espace.liste_blanche.reveil import SIGNATAIRE
from espace.tete.etabli import Etabli

log = get_logger("signataire")
_LOCK = 0x5349474E


def main(settings: EspaceSettings) -> None:
    """Run the process until SIGTERM: the publication under way is finished first."""
    boucle = Boucle(SIGNATAIRE, settings.liste_blanche.poll_seconds)
    boucle.obey_signals()
    log.info("signataire:process:ready")
    boucle.run(partial(begin, settings))


def begin(settings: EspaceSettings, listening: Connection) -> Callable[[], None]:
    """Return what to do at each turn while this connection lives: publish what waits, sign its head, seal.

    Args:
        settings: the whole configuration.
        listening: it holds the lock.
    """
    seul = partial(alone, listening, _LOCK)
    publisher = Publisher(settings.liste_blanche, zone=settings.zone.name, alone=seul)
    etabli, echeancier = Etabli(settings.liste_blanche, alone=seul), Echeancier(settings.liste_blanche)
    sceleur = Sceleur(settings)

    def turn() -> None:
        if seul():
            _publish(publisher)
            etabli.turn()  # after the list, that never waits for its head
            echeancier.turn()
            sceleur.turn()

    return turn


def _publish(publisher: Publisher) -> None:
    try:
        publisher.restore_file()
    except DrimmError as error:
        log.error("signataire:fichier:unwritable", exc_info=error)
    publisher.ask_daily()
    publisher.publish_waiting()
