# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Logins, second factors and invitations, by the doors a person has, under the role of the pages."""

from __future__ import annotations

import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.test import Client

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.actions import facteurs, invitations
from espace.acteurs.comptes import CompteInconnu, CompteRefuse, FichierRefuse, create_compte, give_factor, lose_factor
from espace.acteurs.models import Invitation, Membre, Operateur, RoleMembre
from espace.acteurs.queries import SansAcces, acteur_of, membre_of
from espace.journal.models import Evenement
from tests.espace_comptes import HOST, PASSWORD, agent, browser_of, code_of, log_in, membre
from tests.espace_env import Environment

MAIL = "claude@operateur.test"
AGENT = Acteur("agent", Qui.AGENT)
OTHER = "une autre phrase bien longue 7"


@pytest.fixture
def browser(espace: Environment) -> Client:
    return Client(enforce_csrf_checks=False, headers=HOST)


@pytest.fixture
def compte(espace: Environment, tmp_path: Path) -> str:
    """An account of the console made as the owner makes it; the secret of its second factor."""
    with espace.role("proprietaire"):
        create_compte("agent", PASSWORD, auteur="essai")
        give_factor("agent", tmp_path / "totp", auteur="essai")
    return (tmp_path / "totp").read_text()


def now() -> datetime:
    return datetime.now(UTC)


def operateur(siret: str = "73282932000074", nom: str = "Opérateur d'Essai") -> Operateur:
    found, _ = Operateur.objects.get_or_create(
        siret=siret, defaults={"denomination": nom, "support_mail": "support@operateur.test", "cree_le": now(), "modifie_le": now()}
    )
    return found


def events() -> set[str]:
    return set(Evenement.objects.values_list("event", flat=True))


def test_a_password_and_a_code_open_the_console(compte: str, browser: Client) -> None:
    answer = log_in(browser, "agent", compte)
    assert (answer.status_code, answer["Location"]) == (302, "/console/")
    page = browser.get("/console/")
    assert (page.status_code, "agent" in page.content.decode()) == (200, True)
    assert "web:session:opened" in events()


def test_a_password_alone_opens_no_session(compte: str, browser: Client) -> None:
    browser.post("/console/connexion/", {"username": "agent", "password": PASSWORD})
    assert "_auth_user_id" not in browser.session
    assert browser.get("/console/")["Location"].startswith("/console/connexion/")


def test_a_wrong_code_opens_nothing_and_the_journal_says_it(compte: str, browser: Client) -> None:
    browser.post("/console/connexion/", {"username": "agent", "password": PASSWORD})
    wrong = f"{(int(code_of(compte)) + 1) % 1_000_000:06d}"
    answer = browser.post("/compte/connexion/code/", {"code": wrong})
    assert (answer.status_code, "n&#x27;est pas le bon" in answer.content.decode()) == (200, True)
    assert "_auth_user_id" not in browser.session
    assert "web:session:second_factor_refused" in events()


def test_codes_cannot_be_tried_for_ever(compte: str, browser: Client) -> None:
    browser.post("/console/connexion/", {"username": "agent", "password": PASSWORD})
    for _attempt in range(6):
        browser.post("/compte/connexion/code/", {"code": "000000"})
    late = browser.post("/compte/connexion/code/", {"code": code_of(compte)})
    assert (late.status_code, "_auth_user_id" in browser.session) == (200, False)
    assert "Trop d&#x27;essais" in late.content.decode()


def test_a_code_serves_once(compte: str, browser: Client) -> None:
    log_in(browser, "agent", compte)
    second = Client(headers=HOST)
    second.post("/console/connexion/", {"username": "agent", "password": PASSWORD})
    codes = {code_of(compte, step) for step in (-1, 0, 1)}
    used = [code for code in codes if cache.get(f"allauth.mfa.totp.used?user={User.objects.get(username='agent').pk}&code={code}")]
    assert len(used) == 1
    assert second.post("/compte/connexion/code/", {"code": used[0]}).status_code == 200
    assert "_auth_user_id" not in second.session


def test_a_spare_code_replaces_the_generator_once(espace: Environment, browser: Client) -> None:
    with espace.role("proprietaire"):
        user = create_compte("agent", PASSWORD, auteur="essai")
        _factor, spare = facteurs.enrol(user, facteurs.new_secret(), auteur="essai")
    for status in (302, 200):
        fresh = Client(headers=HOST)
        fresh.post("/console/connexion/", {"username": "agent", "password": PASSWORD})
        assert fresh.post("/compte/connexion/code/", {"code": spare[0]}).status_code == status


