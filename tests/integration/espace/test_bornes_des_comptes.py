# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What bounds the accounts: how long a session lasts, how often codes are tried, how often an address is written to."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.models import User
from django.test import RequestFactory

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.actions import facteurs, invitations
from espace.acteurs.comptes import give_factor, lose_factor
from espace.acteurs.models import Invitation
from espace.acteurs.queries import acteur_of
from espace.courrier.models import Courrier
from espace.journal.models import Evenement
from tests.espace_comptes import PASSWORD, agent, browser_of, membre
from tests.espace_dossiers import operateur as entitled
from tests.espace_dossiers import together
from tests.espace_env import Environment

MAIL = "claude@operateur.test"
AGENT = Acteur("agent", Qui.AGENT)


@pytest.fixture
def compte(espace: Environment) -> User:
    """An account of the console with its second factor."""
    user = agent(espace)
    with espace.role("proprietaire"):
        facteurs.enrol(user, facteurs.new_secret(), auteur="essai")
    return user


def now() -> datetime:
    return datetime.now(UTC)


def operateur(siret: str = "73282932000074", nom: str = "Opérateur d'Essai") -> Any:
    return entitled(siret, nom, entitled=False, now=now())


def events() -> set[str]:
    return set(Evenement.objects.values_list("event", flat=True))


@pytest.mark.parametrize("renewed", [False, True], ids=["lost", "renewed"])
def test_a_lost_factor_ends_the_sessions_of_its_account_and_no_other(
    espace: Environment, compte: User, tmp_path: Path, renewed: bool
) -> None:
    mine, other = browser_of(compte), browser_of(agent(espace, "autre"))
    assert [one.get("/console/").status_code for one in (mine, other)] == [200, 200]
    with espace.role("proprietaire"):
        if renewed:
            give_factor("agent", tmp_path / "autre", auteur="essai")
        else:
            lose_factor("agent", auteur="essai")
    assert [one.get("/console/").status_code for one in (mine, other)] == [302, 200]
    assert "acteurs:compte:sessions_ended" in events()


def test_a_session_ends_hours_after_its_login_however_much_it_is_used(espace: Environment, compte: User) -> None:
    browser = browser_of(compte)
    for hours, expected in ((11.9, 200), (12.1, 302)):
        session = browser.session
        session["account_authentication_methods"] = [
            {"method": "password", "at": time.time() - hours * 3600},
            {"method": "mfa", "at": time.time()},
        ]
        session.save()
        assert browser.get("/console/").status_code == expected
    assert "plus de 12 heures" in browser.get("/console/connexion/").content.decode()


def test_a_session_that_nothing_dates_is_over(espace: Environment, compte: User) -> None:
    browser = browser_of(compte)
    session = browser.session
    del session["account_authentication_methods"]
    session.save()
    browser.get("/console/")
    assert "_auth_user_id" not in browser.session


def test_codes_tried_are_counted_by_every_process_and_after_a_restart(espace: Environment) -> None:
    """What one process counts, another one knows: the memory is a table, which only the pages may touch."""
    asked = RequestFactory().post("/")
    spent = [bool(ratelimit.consume(asked, action="login_failed", key="essai")) for _ in range(20)]
    script = (
        "from espace.process import setup; setup('pages')\n"
        "from allauth.core import ratelimit; from django.test import RequestFactory\n"
        "print(bool(ratelimit.consume(RequestFactory().post('/'), action='login_failed', key='essai')))"
    )
    other = subprocess.run([sys.executable, "-c", script], env=espace.environ(), capture_output=True, text=True, timeout=120, check=True)
    assert (spent[0], spent[-1], other.stdout.strip()) == (True, False, "False")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        espace.sql("SELECT * FROM web_memoire", role="ouvrier")


def test_an_operateur_has_an_address_written_to_a_few_times_a_day_whoever_asks(espace: Environment) -> None:
    own, other = operateur(), operateur("55208131766522", "Autre Opérateur")
    head, there = acteur_of(membre(own, "tete@operateur.test")), acteur_of(membre(other, "autre@operateur.test"))
    at = now()
    for _ in range(3):
        invitations.inviter(own, MAIL, "contributeur", par=head, now=at)
    for _ in range(2):
        invitations.inviter(other, MAIL.upper(), "contributeur", par=there, now=at)
    for who, where in ((head, own), (there, other)):
        with pytest.raises(invitations.TropDInvitations, match="Cette adresse"):
            invitations.inviter(where, MAIL, "contributeur", par=who, now=at)
    assert Courrier.objects.filter(destinataire=MAIL).count() == 5
    invitations.inviter(own, "une-autre@operateur.test", "contributeur", par=head, now=at)
    invitations.inviter(own, MAIL, "contributeur", par=AGENT, now=at)
    invitations.inviter(own, MAIL, "contributeur", par=head, now=at + timedelta(days=1, seconds=1))


def test_an_operateur_invites_so_many_persons_a_day_and_reads_why_not_more(espace: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    bounded = settings.ESPACE.guichet.model_copy(update={"invitations_jour": 2})
    monkeypatch.setattr(settings, "ESPACE", settings.ESPACE.model_copy(update={"guichet": bounded}))
    browser = browser_of(membre(operateur()))
    answers = [browser.post("/portail/personnes/", {"mail": f"n{n}@operateur.test", "role": "contributeur"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 400]
    assert "trop d&#x27;invitations" in answers[2].content.decode()
    assert Invitation.objects.count() == 2


def test_two_links_of_one_address_used_at_one_instant_make_one_account(espace: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two Operateurs invite the same person, who opens both links at once: one account, and a refusal in words."""
    links = [
        invitations.inviter(one, MAIL, "contributeur", par=AGENT, now=now())[1]
        for one in (operateur(), operateur("55208131766522", "Autre Opérateur"))
    ]
    checked, check = threading.Barrier(2), invitations._check_free  # type: ignore[attr-defined]  # the instant between the look and the write

    def check_and_meet(*words: Any) -> None:
        check(*words)
        with contextlib.suppress(threading.BrokenBarrierError):
            checked.wait(2)

    monkeypatch.setattr(invitations, "_check_free", check_and_meet)
    told = together(*(partial(invitations.accept, link, now(), password=PASSWORD) for link in links))
    assert sorted(getattr(one, "username", type(one).__name__) for one in told) == ["InvitationRefusee", MAIL]
