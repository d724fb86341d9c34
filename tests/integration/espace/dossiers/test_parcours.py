# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A dossier from first to last step, under the roles of the processes that take them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from espace.calendrier.rules import echeance
from espace.courrier.models import Courrier
from espace.guichet.models import Dossier, Etape
from espace.instruction import actions
from espace.instruction.echeances import relancer
from espace.liste_blanche.historique import rows_in_force
from espace.meteo.queries import watched
from espace.registre.models import CoupleFqdn, Drimbox
from espace.registre.states import Statut
from tests.espace_dossiers import (
    PDF,
    agent,
    declarer,
    deposer_declaration,
    integrer,
    operateur,
    personne,
    publier_liste,
    publier_noms,
    va_de,
)


def _events() -> list[str]:
    return list(Courrier.objects.order_by("id").values_list("evenement", flat=True).distinct())


def test_a_declaration_with_three_pacs_gives_three_couples(espace: Any) -> None:
    made = operateur()
    dossier = deposer_declaration(made, 3)
    assert (dossier.etat, dossier.numero) == ("deposee", "DM-2026-000001")
    dossier = actions.avancer(dossier.pk, "accept", agent(), at=dossier.modifie_le)
    assert dossier.etat == "acceptee"
    names = list(CoupleFqdn.objects.order_by("number").values_list("db", "vi"))
    assert names == [(f"db{n}.1.mesimagesmedicales.fr", f"vi{n}.1.mesimagesmedicales.fr") for n in (1, 2, 3)]
    assert dossier.commande.site.libelle == "SITE-CANARI-4242"
    assert list(Etape.objects.filter(dossier=dossier).values_list("verb", "qui")) == [("submit", "operateur"), ("accept", "agent")]
    assert {"declaration:submit", "declaration:accept"} <= set(_events())


def test_the_whole_way_from_the_draft_to_the_definitive_entry(espace: Any) -> None:
    now = datetime.now(UTC)
    made = operateur(now=now)
    declared = declarer(made, 2, now=now)
    publier_noms(espace, now)
    with espace.role("ouvrier"):
        relancer(now)
    assert Dossier.objects.get(pk=declared.pk).etat == "acceptee"  # its attestation is asked, not sealed yet
    integrated = integrer(made, declared.commande, now=now)
    assert integrated.etat == "acceptee"
    assert set(Drimbox.objects.values_list("statut", flat=True)) == {Statut.PROVISOIRE}
    assert {cible.couple for cible in watched()} == set(CoupleFqdn.objects.all())
    with espace.role("ouvrier"):
        relancer(now)
    assert Dossier.objects.get(pk=integrated.pk).etat == "acceptee"  # not notified before the list says it
    publier_liste(espace, now)
    assert rows_in_force() is not None
    with espace.role("ouvrier"):
        relancer(now)
    assert Dossier.objects.get(pk=integrated.pk).etat == "provisoire"
    va = va_de(integrated)
    assert (va.etat, va.echeance) == ("attendu", echeance(now, 10))
    _give_va(va, made, now)
    actions.avancer(va.pk, "accept", agent(), at=now + timedelta(days=1))
    assert set(Drimbox.objects.values_list("statut", flat=True)) == {Statut.ACTIVE}
    assert "va:accept" in _events()


def _give_va(va: Any, made: Any, now: datetime) -> None:
    from espace.guichet import actions as guichet
    from espace.guichet.natures import Nature

    guichet.deposer_piece(va.pk, Nature.DOCUMENT_VA, "va.pdf", PDF, personne(made), at=now)
    actions.avancer(va.pk, "submit", personne(made), at=now)
