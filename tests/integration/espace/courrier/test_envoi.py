# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Mails given to a real SMTP server: what leaves, what waits, what comes back, and what happens when either side dies."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from espace.acteurs.actions import register_operateur
from espace.acteurs.rules import OperateurDeclare
from espace.alarmes.models import Alarme
from espace.config import EspaceSettings, current
from espace.courrier.actions import poster, renvoyer
from espace.courrier.envoi import Facteur
from espace.courrier.models import Courrier
from tests.espace_donnees import NOW, SIRET
from tests.espace_env import write_secret
from tests.espace_smtp import Boite, smtp_server

AGENTS = "agents@administrateur.test"
SUPPORT = "support@operateur.test"


@pytest.fixture
def boite() -> Iterator[Boite]:
    with smtp_server() as server:
        yield server


def settings(port: int, **changes: Any) -> EspaceSettings:
    whole = current()
    return whole.model_copy(update={"courrier": whole.courrier.model_copy(update={"host": "127.0.0.1", "port": port, **changes})})


def post(count: int = 1) -> None:
    who = register_operateur(OperateurDeclare("Opérateur d'Essai", SIRET, SUPPORT), auteur="essai", now=NOW)
    for number in range(1, count + 1):
        poster("declaration:take", operateur=who, objet=f"DM-2026-{number:06}", contexte={"numero": f"DM-2026-{number:06}"})


def states() -> list[tuple[str, int, str]]:
    return list(Courrier.objects.order_by("id").values_list("etat", "essais", "code"))


def opened() -> list[str]:
    return list(Alarme.objects.filter(fermee_le__isnull=True).values_list("code", flat=True))


@pytest.fixture
def ouvrier(espace: Any) -> Iterator[Any]:
    """The database, under the role of the process that sends."""
    post()
    with espace.role("ouvrier"):
        yield espace


def test_a_mail_leaves_with_its_two_forms_and_its_headers(ouvrier: Any, boite: Boite) -> None:
    assert Facteur(settings(boite.port)).turn() == 1
    message, row = boite.messages[0], Courrier.objects.get()
    assert row.etat == "envoye"
    assert row.envoye_le is not None
    assert str(message["From"]) == "Administrateur du banc <espace@administrateur.test>"
    assert (message["To"], message["Reply-To"]) == (SUPPORT, AGENTS)
    assert message["Subject"] == "Demande DM-2026-000001 : en cours d'examen"
    assert message["Message-ID"] == row.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = message.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == row.texte
    assert html.get_content().replace("\r\n", "\n") == row.html


def test_the_envelope_bears_the_mark_of_the_mail(ouvrier: Any, boite: Boite) -> None:
    Facteur(settings(boite.port)).turn()
    mark = Courrier.objects.get().message_id[1:33]
    assert [(sender, to) for sender, to, _ in boite.plis] == [(f"retours+{mark}@administrateur.test", [SUPPORT])]


def test_a_server_that_is_down_delays_and_costs_no_try(ouvrier: Any, boite: Boite) -> None:
    with smtp_server() as dead:
        port = dead.port
    facteur = Facteur(settings(port, first_retry_seconds=0.001, longest_retry_seconds=0.001))
    for _ in range(3):
        assert facteur.turn() == 0
    assert states() == [("a_envoyer", 0, "")]
    assert list(Alarme.objects.filter(fermee_le__isnull=True).values_list("code", flat=True)) == ["courrier.serveur_injoignable"]
    assert Facteur(settings(boite.port)).turn() == 1
    assert states() == [("envoye", 1, "")]
    assert not Alarme.objects.filter(fermee_le__isnull=True).exists()


def test_a_server_that_is_down_is_left_alone_for_a_while(ouvrier: Any) -> None:
    with smtp_server() as dead:
        port = dead.port
    facteur = Facteur(settings(port, first_retry_seconds=60, longest_retry_seconds=60))
    facteur.turn()
    with smtp_server(port=port) as boite:
        assert facteur.turn() == 0
        assert boite.plis == []


