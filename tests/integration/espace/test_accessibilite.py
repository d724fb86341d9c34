# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pages of the accounts, of the portail and of the conditions, seen by axe-core at two widths."""

from __future__ import annotations

import os
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.actions import invitations
from espace.acteurs.models import Operateur
from espace.acteurs.queries import acteur_of
from espace.conditions import actions
from espace.conditions.actions import Constatee, conteneur
from espace.conditions.rules import CodePrerequis
from espace.guichet.pieces import examine
from tests.espace_axe import faults, visit
from tests.espace_comptes import agent, browser_of, membre
from tests.espace_donnees import integrate
from tests.espace_dossiers import ZED
from tests.espace_env import Environment

pytestmark = pytest.mark.peer("axe")
AGENT = Acteur("agent", Qui.AGENT)
PUBLIC = (
    "/",
    "/espace/",
    "/attestations/",
    "/liste/",
    "/historique",
    "/compte/connexion/",
    "/portail/connexion/",
    "/compte/invitation/inconnu/",
)
PORTAIL = ("/portail/", "/portail/drimbox/", "/portail/conditions/", "/portail/administrateurs/", "/portail/personnes/")
COMPTE = ("/compte/", "/compte/mot-de-passe/", "/compte/codes-de-secours/")
CONSOLE = ("/console/", "/console/couples/", "/console/conditions/", "/console/conditions/1/", "/console/commandes/", "/console/courriers/")
REGISTRE = (
    "/console/couples/db1.1.mesimagesmedicales.fr/",
    "/console/couples/db1.1.mesimagesmedicales.fr/certificat/",
    "/console/couples/?q=rien-de-tel",
    "/console/registre/operateurs/",
    "/console/registre/operateurs/1/",
    "/console/registre/revisions/1/",
    "/console/commandes/1/",
)
ZONE_ET_LISTE = ("/console/zone/", "/console/zone/caa/?nom=localhost", "/console/liste-blanche/")


def _pictures() -> Path | None:
    """Where a person who looks at the pages asked for their pictures."""
    folder = os.environ.get("IMAGES_DES_PAGES")
    return Path(folder) if folder else None


def _ready(url: str) -> None:
    limit = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{url}/espace/", timeout=5).close()
        except OSError:
            assert time.monotonic() < limit, "the pages do not answer"
            time.sleep(0.2)
        else:
            return


def _lived_in() -> Operateur:
    """An Operateur with Drimboxes, conditions of every kind, a container, persons and an invitation."""
    now = datetime.now(UTC)
    operateur: Operateur = integrate(2, now=now)[0].couple.operateur
    head = acteur_of(membre(operateur))
    today = now.date()
    actions.constater(operateur, Constatee(CodePrerequis.CONTRAT, "Contrat n° 42", today), par=AGENT, now=now)
    soon = Constatee(CodePrerequis.REFERENCEMENT, "Attestation R-1", today, valable_jusqu_au=today + timedelta(days=20))
    actions.constater(operateur, soon, par=AGENT, now=now)
    conteneur.demander(operateur, par=head, now=now)
    conteneur.attribuer(operateur, examine("vide.zed", ZED, max_bytes=10_000), "mot de passe", par=AGENT, now=now)
    invitations.inviter(operateur, "invitee@operateur.test", "contributeur", par=head, now=now)
    return operateur


def test_no_page_of_the_portail_and_of_the_accounts_is_refused_by_axe_nor_overflows_a_telephone(espace: Environment) -> None:
    operateur = _lived_in()
    assert operateur.pk == 1
    person = browser_of(membre(operateur, "tete@operateur.test"))
    weak = browser_of(membre(operateur, "sans@operateur.test"), strong=False)
    console = browser_of(agent(espace))
    _row, link = invitations.inviter(operateur, "neuve@operateur.test", "mandataire", par=AGENT, now=datetime.now(UTC))
    with espace.process("process", "pages"):
        _ready(espace.url)
        seen = visit(espace.url, [*PUBLIC[:-1], f"/compte/invitation/{link}/"], pictures=_pictures())
        for browser, pages in (
            (person, PORTAIL + COMPTE),
            (weak, ("/compte/second-facteur/",)),
            (console, CONSOLE + REGISTRE + ZONE_ET_LISTE),
        ):
            cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
            seen += visit(espace.url, pages, cookies, pictures=_pictures())
    assert not faults(seen)
