# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Registre in the console: looked for, read with its history, exported and put back; and what nobody else may see of it."""

from __future__ import annotations

import csv
import io
import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from espace.acteurs.models import Operateur
from espace.registre.models import CoupleFqdn, DnRemplace, Drimbox, Revision
from tests.espace_comptes import HOST, agent, browser_of, membre
from tests.espace_donnees import CLIENT_CANARY, SIREN, SIRET, SITE_CANARY, ZONE, declare, dn, integrate

NOW = datetime.now(UTC)
DB = f"db1.1.{ZONE}"
PAGES = (
    "/console/couples/",
    f"/console/couples/{DB}/",
    f"/console/couples/{DB}/certificat/",
    "/console/registre/operateurs/",
    "/console/registre/operateurs/1/",
    "/console/registre/revisions/1/",
    "/console/commandes/",
    "/console/commandes/1/",
)
EXPORT = "/console/registre/export.csv"


@pytest.fixture
def browser(espace: Any) -> Client:
    """A browser of an agent."""
    return browser_of(agent(espace))


def _names(answer: Any) -> list[str]:
    return re.findall(rf'<th scope="row"><a href="/console/couples/([^/]+\.{ZONE})/">', answer.content.decode())


def _export(browser: Client, query: str = "") -> list[list[str]]:
    answer = browser.get(EXPORT + query)
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # a streaming answer
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:]), delimiter=";"))


def test_every_page_shows_itself_with_landmarks_and_nothing_missing(browser: Client) -> None:
    integrate(2, now=NOW)
    for number in range(1, Revision.objects.count() + 1):
        assert browser.get(f"/console/registre/revisions/{number}/").status_code == 200
    for address in PAGES:
        answer = browser.get(address)
        text = answer.content.decode()
        assert answer.status_code == 200, address
        assert text.count("<h1") == 1, address
        assert not re.search(r"\{[{%]|None\b", re.sub(r"<[^>]*>", "", text)), address
        for identifier in re.findall(r'<label for="([^"]+)"', text):
            assert f'id="{identifier}"' in text, (address, identifier)


def test_only_agents_enter_a_person_of_the_operateur_itself_does_not(espace: Any) -> None:
    integrate(now=NOW)
    intruder, visitor = browser_of(membre(Operateur.objects.get())), Client(headers=HOST)
    for address in (*PAGES, EXPORT):
        refused = intruder.get(address)
        assert refused.status_code == 403, address
        assert not any(word in refused.content.decode() for word in (SIREN, SITE_CANARY, CLIENT_CANARY, DB)), address
        assert visitor.get(address).status_code == 302, address
    for address in ("/console/registre/revisions/1/", f"/console/couples/{DB}/certificat/"):
        assert intruder.post(address, {"motif": "x", "dn": dn(DB), "jours": "0"}).status_code == 403
    assert not Revision.objects.filter(auteur="camille@operateur.test").exists()


def test_nothing_of_a_client_is_on_any_public_page_nor_in_the_portail_of_another(espace: Any) -> None:
    integrate(now=NOW)
    other = Operateur.objects.create(denomination="Autre", siret="35600000049837", support_mail="a@b.test", cree_le=NOW, modifie_le=NOW)
    public = next(found for found in get_resolver().url_patterns if getattr(found, "namespace", None) == "public")
    addresses = [f"/{found.pattern}" for found in public.url_patterns if "<" not in str(found.pattern)]
    assert len(addresses) >= 3
    for client, pages in ((Client(headers=HOST), addresses), (browser_of(membre(other)), ["/portail/", "/"])):
        for address in pages:
            answer = client.get(address)
            text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode(errors="replace")  # type: ignore[attr-defined]  # as above
            for word in (SIREN, SITE_CANARY, CLIENT_CANARY):
                assert word not in text, (address, word)


