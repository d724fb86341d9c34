# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What an Operateur reads before it orders certificates: its list of things to do, where each is done, and the CAA as a CA finds them."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings

from espace.attestation.actions import delivrer
from espace.conditions.models import AdministrateurTechnique
from espace.zone.caa import Constat, LigneCaa
from espace.zone.errors import DnsInjoignable
from tests.espace_comptes import browser_of, membre
from tests.espace_donnees import integrate
from tests.espace_dossiers import AUTRE_SIRET, declarer, operateur, publier_noms
from tests.espace_env import Environment

DB, VI = "db1.1.mesimagesmedicales.fr", "vi1.1.mesimagesmedicales.fr"
ADDRESS = f"/portail/drimbox/{DB}/certificats/"


@pytest.fixture
def op(espace: Environment) -> Any:
    return operateur(now=datetime.now(UTC))


def read(browser: Client, query: str = "") -> str:
    answer = browser.get(ADDRESS + query)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_list_leads_to_the_portals_of_the_agency_and_says_what_is_done(espace: Environment, op: Any) -> None:
    now = datetime.now(UTC)
    dossier = declarer(op, now=now)
    person = browser_of(membre(op))
    page = read(person)
    for link in (settings.ESPACE.portails.mes_habilitations, settings.ESPACE.portails.igc_sante):
        assert f'href="{link}"' in page
    assert "Étendre aux sous-domaines" in page
    assert page.count('etat-remplie">') == 0
    publier_noms(espace, now)
    with espace.role("ouvrier"), transaction.atomic():
        delivrer(dossier, now)
    couple = dossier.commande.pacs.get().couple
    AdministrateurTechnique.objects.create(couple=couple, operateur=op, nom="Dominique", mail="d@a.test", nomme_par="x", nomme_le=now)
    page = read(person)
    assert page.count('etat-remplie">') == 1, "the attestation is asked, not sealed yet"
    assert "Dominique" in page
    assert ADDRESS in person.get("/portail/drimbox/").content.decode()


def test_an_integrated_drimbox_is_told_so(espace: Environment) -> None:
    couple = integrate(now=datetime.now(UTC))[0].couple
    assert "Cette DRIMbox est intégrée." in read(browser_of(membre(couple.operateur)))


@pytest.mark.parametrize(("www", "shown"), [(True, True), (False, False)])
def test_the_third_name_is_said_only_when_it_is_published(espace: Environment, op: Any, www: bool, shown: bool) -> None:
    declarer(op, now=datetime.now(UTC))
    zone = settings.ESPACE.zone.model_copy(update={"www": www})
    with override_settings(ESPACE=settings.ESPACE.model_copy(update={"zone": zone})):
        assert (f"www.{VI}" in read(browser_of(membre(op)))) is shown


def test_the_caa_are_asked_when_the_person_asks_and_shown_with_who_holds_them(
    espace: Environment, op: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from espace.web.portail import certificats

    asked = []

    def found(nom: str, _by: Any) -> Constat:
        asked.append(nom)
        ligne = LigneCaa(nom, "hote.operateur.test", False, "issue", "marche.test", "Seule marche.test émet.")
        return Constat(nom, "hote.operateur.test", (ligne,), (), ("marche.test",), False, ("Seule marche.test peut émettre.",))

    monkeypatch.setattr(certificats, "constat", found)
    declarer(op, now=datetime.now(UTC))
    person = browser_of(membre(op, role="administrateur_technique"))
    assert "marche.test" not in read(person)
    assert asked == []
    page = read(person, "?caa=1")
    assert asked == [VI]
    assert "Seule marche.test peut émettre." in page
    assert "hote.operateur.test" in page


def test_one_question_at_a_time_is_asked_for_an_operateur(espace: Environment, op: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from espace.web.portail import certificats

    declarer(op, now=datetime.now(UTC))
    person, seen = browser_of(membre(op)), []

    def slow(nom: str, _by: Any) -> Constat:
        seen.append(read(person, "?caa=1"))  # somebody else asks meanwhile
        return Constat(nom, nom, (), (), (), False, ())

    monkeypatch.setattr(certificats, "constat", slow)
    read(person, "?caa=1")
    assert len(seen) == 1
    assert "Une question est déjà en cours" in seen[0]
    read(person, "?caa=1")
    assert len(seen) == 2, "the place was not given back"


def test_a_silent_resolver_is_told_and_the_list_stays(espace: Environment, op: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from espace.web.portail import certificats

    def silent(_nom: str, _by: Any) -> Constat:
        raise DnsInjoignable

    monkeypatch.setattr(certificats, "constat", silent)
    declarer(op, now=datetime.now(UTC))
    page = read(browser_of(membre(op)), "?caa=1")
    assert DnsInjoignable.message in page
    assert "Commander les certificats IGC-Santé" in page


def test_the_names_of_another_operateur_have_no_such_page(espace: Environment, op: Any) -> None:
    declarer(op, now=datetime.now(UTC))
    stranger = browser_of(membre(operateur(AUTRE_SIRET, "Autre", now=datetime.now(UTC)), "autre@autre.test"))
    foreign, absent = (stranger.get(f"/portail/drimbox/{db}/certificats/") for db in (DB, "db9.9.mesimagesmedicales.fr"))
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert foreign.content == absent.content