def test_a_temporary_refusal_is_tried_again_later(ouvrier: Any, boite: Boite) -> None:
    boite.rcpt[SUPPORT] = "450 4.2.1 greylisted"
    facteur = Facteur(settings(boite.port))
    assert facteur.turn() == 0
    assert states() == [("a_envoyer", 1, "4.2.1")]
    del boite.rcpt[SUPPORT]
    assert facteur.turn() == 0, "its time has not come"
    later = timezone.now() + timedelta(minutes=1)
    assert Facteur(settings(boite.port), clock=lambda: later).turn() == 1
    assert states() == [("envoye", 2, "")]


def test_a_mail_dated_by_a_clock_that_was_ahead_leaves_now_and_one_put_off_waits(espace: Any, boite: Boite) -> None:
    post(2)
    espace.sql("UPDATE courrier_courrier SET prochaine = %s WHERE objet = 'DM-2026-000001'", timezone.now() + timedelta(days=1))
    espace.sql("UPDATE courrier_courrier SET prochaine = %s WHERE objet = 'DM-2026-000002'", timezone.now() + timedelta(minutes=30))
    with espace.role("ouvrier"):
        assert Facteur(settings(boite.port, longest_retry_seconds=3600.0)).turn() == 1
        assert states() == [("envoye", 1, ""), ("a_envoyer", 0, "")]


def test_a_refusal_for_good_is_an_alarm_and_stops_no_other_mail(espace: Any, boite: Boite) -> None:
    post(3)
    espace.sql("UPDATE courrier_courrier SET destinataire = 'inconnu@operateur.test' WHERE objet = 'DM-2026-000002'")
    boite.rcpt["inconnu@operateur.test"] = "550 5.1.1 no such user"
    with espace.role("ouvrier"):
        assert Facteur(settings(boite.port)).turn() == 2
        assert states() == [("envoye", 1, ""), ("rejete", 1, "5.1.1"), ("envoye", 1, "")]
        assert Alarme.objects.get().code == "courrier.refuse"


@pytest.mark.parametrize("answer", ["550 5.7.1 sender rejected", "451 4.3.0 try later"])
def test_a_server_that_refuses_our_own_address_loses_no_mail(espace: Any, boite: Boite, answer: str) -> None:
    post(3)
    boite.mail = answer
    with espace.role("ouvrier"):
        assert Facteur(settings(boite.port)).turn() == 0
        assert states() == [("a_envoyer", 0, "")] * 3
        assert opened() == ["courrier.expediteur_refuse"]
        boite.mail = "250 OK"
        assert Facteur(settings(boite.port)).turn() == 3
        assert opened() == []


@pytest.mark.parametrize("answer", ["550 5.1.8 sender domain not found", "530 5.7.0 authentication required"])
def test_a_refusal_of_the_sender_told_at_the_recipient_loses_no_mail(ouvrier: Any, boite: Boite, answer: str) -> None:
    boite.rcpt[SUPPORT] = answer
    assert Facteur(settings(boite.port)).turn() == 0
    assert states() == [("a_envoyer", 0, "")]
    assert opened() == ["courrier.expediteur_refuse"]


def test_a_mail_refused_before_its_words_stops_no_other(espace: Any, boite: Boite) -> None:
    post(3)
    espace.sql("UPDATE courrier_courrier SET destinataire = 'oublie@operateur.test' WHERE objet = 'DM-2026-000001'")
    boite.forgotten.add("oublie@operateur.test")
    with espace.role("ouvrier"):
        assert Facteur(settings(boite.port)).turn() == 2
        assert states() == [("rejete", 1, "503"), ("envoye", 1, ""), ("envoye", 1, "")]
        assert opened() == ["courrier.refuse"]


def test_the_alarm_of_a_refused_mail_ends_when_it_leaves_at_last(espace: Any, boite: Boite) -> None:
    post()
    boite.rcpt[SUPPORT] = "550 5.2.2 mailbox full"
    with espace.role("ouvrier"):
        Facteur(settings(boite.port)).turn()
        assert opened() == ["courrier.refuse"]
    del boite.rcpt[SUPPORT]
    renvoyer(Courrier.objects.get().pk, auteur="agent", now=timezone.now())
    with espace.role("ouvrier"):
        assert Facteur(settings(boite.port)).turn() == 1
        assert opened() == []


