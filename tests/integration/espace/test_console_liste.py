# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Liste Blanche in the console: what waits, what is wrong, who must answer, and buttons that act once."""

from __future__ import annotations

import html
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from espace.alarmes.actions import raise_alarm
from espace.alarmes.models import Alarme
from espace.config import Git, Signer
from espace.journal.models import Evenement
from espace.liste_blanche import queries
from espace.liste_blanche.errors import PousseeRefusee
from espace.liste_blanche.models import Approbation, Demande, Publication
from espace.liste_blanche.states import Etat
from espace.registre import actions as registre
from espace.tete.errors import TemoinRefuse
from espace.web.console import attente
from tests.espace_axe import Vue, faults, regarder
from tests.espace_comptes import agent as agent_account
from tests.espace_comptes import browser_of
from tests.espace_donnees import ZONE, dn, integrate
from tests.espace_tetes import Editeur, HandClock, editeur, head_settings

DB, DB2 = f"db1.1.{ZONE}", f"db2.1.{ZONE}"
PAGE = "/console/liste-blanche/"


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attente, "LIMIT_SECONDS", 0.0)


class RunningClock(HandClock):
    """The clock of the machine, moved forward when somebody sleeps."""

    def __init__(self, _now: datetime) -> None:
        self._ahead = timedelta(0)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def sleep(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


@pytest.fixture
def monde(espace: Any, monkeypatch: pytest.MonkeyPatch) -> Editeur:
    """A publisher and the pages on the same settings; two rows in the Registre."""
    integrate(2, now=datetime.now(UTC))
    made = editeur(espace, datetime.now(UTC))
    made.time = RunningClock(datetime.now(UTC))
    return configured(made, monkeypatch)


def configured(monde: Editeur, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Editeur:
    """Change the settings of the publisher, and of the pages with them."""
    from django.conf import settings

    monde.renew(**changes)
    monkeypatch.setattr(settings, "ESPACE", settings.ESPACE.model_copy(update={"liste_blanche": monde.settings}))
    return monde


@pytest.fixture
def agent(espace: Any) -> Client:
    return browser_of(agent_account(espace, "agent"))


@pytest.fixture
def collegue(espace: Any) -> Client:
    return browser_of(agent_account(espace, "collegue"))


def text_of(browser: Client, address: str = PAGE) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def section(page: str, title: str) -> str:
    """Return the section of a page that this title names."""
    found = re.search(rf'<section[^>]*aria-labelledby="{title}".*?</section>', page, re.DOTALL)
    assert found, title
    return found[0]


def form_of(page: str, address: str) -> dict[str, str]:
    """Return the hidden fields of the form that posts to this address."""
    found = re.search(rf'<form[^>]*action="{re.escape(address)}".*?</form>', page, re.DOTALL)
    assert found, address
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', found[0]))


def press(browser: Client, page: str, address: str, **chosen: str) -> Any:
    return browser.post(address, {**form_of(page, address), **chosen}, follow=True)


def test_the_page_says_what_a_publication_would_change_before_and_after(monde: Editeur, agent: Client) -> None:
    monde.publish()
    assert "ne dit rien d'autre" in section(text_of(agent), "ecarts")
    registre.exclude(DB2, registre.Motif.CYBER, auteur="essai", now=datetime.now(UTC))
    integrate(now=datetime.now(UTC))
    new = dn(DB).replace("ST=Paris (75)", "ST=Rhône (69)")
    monde.espace.sql("UPDATE registre_drimbox SET dn_serv_ssl = %s WHERE dn_serv_ssl = %s", new, dn(DB))
    changes = section(text_of(agent), "ecarts")
    assert re.search(r"<strong>1</strong> retirée.*<strong>1</strong> modifiée.*<strong>1</strong> ajoutée", changes, re.DOTALL)
    for said in (f"<del>{dn(DB2)}</del>", f"<del>{dn(DB)}</del>", f"<ins>{new}</ins>", "db1.2."):
        assert said in changes, said


def test_the_page_says_when_the_list_is_signed_next_and_who_signs(monde: Editeur, agent: Client) -> None:
    monde.publish()
    page = text_of(agent)
    assert "04:10" in section(page, "prochaine")
    assert str(monde.espace.pki.list_signer.dn) in section(page, "vigueur")
    calendar = section(page, "calendrier")
    assert "en service" in calendar
    assert "pas encore" in calendar


def test_the_calendar_shows_the_next_signer_and_when_it_was_announced(
    monde: Editeur, agent: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = monde.settings.signer
    next_one = Signer(certificate=first.certificate, key=first.key, chain=first.chain, since=monde.time.now + timedelta(days=40))
    configured(monde, monkeypatch, next_signers=(next_one,), tete=head_settings(tmp_path / "cles"))
    monde.publish()
    monde.round()
    calendar = section(text_of(agent), "calendrier")
    assert calendar.index("en service") < calendar.index("suivant")
    assert "pas encore" not in calendar


def test_signers_whose_certificate_cannot_be_read_are_told_and_the_page_stands(
    monde: Editeur, agent: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gone = monde.settings.signer.model_copy(update={"certificate": tmp_path / "absent.pem"})
    configured(monde, monkeypatch, signer=gone)
    assert "ne peut pas être lu" in section(text_of(agent), "calendrier")


def test_publishing_is_pressed_twice_and_asked_once(monde: Editeur, agent: Client) -> None:
    page = text_of(agent)
    for _ in range(2):
        assert "Publication, demande n° 1" in html.unescape(press(agent, page, f"{PAGE}publier/").content.decode())
    assert Demande.objects.count() == 1
    monde.signataire()
    press(agent, text_of(agent), f"{PAGE}publier/")
    assert Demande.objects.count() == 2


def test_the_same_form_sent_later_from_a_page_kept_open_asks_again(monde: Editeur, agent: Client) -> None:
    page = text_of(agent)
    press(agent, page, f"{PAGE}publier/")
    monde.espace.sql("ALTER TABLE liste_blanche_demande DISABLE TRIGGER USER")
    monde.espace.sql("UPDATE liste_blanche_demande SET demandee_le = demandee_le - interval '3 minutes'")
    press(agent, page, f"{PAGE}publier/")
    assert Demande.objects.count() == 2


def test_two_persons_who_press_at_once_both_ask(monde: Editeur, agent: Client, collegue: Client) -> None:
    pages = text_of(agent), text_of(collegue)
    press(agent, pages[0], f"{PAGE}publier/")
    press(collegue, pages[1], f"{PAGE}publier/")
    assert sorted(Demande.objects.values_list("auteur", flat=True)) == ["agent", "collegue"]


@pytest.mark.parametrize("absurd", ["", "x", "-1", "²", "9" * 400])
def test_a_form_without_its_number_asks(monde: Editeur, agent: Client, absurd: str) -> None:
    assert agent.post(f"{PAGE}publier/", {"apres": absurd}).status_code == 302
    assert Demande.objects.count() == 1


def test_a_mass_removal_is_announced_and_goes_only_when_confirmed(monde: Editeur, agent: Client) -> None:
    integrate(8, now=datetime.now(UTC))
    monde.publish()
    assert "retrait_massif" not in text_of(agent)
    for number in range(1, 9):
        registre.exclude(f"db{number}.2.{ZONE}", registre.Motif.CYBER, auteur="essai", now=datetime.now(UTC))
    page = text_of(agent)
    assert 'name="retrait_massif"' in page
    press(agent, page, f"{PAGE}publier/")
    monde.signataire()
    refused = text_of(agent)
    assert "retirerait d'un coup une grande part des noms" in section(refused, "histoire")
    press(agent, refused, f"{PAGE}publier/", retrait_massif="oui")
    monde.signataire()
    assert "Le Registre ne dit rien d'autre" in text_of(agent)
    assert "confirmé" in text_of(agent, f"{PAGE}{Demande.objects.latest('id').pk}/")


def test_an_alarm_is_shown_everywhere_closed_by_a_person_and_only_once(monde: Editeur, agent: Client) -> None:
    with monde.espace.role("signataire"):
        alarme = raise_alarm(TemoinRefuse("Le témoin refuse de signer la tête 7."), now=datetime.now(UTC))
    assert "1 alarme est ouverte" in text_of(agent, "/console/")
    page = text_of(agent)
    assert "Le témoin refuse de signer la tête 7." in section(page, "alarmes")
    address = f"{PAGE}alarmes/{alarme.pk}/fermer/"
    assert agent.get(address).status_code == 405
    assert "L'alarme est fermée" in html.unescape(press(agent, page, address).content.decode())
    assert "Aucune alarme ouverte" in html.unescape(press(agent, page, address).content.decode())
    closed = Alarme.objects.get(pk=alarme.pk)
    assert (closed.fermee_par, Evenement.objects.filter(event="alarmes:alarme:closed").count()) == ("agent", 1)
    assert 'aria-labelledby="alarmes"' not in text_of(agent)


def test_a_refused_publication_says_why_in_french_in_the_table_and_alone(monde: Editeur, agent: Client) -> None:
    monde.publish()
    monde.espace.sql("UPDATE registre_drimbox SET dn_serv_ssl = 'CN=autre,OU=300000000300019,O=A,C=FR'")
    refused = monde.publish()
    assert refused.code
    page = text_of(agent)
    assert refused.code not in section(page, "histoire")
    assert "alarmes" in page
    assert refused.code in text_of(agent, f"{PAGE}{refused.demande.pk}/")


def test_a_published_one_shows_what_it_changed(monde: Editeur, agent: Client) -> None:
    monde.publish()
    registre.exclude(DB2, registre.Motif.CYBER, auteur="essai", now=datetime.now(UTC))
    second = monde.publish()
    page = text_of(agent, f"{PAGE}{second.demande.pk}/")
    assert f"<del>{dn(DB2)}</del>" in section(page, "ecarts")
    assert "1 retirée" in section(text_of(agent), "histoire")


@pytest.fixture
def attend(monde: Editeur, agent: Client, monkeypatch: pytest.MonkeyPatch) -> Publication:
    """A publication that the account « agent » asked for and that waits for a second person."""
    configured(monde, monkeypatch, deux_personnes="always")
    press(agent, text_of(agent), f"{PAGE}publier/")
    monde.signataire()
    return Publication.objects.get(etat=Etat.A_APPROUVER)


def test_what_waits_is_shown_with_its_rows_and_its_author_cannot_answer(attend: Publication, agent: Client) -> None:
    address = f"{PAGE}{attend.demande.pk}/"
    page = text_of(agent, address)
    assert DB in section(page, "ecarts")
    assert "un autre compte doit" in section(page, "reponse")
    assert 'name="avis"' not in page
    for avis in ("approuve", "rejete"):
        answer = agent.post(f"{address}reponse/", {"avis": avis, "lignes": attend.lignes_sha256})
        assert (answer.status_code, "un autre compte" in html.unescape(answer.content.decode())) == (403, True)
    assert not Approbation.objects.exists()
    assert "attend une seconde personne" in text_of(agent, "/console/")


@pytest.mark.peer("axe")
def test_axe_refuses_none_of_the_pages_of_what_waits_for_a_second_person(attend: Publication, agent: Client, collegue: Client) -> None:
    address = f"{PAGE}{attend.demande.pk}/"
    asked = [(name, browser.get(path)) for name, browser, path in (
        ("auteur", agent, address), ("seconde personne", collegue, address), ("liste", collegue, PAGE), ("tableau", collegue, "/console/"),
    )]  # fmt: skip
    folder = os.environ.get("IMAGES_DES_PAGES", "")
    vues = [
        Vue(name, f"http://espace.test{address}", one.status_code, one.content.decode(), f"{folder}/attente-{rank}" if folder else "")
        for rank, (name, one) in enumerate(asked)
    ]
    assert not faults(regarder(vues))


def test_another_account_approves_once_and_the_list_goes_out(attend: Publication, monde: Editeur, collegue: Client) -> None:
    address = f"{PAGE}{attend.demande.pk}/"
    page = text_of(collegue, address)
    assert DB in section(page, "ecarts")
    for _ in range(2):
        answer = press(collegue, page, f"{address}reponse/", avis="approuve")
        assert answer.status_code == 200
        assert "message-error" not in answer.content.decode()
    assert Approbation.objects.count() == 1
    monde.signataire()
    liste = queries.current()
    assert liste is not None
    assert liste.sequence == 1
    done = text_of(collegue, address)
    assert re.search(r"approuvée\s+<span[^>]*>par collegue", done)
    assert 'name="avis"' not in done


def test_another_account_rejects_and_nothing_goes_out(attend: Publication, monde: Editeur, collegue: Client) -> None:
    address = f"{PAGE}{attend.demande.pk}/"
    press(collegue, text_of(collegue, address), f"{address}reponse/", avis="rejete")
    monde.signataire()
    assert queries.current() is None
    assert "rejetée par une seconde personne" in text_of(collegue, address)
    late = collegue.post(f"{address}reponse/", {"avis": "approuve", "lignes": attend.lignes_sha256})
    assert late.status_code == 403


def test_what_changed_since_the_demande_cannot_be_approved(attend: Publication, collegue: Client) -> None:
    integrate(now=datetime.now(UTC))
    page = text_of(collegue, f"{PAGE}{attend.demande.pk}/")
    assert "n'est plus ce qui attend" in page
    assert 'value="approuve"' not in page
    assert 'value="rejete"' in page


@pytest.mark.parametrize("values", [{}, {"avis": "peut-être"}, {"avis": "approuve"}, {"avis": "approuve", "lignes": "0" * 64}])
def test_an_answer_to_other_rows_or_without_choice_changes_nothing(attend: Publication, collegue: Client, values: dict[str, str]) -> None:
    answer = collegue.post(f"{PAGE}{attend.demande.pk}/reponse/", values)
    assert answer.status_code in {400, 403}
    assert not Approbation.objects.exists()


def test_an_answer_from_elsewhere_or_without_session_is_refused(attend: Publication, collegue: Client) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1"})
    strict.cookies = collegue.cookies
    address, values = f"{PAGE}{attend.demande.pk}/reponse/", {"avis": "approuve", "lignes": attend.lignes_sha256}
    assert strict.post(address, values).status_code == 403
    assert Client(headers={"host": "127.0.0.1"}).post(address, values).status_code == 302
    assert collegue.get(address).status_code == 405
    assert collegue.post(f"{PAGE}999/reponse/", values).status_code == 404
    assert not Approbation.objects.exists()


def test_the_head_its_signatures_and_the_one_that_waits_are_shown(
    monde: Editeur, agent: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "Aucune clé de tête" in section(text_of(agent), "tete")
    configured(monde, monkeypatch, tete=head_settings(tmp_path / "cles"))
    assert "Aucune tête n'est encore publiée" in section(text_of(agent), "tete")
    monde.publish()
    monde.signataire()
    waiting = section(text_of(agent), "tete")
    assert "attend des signatures" in waiting
    assert re.search(r"N'ont pas encore signé : secours, temoin\.", waiting)
    monde.temoin()
    monde.signataire()
    shown = section(text_of(agent), "tete")
    for said in ("Tête n° 1", "à jour", "par signataire", "par temoin", "2 clés sur 3", "1 liste"):
        assert said in shown, said


def test_the_git_repository_is_shown_with_its_alarms(
    monde: Editeur, agent: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "Aucun dépôt" in section(text_of(agent), "depot")
    configured(monde, monkeypatch, git=Git(folder=tmp_path / "listes.git"))
    local = section(text_of(agent), "depot")
    assert "rien n'est poussé" in local
    assert "sans alarme" in local
    configured(monde, monkeypatch, git=Git(folder=tmp_path / "listes.git", remote="https://exemple.test/listes.git"))
    with monde.espace.role("depot"):
        raise_alarm(PousseeRefusee(), now=datetime.now(UTC))
    pushed = section(text_of(agent), "depot")
    assert "poussée sur la branche <code>main</code>" in pushed
    assert "en alarme" in pushed
    assert PousseeRefusee.message in pushed
    assert "exemple.test" not in section(text_of(agent), "depot")
