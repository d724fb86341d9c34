# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Messages in the console: their content on demand and with a trace of who asked, replay, setting aside; the links for the RIS."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from banc.jeux import IDENTITE
from drimbox.source.reception import actions
from drimbox.source.reception.actions import receive
from drimbox.source.reception.actions.effacement import erase
from drimbox.source.reception.actions.rejets import keep_notes, move_note
from drimbox.source.reception.iocm import Rejet
from drimbox.source.reception.models import MessageRecu, NoteRejet
from drimbox.source.reception.states import EtatMessage, EtatNote
from tests.drimbox_env import VI, VI2, Environment
from tests.drimbox_world import sample_message
from tests.integration.drimbox.console.test_pages import NOW, client, person, post

__all__ = ["client", "person"]
PATIENT = IDENTITE.patient
TRAITS = (PATIENT.traits.nom_naissance, PATIENT.ins.value if PATIENT.ins else "", PATIENT.ipp.value if PATIENT.ipp else "")


@pytest.fixture
def recu(drimbox: Environment) -> MessageRecu:
    with drimbox.role("reception"):
        receive(sample_message(), peer="127.0.0.1", now=NOW)
    with drimbox.role("ouvrier"):
        message = MessageRecu.objects.get()
        actions.set_state(message, EtatMessage.ATTENTE_PERSONNE, NOW, code="pointeur.examen_introuvable")
        return message


