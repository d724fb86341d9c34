# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The real process ``ouvrier`` and the real commands about mails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db.utils import OperationalError

from espace.acteurs.actions import register_operateur
from espace.acteurs.rules import OperateurDeclare
from espace.alarmes.actions import raise_alarm
from espace.alarmes.models import Alarme
from espace.courrier.actions import poster
from espace.courrier.errors import ServeurInjoignable
from espace.courrier.models import Courrier
from espace.journal import queries
from espace.journal.verification import verify
from espace.ouvrier import OuvrierSurprise, Tache
from tests.espace_donnees import NOW, SIRET
from tests.espace_smtp import smtp_server
from tests.unit.espace.courrier.avis import dsn

SUPPORT = "support@operateur.test"


def post(number: int = 1) -> None:
    who = register_operateur(OperateurDeclare("Opérateur d'Essai", SIRET, SUPPORT), auteur="essai", now=NOW)
    poster("declaration:take", operateur=who, objet=f"DM-2026-{number:06}", contexte={"numero": f"DM-2026-{number:06}"})


def test_the_process_sends_seals_and_survives_a_server_that_comes_late(espace: Any) -> None:
    post(1)
    port = espace.ports["courrier"]
    with espace.process("process", "ouvrier") as process:
        espace.wait_until(lambda: Alarme.objects.filter(code="courrier.serveur_injoignable", fermee_le__isnull=True).exists())
        with smtp_server(port=port) as boite:
            espace.wait_until(lambda: len(boite.to(SUPPORT)) == 1)
            post(2)
            espace.wait_until(lambda: len(boite.to(SUPPORT)) == 2)
        espace.wait_until(lambda: queries.tail()[0] == 0)
        process.terminate()
        assert process.wait(30) == 0
    assert verify(queries.links()).intact
    assert not Alarme.objects.filter(fermee_le__isnull=True).exists()
    assert SUPPORT not in espace.logs


def test_a_task_that_fails_is_told_and_stops_no_other(espace: Any) -> None:
    done: list[int] = []

    def fail(_now: Any) -> int:
        raise ZeroDivisionError

    with espace.role("ouvrier"):
        for tache in (Tache("échec", fail, 0.0), Tache("autre", lambda _now: done.append(1) or 1, 0.0)):
            tache.turn()
    assert done == [1]
    assert [(one.code, one.objet) for one in Alarme.objects.all()] == [("ouvrier.surprise", "échec")]


def test_the_next_success_of_a_task_closes_every_alarm_about_it_and_no_other(espace: Any) -> None:
    answers: list[Exception | None] = [OuvrierSurprise("prévue"), ServeurInjoignable(), None]

    def work(_now: Any) -> int:
        if (error := answers.pop(0)) is not None:
            raise error
        return 0

    with espace.role("ouvrier"):
        raise_alarm(ServeurInjoignable(), objet="autre", now=NOW)
        tache = Tache("épreuve", work, 0.0)
        for _ in range(2):
            tache.turn()
        assert Alarme.objects.filter(objet="épreuve", fermee_le__isnull=True).count() == 2
        tache.turn()
    assert list(Alarme.objects.filter(fermee_le__isnull=True).values_list("objet", flat=True)) == ["autre"]


def test_a_write_that_the_database_refuses_is_an_alarm_of_the_task_and_not_a_lost_database(espace: Any) -> None:
    def refused(_now: Any) -> int:
        Alarme.objects.create(code="essai", message="x", depuis=NOW, vue_le=NOW, fermee_par="personne n'a fermé")
        return 0

    with espace.role("ouvrier"):
        Tache("refusée", refused, 0.0).turn()
    alarme = Alarme.objects.get()
    assert (alarme.code, alarme.objet) == ("espace.base_refuse", "refusée")


def test_a_lost_database_is_no_alarm_of_the_task_and_goes_to_the_loop(espace: Any) -> None:
    def lost(_now: Any) -> int:
        raise OperationalError

    with espace.role("ouvrier"):
        with pytest.raises(OperationalError):
            Tache("perdue", lost, 0.0).turn()
        assert not Alarme.objects.exists()


def test_a_bounce_piped_by_the_mail_server_marks_the_mail_and_warns(espace: Any, tmp_path: Path) -> None:
    post()
    espace.sql("UPDATE courrier_courrier SET etat = 'envoye', envoye_le = now()")
    row = Courrier.objects.get()
    notice = tmp_path / "avis.eml"
    notice.write_bytes(dsn(row.message_id, status="5.1.1"))
    seen = espace.run("courrier", "retour", str(notice), "--json")
    assert json.loads(seen.stdout) == {"courrier": row.pk, "etat": "rejete", "status": "5.1.1"}
    assert Alarme.objects.get().code == "courrier.refuse"
    assert f"n° {row.pk} rejete 5.1.1" in espace.run("courrier", "liste", "--etat", "rejete").stdout
    assert espace.run("courrier", "renvoyer", str(row.pk)).returncode == 0
    assert Courrier.objects.get().etat == "a_envoyer"


def test_what_is_no_notice_is_refused_so_that_the_mail_server_does_not_insist(espace: Any, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"Subject: absent\r\n\r\nJe suis absent.\r\n")
    assert espace.run("courrier", "retour", str(tmp_path / "x")).returncode == 65


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM acteurs_client",
        "UPDATE courrier_courrier SET destinataire = 'autre@x.test'",
        "UPDATE courrier_courrier SET sujet = 'autre'",
        "DELETE FROM courrier_courrier",
        "UPDATE liste_blanche_publication SET etat = 'publiee'",
        "UPDATE journal SET auteur = 'autre'",
        "SELECT password FROM auth_user",
        "CREATE TABLE intrus (id int)",
    ],
)
def test_what_the_ouvrier_may_not(espace: Any, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        espace.sql(statement, role="ouvrier")


@pytest.mark.parametrize("statement", ["UPDATE courrier_courrier SET texte = 'autre'", "DELETE FROM courrier_courrier"])
def test_what_the_pages_may_not(espace: Any, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        espace.sql(statement, role="pages")
