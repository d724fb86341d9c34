# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pages of the dossiers in their states, seen by axe-core at two widths."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from espace.guichet import actions as guichet
from espace.guichet.models import Dossier
from espace.instruction.actions import avancer, ouvrir
from tests.espace_axe import faults, visit
from tests.espace_comptes import agent as compte_agent
from tests.espace_comptes import browser_of, membre
from tests.espace_dossiers import agent, declarer, deposer_declaration, deposer_integration, operateur, personne, publier_noms
from tests.espace_env import Environment
from tests.integration.espace.test_accessibilite import _pictures, _ready

pytestmark = pytest.mark.peer("axe")


def _dossiers(espace: Environment, op: Any) -> list[Dossier]:
    """A draft with faults, a request for more, an integration that the machine finds wrong, a refusal."""
    now, who = timezone.now(), personne(op)
    draft = ouvrir("declaration", op, who, at=now)
    guichet.enregistrer(draft.pk, {"site": "Centre du Lac", "sirens": ["12"], "nombre_pacs": "2"}, who, at=now)
    more = deposer_declaration(op, 2, now=now, prefix="a-")
    avancer(more.pk, "ask_more", agent(), at=now, motif="Le libellé du Site est-il complet ?")
    guichet.ecrire(more, "Nous vérifions.\nRéponse demain.", who, at=now)
    refused = deposer_declaration(op, now=now, prefix="b-")
    avancer(refused.pk, "refuse", agent(), at=now, motif="Les hôtes ne répondent pas.")
    commande = declarer(op, 2, now=now, prefix="c-").commande
    publier_noms(espace, now)
    wrong = deposer_integration(op, commande, now=now, certificats=[{"db": "db1.1.mesimagesmedicales.fr", "dn": "CN=autre, C=FR"}])
    return [draft, more, refused, wrong]


def test_no_page_of_a_dossier_is_refused_by_axe_nor_overflows_a_telephone(espace: Environment) -> None:
    op = operateur(now=timezone.now())
    browser = browser_of(membre(op))
    dossiers = _dossiers(espace, op)
    pages = ["/portail/", "/portail/demandes/", "/portail/demandes/nouvelle/declaration/", "/portail/demandes/nouvelle/integration/"]
    pages += [f"/portail/demandes/{dossier.numero}/" for dossier in dossiers]
    pages += [f"/portail/demandes/{dossier.numero}/formulaire/?verifier" for dossier in dossiers[:2]]
    with espace.process("process", "pages"):
        _ready(espace.url)
        cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
        seen = visit(espace.url, pages, cookies, pictures=_pictures())
    assert not faults(seen)


def test_no_page_of_the_queue_is_refused_by_axe_nor_overflows_a_telephone(espace: Environment) -> None:
    op = operateur(now=timezone.now())
    console = browser_of(compte_agent(espace))
    seen_before, more, refused, wrong = _dossiers(espace, op)
    assert seen_before.etat == "brouillon"
    db = "db1.1.mesimagesmedicales.fr"
    pages = ["/console/", "/console/dossiers/", "/console/dossiers/?attend=tous", "/console/registre/operateurs/inscription/"]
    pages += [f"/console/dossiers/{dossier.numero}/" for dossier in (more, refused, wrong)]
    pages += [f"/console/couples/{db}/", f"/console/couples/{db}/exclusion/"]
    with espace.process("process", "pages"):
        _ready(espace.url)
        cookies = {name: morsel.value for name, morsel in console.cookies.items()}
        seen = visit(espace.url, pages, cookies, pictures=_pictures())
    assert not faults(seen)
