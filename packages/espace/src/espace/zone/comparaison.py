# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The whole zone against the Registre: what differs is kept, shown, told by an alarm, and repaired when somebody asks.

It is not repaired in silence by default: a record changed by hand, in a hurry or by an intruder, is seen by a person before it goes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from espace.alarmes.actions import keep
from espace.config import Zone
from espace.registre import queries as registre
from espace.zone import actions
from espace.zone.adaptateurs.port import Adaptateur
from espace.zone.attente import everything, pending
from espace.zone.ecarts import Ecart, compare
from espace.zone.errors import ZoneDerive
from espace.zone.publieur import Publieur
from espace.zone.states import Nature, Travail

ITSELF = "processus zone"


class Comparaison:
    """Compares, then repairs.

    Args:
        settings: the table ``[zone]``.
        adaptateur: the primary server.
        publieur: writes what is repaired.
        clock: gives aware instants.
    """

    def __init__(self, settings: Zone, adaptateur: Adaptateur, publieur: Publieur, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._adaptateur = adaptateur
        self._publieur = publieur
        self._clock = clock

    def run(self, travail: Travail, auteur: str = ITSELF) -> str:
        """Do it, and return what came of it in a French sentence.

        Raises:
            DrimmError: a server is away, late or refuses.
        """
        ecarts = self._compare()
        if travail is Travail.COMPARER and not self._settings.controle.repare_seul:
            return _sentence(ecarts)
        repaired = self._repair(auteur)
        removed = self._clean(ecarts, auteur) if travail is Travail.NETTOYER else 0
        if not repaired and not removed:
            return _sentence(ecarts)
        left = self._compare()
        return f"{repaired} couple(s) publié(s) de nouveau, {removed} nom(s) retiré(s). {_sentence(left)}"

    def _compare(self) -> list[Ecart]:
        found = self._adaptateur.read()
        self._publieur.check_servers(found.serial)
        attente = everything(self._settings)
        tolerated = {*self._settings.controle.toleres, *self._settings.addresses}
        ecarts = compare(attente.noms, found, apex=self._settings.name, hors=tolerated)
        kept = [one for one in ecarts if one.nature is Nature.ETRANGER or one.nom in attente.publies]
        now = self._clock()
        actions.note_drift(kept, attente.publies, now=now)
        keep([(ZoneDerive(_sentence(kept)), "")] if kept else [], [ZoneDerive.code], now=now)
        return kept

    def _repair(self, auteur: str) -> int:
        derives = everything(self._settings).derives
        if not derives:
            return 0
        done = actions.note_repair(derives, auteur=auteur, now=self._clock())
        self._publieur.publish(pending(self._settings), registre.zone_serial())
        return done

    def _clean(self, ecarts: list[Ecart], auteur: str) -> int:
        strangers = [one.nom for one in ecarts if one.nature is Nature.ETRANGER]
        for start in range(0, len(strangers), 100):
            batch = strangers[start : start + 100]
            self._publieur.check_servers(self._adaptateur.write(dict.fromkeys(batch), registre.zone_serial()))
            actions.note_removed(batch, auteur=auteur)
        return len(strangers)


def _sentence(ecarts: list[Ecart]) -> str:
    if not ecarts:
        return "La zone dit ce que dit le Registre."
    counted = {nature: sum(one.nature is nature for one in ecarts) for nature in Nature}
    parts = [f"{count} {nature.label}" for nature, count in counted.items() if count]
    return f"{len(ecarts)} nom(s) de la zone ne disent pas ce que dit le Registre : {', '.join(parts)}."
