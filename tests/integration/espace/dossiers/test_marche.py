# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Dossiers walked at random along their tables, and across them: what the table lets happens once, the rest is refused in French."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from espace.acteurs.acteur import Qui
from espace.courrier.models import Courrier
from espace.guichet import actions as guichet
from espace.guichet.models import Dossier, Etape
from espace.guichet.natures import Nature
from espace.instruction import actions, queries
from espace.instruction.errors import DossierRefus
from espace.instruction.parcours import PARCOURS
from espace.instruction.queries import table_of
from tests.espace_dossiers import NOW, PDF, ZED, agent, declaration, declarer, dn, integrer, operateur, personne

VERBS = sorted({arrow.verb for table in PARCOURS.values() for arrow in table.transitions})


def _start(parcours: str, made: Any, at: datetime, seed: int) -> Any:
    """Return a dossier at its first state, filled so that any step may be tried."""
    who = personne(made)
    if parcours == "declaration":
        dossier = actions.ouvrir("declaration", made, who, at=at)
        guichet.enregistrer(dossier.pk, declaration(prefix=f"p{seed}-"), who, at=at)
        guichet.deposer_piece(dossier.pk, Nature.CGI, "c.zed", ZED + bytes([seed]), who, at=at)
        return dossier
    commande = declarer(made, prefix=f"p{seed}-", now=at).commande
    if parcours == "integration":
        dossier = actions.ouvrir("integration", made, who, at=at, commande=commande)
        name = queries.couples_of(dossier)[0].db
        donnees = {"denomination": made.denomination, "support_telephone": "0102030405", "support_mail": "s@o.test"}
        guichet.enregistrer(dossier.pk, {**donnees, "certificats": [{"db": name, "dn": dn(name)}]}, who, at=at)
        return dossier
    actions.avancer(integrer(made, commande, now=at).pk, "publish", actions.SYSTEME, at=at)
    va = Dossier.objects.filter(parcours="va").latest("id")
    guichet.deposer_piece(va.pk, Nature.DOCUMENT_VA, "va.pdf", PDF + bytes([seed]), who, at=at)
    return va


def _say(verb: str) -> dict[str, Any]:
    return {"motif": "Motif écrit."} if verb in {"ask_more", "ask_correction", "refuse", "extend", "exclude"} else {}


@pytest.mark.parametrize("parcours", PARCOURS)
@pytest.mark.parametrize("seed", range(3))
def test_a_walk_at_random_follows_the_table_and_nothing_else(espace_partage: Any, parcours: str, seed: int) -> None:
    chance = random.Random(f"{parcours}{seed}")
    made = operateur(entitled=not Dossier.objects.exists())
    at = NOW + timedelta(days=seed)
    dossier, actors = _start(parcours, made, at, seed), {Qui.OPERATEUR: personne(made), Qui.AGENT: agent(), Qui.SYSTEME: actions.SYSTEME}
    for _ in range(12):
        dossier = Dossier.objects.get(pk=dossier.pk)
        table, at = table_of(dossier), at + timedelta(hours=1)
        qui, verb = chance.choice(list(Qui)), chance.choice(VERBS)
        if table.find(verb, dossier.etat) is None or table.find(verb, dossier.etat).qui is not qui:  # type: ignore[union-attr]
            with pytest.raises(DossierRefus) as refused:
                actions.avancer(dossier.pk, verb, actors[qui], at=at, **_say(verb))
            assert refused.value.message.endswith(".")
        arrows = [arrow for arrow in table.transitions if dossier.etat in map(str, arrow.sources)]
        if not arrows:
            assert table.fini(dossier.etat)
            break
        arrow = chance.choice(arrows)
        before = (dossier.version, Etape.objects.filter(dossier=dossier).count(), Courrier.objects.filter(evenement=arrow.courrier).count())
        moved = actions.avancer(dossier.pk, arrow.verb, actors[arrow.qui], at=at, **_say(arrow.verb))
        assert (moved.etat, moved.version) == (str(arrow.target), before[0] + 1)
        assert (moved.echeance is None) == (arrow.echeance is None)
        assert Etape.objects.filter(dossier=dossier).count() == before[1] + 1
        assert Courrier.objects.filter(evenement=arrow.courrier).count() > before[2]
