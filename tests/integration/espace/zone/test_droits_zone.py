# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is known of the DNS: only the process ``zone`` writes it, and only agents see it."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from django.test import Client

from espace.acteurs.models import Operateur
from espace.alarmes.actions import raise_alarm
from espace.zone import actions, queries
from espace.zone.ecarts import Ecart
from espace.zone.errors import ZoneDerive
from espace.zone.models import DemandeZone
from espace.zone.states import Nature, Travail
from tests.espace_comptes import agent, browser_of, membre
from tests.espace_donnees import NOW, SITE_CANARY, ZONE, declare
from tests.espace_env import Environment

_PUBLICATION = (
    "INSERT INTO zone_publicationnom (couple_id, etat, serial, cible_db, cible_vi, www, depuis, detail)"
    " VALUES (1, 'publiee', 1, '', '', true, now(), '')"
)
_FORBIDDEN = {
    "pages": [
        _PUBLICATION,
        "UPDATE zone_publicationnom SET etat = 'publiee'",
        "DELETE FROM zone_publicationnom",
        "UPDATE zone_etatzone SET serial = 2",
        "INSERT INTO zone_ecartzone (nom, nature, attendu, trouve, depuis) VALUES ('a', 'autre', '', '', now())",
        "DELETE FROM zone_ecartzone",
        "UPDATE zone_demandezone SET faite_le = now()",
        "DELETE FROM zone_demandezone",
    ],
    "zone": [
        "INSERT INTO zone_demandezone (travail, auteur, demandee_le, code, detail) VALUES ('nettoyer', 'agent', now(), '', '')",
        "UPDATE zone_demandezone SET auteur = 'autre'",
        "DELETE FROM zone_publicationnom",
        "UPDATE registre_pacs SET hote_db = 'pirate.test'",
        "UPDATE registre_seriezone SET serial = 9",
        "UPDATE registre_drimbox SET statut = 'retiree'",
        "SELECT * FROM acteurs_client",
        "SELECT * FROM acteurs_operateur",
        "SELECT * FROM auth_user",
        "UPDATE alarmes_alarme SET message = 'autre'",
        "DELETE FROM journal",
    ],
    "signataire": [_PUBLICATION, "SELECT * FROM zone_demandezone", "UPDATE zone_etatzone SET serial = 2"],
    "depot": ["SELECT * FROM zone_publicationnom"],
    "temoin": ["SELECT * FROM zone_publicationnom"],
}


@pytest.mark.parametrize(("role", "statement"), [(role, statement) for role, found in _FORBIDDEN.items() for statement in found])
def test_a_role_may_not_do_the_work_of_another(espace_partage: Environment, role: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        espace_partage.sql(statement, role=role)


@pytest.fixture
def browser(espace: Environment) -> Client:
    return browser_of(agent(espace))


def drifted(espace: Environment) -> None:
    with espace.role("zone"):
        ecarts = [Ecart(f"intrus.{ZONE}", Nature.ETRANGER, "", 'TXT "<script>"')]
        actions.note_drift(ecarts, {}, now=NOW)
        raise_alarm(ZoneDerive(), now=NOW)
        server = {"nom": f"ns1.{ZONE}", "adresse": "127.0.0.1", "port": 53, "serial": None, "detail": "Un serveur de noms ne répond pas."}
        actions.note_turn({"serial": 1795000000, "serveurs": [server], "comparee_le": NOW, "code": "zone.dns_injoignable", "echecs": 3})


def test_an_agent_sees_servers_drift_alarms_and_couples_that_wait(espace: Environment, browser: Client) -> None:
    (couple,) = declare()
    drifted(espace)
    page = browser.get("/console/zone/")
    text = page.content.decode()
    assert page.status_code == 200
    for shown in ("1795000000", f"intrus.{ZONE}", "muet", "inconnu du Registre", couple.db, "zone.derive", "à publier", "&lt;script&gt;"):
        assert shown in text, shown
    assert "<script>" not in text
    assert SITE_CANARY not in text


def test_an_agent_asks_once_for_a_repair_even_when_the_form_is_sent_twice(browser: Client) -> None:
    for _ in range(2):
        assert browser.post("/console/zone/demandes/", {"travail": "reparer"}).status_code == 302
    assert [(one.travail, one.auteur) for one in DemandeZone.objects.all()] == [("reparer", "agent")]
    assert "attend le processus zone" in browser.get("/console/zone/").content.decode()


def test_a_work_that_does_not_exist_is_refused(browser: Client) -> None:
    browser.post("/console/zone/demandes/", {"travail": "tout_effacer"})
    assert not DemandeZone.objects.exists()


def test_what_came_of_a_demand_is_shown(espace: Environment, browser: Client) -> None:
    demande = actions.demander(Travail.COMPARER, auteur="agent", now=datetime.now(UTC))
    with espace.role("zone"):
        actions.note_answer(demande, now=NOW, detail="La zone dit ce que dit le Registre.")
    assert not queries.demandes_en_attente().exists()
    assert "La zone dit ce que dit le Registre." in browser.get("/console/zone/").content.decode()


def test_the_caa_of_what_is_no_host_are_not_asked(browser: Client) -> None:
    for nom in ("pas un nom", "192.0.2.1", "localhost"):
        assert 'role="alert"' in browser.get("/console/zone/caa/", {"nom": nom}).content.decode(), nom


@pytest.mark.parametrize("address", ["/console/zone/", "/console/zone/caa/"])
def test_nobody_but_an_agent_enters(espace: Environment, address: str) -> None:
    assert Client(headers={"host": "127.0.0.1"}).get(address).status_code == 302
    declare()
    assert browser_of(membre(Operateur.objects.get())).get(address).status_code == 403
    assert (
        browser_of(membre(Operateur.objects.get(), "autre@operateur.test"))
        .post("/console/zone/demandes/", {"travail": "reparer"})
        .status_code
        == 403
    )
    assert not DemandeZone.objects.exists()