def test_pages_follow_one_another_both_ways_without_gap_nor_double(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from espace.web.console import suite

    monkeypatch.setattr(suite, "PER_PAGE", 3)
    for count in (2, 3, 2):
        declare(count, now=NOW)
    expected = [couple.db for couple in CoupleFqdn.objects.order_by("tri", "number")]
    address, seen, addresses = "/console/couples/", [], []
    while address:
        answer = browser.get(address)
        addresses.append(address)
        seen.append(_names(answer))
        found = re.search(r'<a href="\?([^"]+)" rel="next"', answer.content.decode())
        address = f"/console/couples/?{found[1]}" if found else ""
    assert [name for names in seen for name in names] == expected
    assert [len(names) for names in seen] == [3, 3, 1]
    back = re.search(r'<a href="\?([^"]+)" rel="prev"', browser.get(addresses[-1]).content.decode())
    assert back is not None
    before = browser.get(f"/console/couples/?{back[1]}")
    assert _names(before) == seen[1]
    first = re.search(r'<a href="\?([^"]+)" rel="prev"', before.content.decode())
    assert first is not None
    start = browser.get(f"/console/couples/?{first[1]}")
    assert _names(start) == seen[0]
    assert 'rel="prev"' not in start.content.decode()


_ABSURD = ("x", "W10", "WyJcdTAwMDAiLDFd", "WyIxIiw5OTk5OTk5OTk5OTk5OTld", "WyIxIiwieCJd", "%00", "W1tdLFtdXQ", "a" * 2000, "é")


def test_an_absurd_mark_gives_the_first_page(browser: Client) -> None:
    declare(now=NOW)
    for mark, side in itertools.product(_ABSURD, ("apres", "avant")):
        assert _names(browser.get("/console/couples/", {side: mark})) == [DB], mark


def test_filters_by_words_state_operateur_and_dates_meet_one_another(browser: Client) -> None:
    integrate(2, now=NOW - timedelta(days=10))
    declare(now=NOW, siret="35600000049837", denomination="Société Générale d'Imagerie")
    other = Operateur.objects.get(siret="35600000049837").pk
    first, third = f"db1.1.{ZONE}", f"db1.2.{ZONE}"
    ago = (NOW - timedelta(days=5)).date().isoformat()
    for query, expected in (
        ({"q": "generale IMAGERIE"}, [third]),
        ({"q": "356 000 000 49837"}, [third]),
        ({"q": SIREN}, [first, f"db2.1.{ZONE}", third]),
        ({"q": "db1.1."}, [first]),
        ({"q": "vi1"}, [first, third]),
        ({"q": "1.mesimagesmedicales"}, [first, f"db2.1.{ZONE}"]),
        ({"q": "' & | ! ( ) : * \\ db1.2"}, [third]),
        ({"q": "db1.2\x00"}, [first, f"db2.1.{ZONE}", third]),
        ({"statut": "declaree"}, [third]),
        ({"operateur": str(other)}, [third]),
        ({"operateur": str(other), "statut": "provisoire"}, []),
        ({"attribue_du": ago}, [third]),
        ({"attribue_au": ago}, [first, f"db2.1.{ZONE}"]),
        ({"modifie_du": ago, "q": "db"}, [third]),
        ({"modifie_au": NOW.date().isoformat()}, [first, f"db2.1.{ZONE}", third]),
        ({"modifie_du": "9999-12-31", "operateur": "x", "statut": "?"}, [first, f"db2.1.{ZONE}", third]),
    ):
        assert _names(browser.get("/console/couples/", query)) == expected, query
        assert [row[2] for row in _export(browser, "?" + browser.get("/console/couples/", query).request["QUERY_STRING"])[1:]] == expected


def test_operateurs_are_found_by_the_beginning_of_any_word_and_counted(browser: Client) -> None:
    declare(2, now=NOW)
    declare(now=NOW, siret="35600000049837", denomination="Société d'Échographie & Fils (SARL)")
    for words, found in (("echo", 1), ("société", 1), ("sarl", 1), ("732829", 1), ("essai", 1), ("d", 2), ("inconnu", 0), ("", 2)):
        text = browser.get("/console/registre/operateurs/", {"q": words}).content.decode()
        assert len(re.findall(r'<th scope="row">', text)) == found, words
    assert '?operateur=1">2</a>' in browser.get("/console/registre/operateurs/").content.decode()


def test_the_export_holds_every_field_of_the_registre_and_no_formula(browser: Client) -> None:
    integrate(now=NOW, adresse="=HYPERLINK(1)", description="@SUM(1)", contact_projet="projet@operateur.test")
    heads, row = _export(browser)
    values = dict(zip(heads, row, strict=True))
    assert (values["DRIMbox"], values["SIRET"], values["SIREN des Clients"], values["Libellé du Site"]) == (DB, SIRET, SIREN, SITE_CANARY)
    assert (values["Adresse"], values["Description"]) == ("'=HYPERLINK(1)", "'@SUM(1)")
    assert (values["DN SERV_SSL"], values["Statut"], values["Identifiant DRIM-M"]) == (dn(DB), "provisoire", "1")


def test_an_agent_reads_who_changed_what_and_puts_it_back_with_a_reason(browser: Client) -> None:
    declare(now=NOW)
    first = Revision.objects.get(relation="acteurs_operateur")
    declare(now=NOW, denomination="Faute de Frappe")
    page = browser.get("/console/registre/operateurs/1/").content.decode()
    assert "<del>Opérateur d&#x27;Essai</del> <ins>Faute de Frappe</ins>" in page
    assert "Commande déclarée" in page  # the act in which it was changed
    address = f"/console/registre/revisions/{first.pk}/"
    assert "Faute de Frappe" in browser.get(address).content.decode()
    assert browser.post(address, {"motif": " "}).status_code == 400
    assert browser.post(address, {"motif": "faute de frappe signalée"})["Location"] == "/console/registre/operateurs/1/"
    assert Operateur.objects.get().denomination == "Opérateur d'Essai"
    page = browser.get("/console/registre/operateurs/1/").content.decode()
    assert "faute de frappe signalée" in page
    assert browser.post(address, {"motif": "encore"}).status_code == 400


def test_counts_kept_between_two_looks_follow_every_change_at_once(browser: Client) -> None:
    def counted(statut: str) -> int:
        text = browser.get("/console/").content.decode()
        found = re.search(rf'\?statut={statut}"><span class="compteur">(\d+)<', text)
        assert found is not None
        return int(found[1])

    def waiting() -> set[str]:
        return set(re.findall(rf"db\d\.\d\.{ZONE}", browser.get("/console/liste-blanche/").content.decode()))

    assert (counted("provisoire"), waiting()) == (0, set())
    integrate(2, now=NOW)
    for _ in range(2):
        assert (counted("provisoire"), counted("exclue"), waiting()) == (2, 0, {DB, f"db2.1.{ZONE}"})
    Drimbox.objects.filter(couple__db=DB).update(statut="exclue", motif="cyber")
    assert (counted("provisoire"), counted("exclue"), waiting()) == (1, 1, {f"db2.1.{ZONE}"})


def test_a_name_and_a_site_offer_no_restoration(browser: Client) -> None:
    declare(now=NOW)
    for relation in ("registre_couplefqdn", "acteurs_site", "acteurs_site_clients", "acteurs_client", "acteurs_commande"):
        number = Revision.objects.get(relation=relation).pk
        address = f"/console/registre/revisions/{number}/"
        assert 'name="motif"' not in browser.get(address).content.decode()
        assert browser.post(address, {"motif": "essai"}).status_code == 400
    assert browser.get("/console/registre/revisions/404404/").status_code == 404


def test_a_certificate_is_replaced_from_its_form_and_both_dn_are_shown(browser: Client) -> None:
    integrate(now=NOW)
    new, address = dn(DB).replace("Paris", "Lyon"), f"/console/couples/{DB}/certificat/"
    assert browser.post(address, {"dn": dn(DB), "jours": "30"}).status_code == 400
    assert browser.post(address, {"dn": new, "jours": "91"}).status_code == 400
    assert browser.post(address, {"dn": new, "jours": "30"}).status_code == 302
    assert (Drimbox.objects.get().dn_serv_ssl, DnRemplace.objects.get().dn) == (new, dn(DB))
    page = browser.get(f"/console/couples/{DB}/").content.decode()
    assert "Lyon" in page
    assert "remplacé, admis" in page
    assert browser.get("/console/couples/db1.404.mesimagesmedicales.fr/certificat/").status_code == 404


def test_an_older_page_of_the_history_is_one_link_away(browser: Client) -> None:
    declare(now=NOW)
    for number in range(60):
        Operateur.objects.update(adresse=f"{number} rue du Registre")
    page = browser.get("/console/registre/operateurs/1/").content.decode()
    older = re.search(r'href="\?([^"#]+)#histoire"', page)
    assert older is not None
    text = browser.get(f"/console/registre/operateurs/1/?{older[1]}").content.decode()
    assert "0 rue du Registre" in text
    assert "59 rue du Registre</ins>" not in text
    assert browser.get("/console/registre/operateurs/1/?histoire=absurde").status_code == 200