def page(person: Client, path: str) -> str:
    answer = person.get(path, secure=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_content_is_shown_on_demand_only_and_the_journal_says_to_whom(recu: MessageRecu, person: Client, drimbox: Environment) -> None:
    path = f"/console/messages/{recu.id}"
    assert not any(trait in page(person, path) for trait in TRAITS)
    answer = post(person, f"{path}/contenu", path, {})
    shown = answer.content.decode()
    assert all(trait in shown for trait in TRAITS)
    assert "no-store" in answer.headers["Cache-Control"]
    ((fields,),) = drimbox.sql("SELECT fields FROM journal WHERE event = 'console:message:opened'")
    assert fields == {"message_id": str(recu.id), "compte": "camille"}


def test_what_the_schematron_of_the_settings_says_is_shown_with_the_content(
    recu: MessageRecu, person: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = tmp_path / "regles.sch"
    rules.write_text(
        '<schema xmlns="http://purl.oclc.org/dsdl/schematron"><pattern><rule context="/*"><assert test="false()">Écart voulu</assert>'
        '<assert test="matches(@a, 1)">jamais</assert></rule></pattern></schema>',
        encoding="utf-8",
    )
    controle = settings.DRIMBOX.controle_cda.model_copy(update={"schematron": rules})
    monkeypatch.setattr(settings, "DRIMBOX", settings.DRIMBOX.model_copy(update={"controle_cda": controle}))
    path = f"/console/messages/{recu.id}"
    shown = post(person, f"{path}/contenu", path, {}).content.decode()
    assert "Écart voulu" in shown
    assert "jamais" not in shown
    assert "1 règle n&#x27;a pas pu être vérifiée" in shown or "1 règle n'a pas pu être vérifiée" in shown


def test_the_content_has_no_address_that_a_link_could_open(recu: MessageRecu, person: Client, drimbox: Environment) -> None:
    assert person.get(f"/console/messages/{recu.id}/contenu", secure=True).status_code == 405
    assert drimbox.sql("SELECT count(*) FROM journal WHERE event = 'console:message:opened'") == [(0,)]


@pytest.mark.parametrize("action", ["contenu", "relire", "ecarter"])
def test_a_stranger_gets_nothing_of_a_message(action: str, recu: MessageRecu, drimbox: Environment, client: Client) -> None:
    with drimbox.role("pages"):
        answer = Client(headers={"host": VI}).post(f"/console/messages/{recu.id}/{action}", secure=True)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/console/connexion")
    assert drimbox.sql("SELECT state FROM reception_message") == [("attente_personne",)]


def test_a_message_set_aside_leaves_the_desk_and_can_still_be_replayed(recu: MessageRecu, person: Client, drimbox: Environment) -> None:
    path, desk = f"/console/messages/{recu.id}", "/console/a-traiter"
    assert str(recu.id) in page(person, desk)
    post(person, f"{path}/ecarter", path, {})
    assert str(recu.id) not in page(person, desk)
    post(person, f"{path}/relire", path, {})
    assert drimbox.sql("SELECT state FROM reception_message") == [("recu",)]
    assert drimbox.sql("SELECT count(*) FROM procrastinate_jobs WHERE args->>'message_id' = %s", str(recu.id)) == [(2,)]


def test_an_erased_message_is_neither_shown_nor_replayed(recu: MessageRecu, person: Client, drimbox: Environment) -> None:
    with drimbox.role("ouvrier"):
        MessageRecu.objects.update(state=EtatMessage.LU)
        assert erase(NOW + timedelta(days=1), NOW + timedelta(days=2)) == 1
    with drimbox.role("pages"):
        path = f"/console/messages/{recu.id}"
        assert "effacé" in page(person, path)
        for action in ("contenu", "relire"):
            answer = post(person, f"{path}/{action}", "/console/examens", {}, follow=True)
            assert "effacé" in answer.content.decode()
    assert drimbox.sql("SELECT state FROM reception_message") == [("lu",)]


def test_a_refused_message_is_told_at_the_desk_by_its_trace(person: Client, drimbox: Environment) -> None:
    with drimbox.role("reception"):
        receive(b"bonjour", peer="127.0.0.1", now=NOW)
    ((trace,),) = drimbox.sql("SELECT trace FROM journal WHERE event = 'reception:message:refused'")
    with drimbox.role("pages"):
        assert trace in page(person, "/console/a-traiter")


def test_a_rejection_note_that_waits_is_tried_again(person: Client, drimbox: Environment) -> None:
    with drimbox.role("reception"):
        keep_notes((Rejet("2.25.42", "1.2.3", "iocm.113001", ("1.2.3.1",)),), pacs="local", now=NOW)
    with drimbox.role("ouvrier"):
        note = NoteRejet.objects.get()
        move_note(note, EtatNote.ATTENTE_PERSONNE, NOW, code="pointeur.examen_introuvable")
    with drimbox.role("pages"):
        assert "1.2.3" in page(person, "/console/a-traiter")
        post(person, f"/console/notes/{note.id}/rejouer", "/console/a-traiter", {})
    assert drimbox.sql("SELECT state FROM reception_note_rejet") == [("recue",)]
    assert drimbox.sql("SELECT count(*) FROM procrastinate_jobs WHERE args->>'note_id' = %s", str(note.id)) == [(2,)]


def test_the_ris_learns_its_links_by_a_page_and_by_a_program(person: Client) -> None:
    shown = page(person, "/console/liens-ris")
    answer = Client(headers={"host": VI}).get("/api/ris/liens", secure=True)
    assert answer.status_code == 200
    liens = json.loads(answer.content)["liens"]
    assert [(lien["pacs"], lien["vi"]) for lien in liens] == [("local", VI), ("second", VI2)]
    assert all(lien["modele"].startswith(f"https://{lien['vi']}/IHEInvokeImageDisplay?requestType=STUDY&studyUID={{") for lien in liens)
    assert all(lien["vi"] in shown for lien in liens)


def test_the_api_of_the_ris_does_not_exist_for_other_networks(drimbox: Environment) -> None:
    with drimbox.role("pages"):
        assert Client(headers={"host": VI}, REMOTE_ADDR="192.0.2.9").get("/api/ris/liens", secure=True).status_code == 404


def test_nothing_of_a_patient_is_in_the_addresses_of_the_console(recu: MessageRecu, person: Client, tmp_path: Path) -> None:
    for path in ("/console/messages", "/console/a-traiter", f"/console/messages/{recu.id}", "/console/journal"):
        assert not any(trait in page(person, path) for trait in TRAITS)