def test_an_account_without_second_factor_is_led_to_one_and_to_nothing_else(espace: Environment, browser: Client) -> None:
    with espace.role("proprietaire"):
        create_compte("agent", PASSWORD, auteur="essai")
    assert browser.post("/console/connexion/", {"username": "agent", "password": PASSWORD}).status_code == 302
    for address in ("/console/", "/console/couples/", "/portail/", "/compte/", "/compte/mot-de-passe/", "/compte/codes-de-secours/"):
        assert browser.get(address)["Location"].startswith("/compte/second-facteur/"), address
    assert browser.post("/console/liste-blanche/publier/")["Location"] == "/compte/second-facteur/"
    page = browser.get("/compte/second-facteur/?next=/console/couples/").content.decode()
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)[1].replace(" ", "")  # type: ignore[index]
    assert "<svg" in page
    assert browser.post("/compte/second-facteur/", {"code": "000000"}).status_code == 400
    done = browser.post("/compte/second-facteur/", {"code": code_of(secret), "next": "/console/couples/"}).content.decode()
    assert len(re.findall(r"<li><code>", done)) == 10
    assert 'href="/console/couples/"' in done
    assert browser.get("/console/couples/").status_code == 200
    assert browser.get("/compte/second-facteur/").status_code == 302, "an enrolled account takes no second one by itself"


def test_a_second_enrolment_needs_the_first_factor(compte: str, browser: Client) -> None:
    """The thief of a password alone cannot put a factor of his own in place of the one that is there."""
    weak = browser_of(User.objects.get(username="agent"), strong=False)
    before = Authenticator.objects.get(type="totp").pk
    weak.get("/compte/second-facteur/")
    weak.post("/compte/second-facteur/", {"code": code_of(weak.session.get("mfa.totp.secret", "A" * 32))})
    assert Authenticator.objects.get(type="totp").pk == before
    assert weak.get("/console/").status_code == 302


def test_the_secret_of_a_second_factor_is_sealed_in_the_database_and_its_file_is_closed(
    espace: Environment, compte: str, tmp_path: Path
) -> None:
    kept = str(espace.sql("SELECT string_agg(data::text, ' ') FROM mfa_authenticator"))
    assert compte not in kept
    assert facteurs.unseal(Authenticator.objects.get(type="totp").data["secret"]) == compte
    assert stat.S_IMODE((tmp_path / "totp").stat().st_mode) == 0o600


def test_the_owner_gives_a_new_factor_or_takes_a_lost_one_away(espace: Environment, compte: str, tmp_path: Path) -> None:
    with espace.role("proprietaire"):
        with pytest.raises(FichierRefuse):
            give_factor("agent", tmp_path / "totp", auteur="essai")
        give_factor("agent", tmp_path / "autre", auteur="essai")
        assert (tmp_path / "autre").read_text() != compte
        lose_factor("agent", auteur="essai")
        with pytest.raises(CompteInconnu):
            lose_factor("personne", auteur="essai")
    assert not Authenticator.objects.exists()
    assert {"acteurs:facteur:enrolled", "acteurs:facteur:withdrawn"} <= events()


@pytest.mark.parametrize("login", ["agent", "personne", MAIL], ids=["known", "unknown", "closed account"])
def test_a_refused_login_says_the_same_whatever_is_wrong(espace: Environment, compte: str, browser: Client, login: str) -> None:
    closed = membre(operateur(), MAIL)
    closed.set_password(PASSWORD)
    closed.save(update_fields=["password"])
    Membre.objects.update(actif=False)
    word = PASSWORD if login == MAIL else "faux"
    text = browser.post("/portail/connexion/", {"username": login, "password": word}).content.decode()
    assert re.findall(r'role="alert"><p>(.*?)</p>', text) == [
        re.findall(r'role="alert"><p>(.*?)</p>', browser.post("/portail/connexion/", {"username": "x", "password": "y"}).content.decode())[
            0
        ]
    ]


def test_the_session_ends_by_the_button_only(espace: Environment) -> None:
    browser = browser_of(agent(espace))
    assert browser.get("/compte/deconnexion/").status_code == 405
    assert browser.post("/compte/deconnexion/").status_code == 302
    assert browser.get("/console/").status_code == 302


def test_a_login_never_leads_to_another_site(compte: str, browser: Client) -> None:
    browser.post("/console/connexion/?next=https://ailleurs.test/", {"username": "agent", "password": PASSWORD, "next": "//ailleurs.test/"})
    assert browser.post("/compte/connexion/code/", {"code": code_of(compte)})["Location"] == "/console/"