def test_a_mail_refused_for_days_is_given_up_and_told(ouvrier: Any, boite: Boite) -> None:
    boite.answers[SUPPORT] = "451 try later"
    one = settings(boite.port, first_retry_seconds=3600.0, longest_retry_seconds=3600.0, give_up_days=0.1)
    now = timezone.now()
    for hour in range(3):
        later = now + timedelta(hours=hour, minutes=1)
        Facteur(one, clock=lambda later=later: later).turn()  # type: ignore[misc]  # a default is how a lambda keeps a value
    assert states() == [("en_echec", 3, "451")]
    assert Alarme.objects.get().code == "courrier.abandonne"


def test_a_connection_lost_in_the_middle_leaves_the_mail_for_later(ouvrier: Any, boite: Boite) -> None:
    def die() -> None:
        raise ConnectionResetError

    boite.on_data = die
    facteur = Facteur(settings(boite.port))
    facteur.turn()
    assert states()[0][0] == "a_envoyer"


def test_whoever_dies_between_250_and_commit_sends_the_same_mail_again(ouvrier: Any, boite: Boite, monkeypatch: Any) -> None:
    from espace.courrier import actions

    class Killed(BaseException):
        """As SIGKILL would: nothing after runs."""

    def kill(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(actions, "sent", kill)
        with pytest.raises(Killed):
            Facteur(settings(boite.port)).turn()
    assert states() == [("a_envoyer", 0, "")]
    Facteur(settings(boite.port)).turn()
    first, second = boite.plis
    assert first == second, "same Message-ID, same date, same bytes: one mail for whoever looks at it"


def test_two_ouvriers_never_send_the_same_mail(espace: Any, boite: Boite) -> None:
    post(6)
    seen: list[int] = []
    with espace.role("ouvrier"):
        other = espace.sql

        def beside() -> None:
            free = other("SELECT count(*) FROM (SELECT 1 FROM courrier_courrier WHERE etat = 'a_envoyer' FOR UPDATE SKIP LOCKED) free")
            seen.append(free[0][0])

        boite.on_data = beside
        assert Facteur(settings(boite.port)).turn() == 6
    assert seen == [5, 4, 3, 2, 1, 0], "the one under way is locked"


def test_an_ephemeral_mail_loses_its_words_once_sent(espace: Any, boite: Boite) -> None:
    who = register_operateur(OperateurDeclare("Opérateur d'Essai", SIRET, SUPPORT), auteur="essai", now=NOW)
    link = "https://espace.test/invitation/CANARI"
    poster("comptes:invite", operateur=who, objet="", contexte={"invitation": link}, destinataire="nouveau@operateur.test")
    with espace.role("ouvrier"):
        Facteur(settings(boite.port)).turn()
        row = Courrier.objects.get()
    assert link in boite.messages[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one
    assert "CANARI" not in row.texte + row.html + row.sujet


@pytest.mark.parametrize("mode", ["tls", "starttls"])
def test_the_server_is_authenticated_before_it_is_told_a_password(ouvrier: Any, tmp_path: Path, mode: str) -> None:
    issued, authority = ouvrier.pki.market("espace.banc.test"), ouvrier.pki.market_ca
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.certificate, issued.key)
    write_secret(tmp_path / "mot-de-passe", "bon mot de passe")
    kind = {"tls": context} if mode == "tls" else {"starttls": context}
    common = {"tls": mode, "host": "localhost", "user": "espace", "password": tmp_path / "mot-de-passe"}
    with smtp_server(**kind, login=("espace", "bon mot de passe")) as boite:  # type: ignore[arg-type]  # one of two keywords
        assert Facteur(settings(boite.port, **common)).turn() == 0, "its authority is not one of the system"
        assert states() == [("a_envoyer", 0, "")]
        assert Facteur(settings(boite.port, **common, ca=authority)).turn() == 1
    assert len(boite.plis) == 1


def test_a_wrong_password_delays_and_is_told(ouvrier: Any, tmp_path: Path) -> None:
    write_secret(tmp_path / "mot-de-passe", "faux")
    with smtp_server(login=("espace", "bon")) as boite:
        assert Facteur(settings(boite.port, user="espace", password=tmp_path / "mot-de-passe")).turn() == 0
    assert Alarme.objects.get().code == "courrier.serveur_injoignable"
    assert "faux" not in Alarme.objects.get().message