def test_a_login_leads_to_the_page_that_was_asked(compte: str, browser: Client) -> None:
    assert log_in(browser, "agent", compte, address="/console/connexion/?next=/console/couples/")["Location"] == "/console/couples/"


def test_a_changed_password_closes_the_other_sessions(espace: Environment, compte: str) -> None:
    user = User.objects.get(username="agent")
    here, there = browser_of(user), browser_of(user)
    values = {"old_password": PASSWORD, "new_password1": OTHER, "new_password2": OTHER}
    assert here.post("/compte/mot-de-passe/", {**values, "old_password": "faux"}).status_code == 400
    assert here.post("/compte/mot-de-passe/", values).status_code == 302
    assert here.get("/console/").status_code == 200
    assert there.get("/console/").status_code == 302
    assert "acteurs:compte:password_changed" in events()


def test_new_spare_codes_ask_for_a_code_and_end_the_former_ones(espace: Environment, compte: str) -> None:
    browser = browser_of(User.objects.get(username="agent"))
    former = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assert browser.post("/compte/codes-de-secours/", {"code": "000000"}).status_code == 400
    text = browser.post("/compte/codes-de-secours/", {"code": code_of(compte)}).content.decode()
    renewed = set(re.findall(r"<li><code>(\d+)</code>", text))
    assert len(renewed) == 10
    assert not renewed & set(former)


def test_an_invitation_opens_one_account_once(espace: Environment, browser: Client) -> None:
    _row, link = invitations.inviter(operateur(), MAIL.upper(), RoleMembre.MANDATAIRE.value, par=AGENT, now=now())
    assert link not in str(espace.sql("SELECT row_to_json(t)::text FROM acteurs_invitation t"))
    page = browser.get(f"/compte/invitation/{link}/")
    assert (page.status_code, MAIL in page.content.decode()) == (200, True)
    assert browser.post(f"/compte/invitation/{link}/", {"password": "court", "encore": "court"}).status_code == 400
    assert browser.post(f"/compte/invitation/{link}/", {"password": PASSWORD, "encore": OTHER}).status_code == 400
    assert browser.post(f"/compte/invitation/{link}/", {"password": PASSWORD, "encore": PASSWORD})["Location"] == "/compte/connexion/"
    again = browser.get(f"/compte/invitation/{link}/")
    assert (again.status_code, "ne vaut plus rien" in again.content.decode()) == (410, True)
    answer = browser.post("/portail/connexion/", {"username": MAIL, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/portail/")
    assert browser.get("/portail/")["Location"].startswith("/compte/second-facteur/")
    assert acteur_of(User.objects.get(username=MAIL)) == Acteur(MAIL, Qui.OPERATEUR, operateur().pk)


def test_an_invitation_dies_with_its_delay_and_with_the_next_one(espace: Environment) -> None:
    _old, first = invitations.inviter(operateur(), MAIL, "contributeur", par=AGENT, now=now() - timedelta(days=4))
    _row, second = invitations.inviter(operateur(), MAIL, "contributeur", par=AGENT, now=now())
    _row, third = invitations.inviter(operateur(), MAIL, "contributeur", par=AGENT, now=now())
    for link in (first, second, "inconnu"):
        with pytest.raises(invitations.LienPerime):
            invitations.accept(link, now(), password=PASSWORD)
    with pytest.raises(CompteRefuse):
        invitations.accept(third, now(), password="court")
    assert invitations.accept(third, now(), password=PASSWORD).username == MAIL
    assert Invitation.objects.filter(acceptee_le__isnull=False).count() == 1


def test_an_invitation_renews_who_lost_password_and_telephone(espace: Environment) -> None:
    user = membre(operateur(), MAIL, "mandataire")
    with espace.role("proprietaire"):
        facteurs.enrol(user, facteurs.new_secret(), auteur="essai")
    _row, link = invitations.inviter(operateur(), MAIL, "contributeur", par=AGENT, now=now())
    renewed = invitations.accept(link, now(), password=OTHER)
    assert renewed.pk == user.pk
    assert not Authenticator.objects.filter(user=user).exists()
    assert membre_of(user).role == "contributeur"  # type: ignore[union-attr]


def test_only_an_agent_or_the_representant_legal_invites_and_only_for_his_own(espace: Environment) -> None:
    own, foreign = operateur(), operateur("55208131766522", "Autre Opérateur")
    head, helper = membre(own, "tete@operateur.test"), membre(own, "aide@operateur.test", "contributeur")
    invitations.inviter(own, MAIL, "contributeur", par=acteur_of(head), now=now())
    for who, where in ((helper, own), (head, foreign)):
        with pytest.raises(invitations.InvitationRefusee):
            invitations.inviter(where, "x@operateur.test", "contributeur", par=acteur_of(who), now=now())


def test_an_address_known_elsewhere_is_refused_in_the_same_words_whoever_it_is(espace: Environment) -> None:
    agent(espace, "agent@administrateur.test")
    membre(operateur("55208131766522", "Autre Opérateur"), "autre@operateur.test")
    words = set()
    for mail in ("agent@administrateur.test", "autre@operateur.test"):
        with pytest.raises(invitations.InvitationRefusee) as refused:
            invitations.inviter(operateur(), mail, "contributeur", par=AGENT, now=now())
        words.add(refused.value.message)
    assert len(words) == 1


def test_a_withdrawn_membre_enters_no_more_not_even_by_an_open_session(espace: Environment) -> None:
    user = membre(operateur(), MAIL, "contributeur")
    browser = browser_of(user)
    assert browser.get("/portail/").status_code == 200
    invitations.withdraw_membre(Membre.objects.get(user=user), par=AGENT, now=now())
    assert browser.get("/portail/").status_code == 403
    with pytest.raises(SansAcces):
        acteur_of(user)


def test_a_link_received_before_the_account_was_closed_does_not_open_it_again(espace: Environment) -> None:
    user = membre(operateur(), MAIL, "contributeur")
    _row, link = invitations.inviter(operateur(), MAIL, "contributeur", par=AGENT, now=now())
    invitations.withdraw_membre(Membre.objects.get(user=user), par=AGENT, now=now())
    with pytest.raises(invitations.LienPerime):
        invitations.accept(link, now(), password=OTHER)
    assert membre_of(user) is None


def test_an_account_renewed_by_an_invitation_is_opened_by_no_isc_account_of_before(espace: Environment) -> None:
    """A shared address changes hands: who had it before keeps nothing of it."""
    user = membre(operateur(), MAIL, "mandataire")
    SocialAccount.objects.create(user=user, provider="isc", uid="qui-est-parti")
    _row, link = invitations.inviter(operateur(), MAIL, "mandataire", par=AGENT, now=now())
    invitations.accept(link, now(), password=OTHER)
    assert not SocialAccount.objects.exists()


def test_an_isc_account_that_opens_another_account_takes_no_invitation(espace: Environment) -> None:
    known = SocialAccount.objects.create(user=membre(operateur(), "autre@operateur.test"), provider="isc", uid="connu")
    _row, link = invitations.inviter(operateur(), MAIL, "mandataire", par=AGENT, now=now())
    with pytest.raises(invitations.InvitationRefusee, match="autre compte"):
        invitations.accept_with_isc(link, known, now())
    assert not User.objects.filter(username=MAIL).exists()
    assert invitations.pending(link, now()).mail == MAIL


@pytest.mark.parametrize(
    "address",
    [
        "/portail/demandes/%00/",
        "/portail/demandes/DM-2026-000001%00/",
        "/console/dossiers/%00/",
        "/console/couples/a%00b/",
        "/compte/oidc/%00/login/",
    ],
)
def test_an_address_that_holds_a_nul_names_nothing(espace: Environment, address: str) -> None:
    user = agent(espace) if address.startswith("/console") else membre(operateur())
    assert browser_of(user).get(address).status_code == 404


def test_the_pages_can_make_no_agent_and_no_superuser(espace: Environment) -> None:
    user = membre(operateur(), MAIL)
    permission = Permission.objects.get(codename="console")
    with pytest.raises(DatabaseError), transaction.atomic():
        user.user_permissions.add(permission)
    for flag in ("is_superuser", "is_staff"):
        with pytest.raises(DatabaseError), transaction.atomic():
            User.objects.create(username=flag, **{flag: True})
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        espace.sql("UPDATE auth_user SET is_superuser = true", role="pages")


def test_a_membre_with_the_permission_of_the_console_is_still_no_agent(espace: Environment) -> None:
    user = agent(espace, MAIL)
    Membre.objects.create(user=user, operateur=operateur(), role="contributeur", cree_le=now())
    assert acteur_of(user).qui is Qui.OPERATEUR
    assert browser_of(user).get("/console/").status_code == 403
