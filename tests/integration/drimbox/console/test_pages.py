# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The console as a person of the imaging centre meets it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from banc.jeux import IDENTITE
from drimbox.source.depot_dmp.jobs import deposer
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.pointeur.jobs import pointer, traiter
from drimbox.source.pointeur.models import Examen
from drimbox.source.reception.actions import receive
from drimbox.source.reception.models import MessageRecu
from drimbox.web.console.actions import CompteRefuse, create_account
from tests.drimbox_env import VI
from tests.drimbox_world import sample_message

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PASSWORD = "cheval-agrafe-pile-correcte"  # a sentence of this test only


def account(drimbox: Any, folder: Path, password: str = PASSWORD) -> bool:
    path = folder / "mot-de-passe"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(password)
    with drimbox.role("proprietaire"):
        return create_account("camille", path)


@pytest.fixture
def client(drimbox: Any) -> Client:
    return Client(headers={"host": VI}, enforce_csrf_checks=True)


def post(client: Client, path: str, page: str, values: dict[str, str], **options: Any) -> Any:
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', client.get(page, secure=True).content.decode())
    assert token
    headers = {"referer": f"https://{VI}{page}"}
    return client.post(path, {**values, "csrfmiddlewaretoken": token[1]}, secure=True, headers=headers, **options)


@pytest.fixture
def person(drimbox: Any, client: Client, tmp_path: Path) -> Client:
    """A client that logged in, under the role of ``pages``."""
    assert account(drimbox, tmp_path)
    with drimbox.role("pages"):
        answer = post(client, "/console/connexion", "/console/connexion", {"username": "camille", "password": PASSWORD})
        assert answer.status_code == 302
        yield client


def with_exam(monde: Any, *, images: bool = True) -> Examen:
    with monde.drimbox.role("reception"):
        receive(sample_message(), peer="127.0.0.1", now=NOW)
    with monde.drimbox.role("ouvrier"):
        traiter(message_id=str(MessageRecu.objects.get().id))
        examen = Examen.objects.get()
        with monde.pacs(images=monde.images if images else None), monde.pacs("pacs2"):
            pointer(examen_id=str(examen.id))
        return examen


@pytest.mark.parametrize("path", ["/console/", "/console/examens", "/console/messages", "/console/journal"])
def test_nobody_enters_without_logging_in(path: str, drimbox: Any, client: Client) -> None:
    with drimbox.role("pages"):
        answer = client.get(path, secure=True)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/console/connexion?next=")


def test_the_console_does_not_exist_for_other_networks(drimbox: Any, client: Client) -> None:
    with drimbox.role("pages"):
        assert client.get("/console/connexion", secure=True, REMOTE_ADDR="203.0.113.9").status_code == 404
        assert client.get("/sante", secure=True, REMOTE_ADDR="203.0.113.9").status_code == 404


def test_a_wrong_password_locks_after_a_few_tries(drimbox: Any, client: Client, tmp_path: Path) -> None:
    account(drimbox, tmp_path)
    with drimbox.role("pages"):
        statuses = [
            post(client, "/console/connexion", "/console/connexion", {"username": "camille", "password": "faux"}).status_code
            for _ in range(5)
        ]
        locked = post(client, "/console/connexion", "/console/connexion", {"username": "camille", "password": PASSWORD})
    assert statuses[:4] == [200] * 4
    assert locked.status_code == 429
    assert "Connexion bloquée" in locked.content.decode()


def test_a_weak_password_is_refused(drimbox: Any, tmp_path: Path) -> None:
    with pytest.raises(CompteRefuse):
        account(drimbox, tmp_path, "camille")


def test_an_account_made_twice_gets_the_new_password(drimbox: Any, tmp_path: Path) -> None:
    assert account(drimbox, tmp_path)
    assert not account(drimbox, tmp_path, "une-autre-phrase-de-passe")


def test_pages_tell_the_way_of_an_exam_and_nothing_of_the_patient(monde: Any, person: Client) -> None:
    examen = with_exam(monde)
    with monde.drimbox.role("ouvrier"):
        deposer(envoi_id=str(Envoi.objects.get().id))
    pages = {
        path: person.get(path, secure=True)
        for path in (
            "/console/",
            "/console/examens",
            "/console/examens?etat=depose",
            f"/console/examens/{examen.id}",
            "/console/messages",
            f"/console/messages/{examen.message_id}",
            "/console/journal",
        )
    }
    texts = {path: answer.content.decode() for path, answer in pages.items()}
    assert {answer.status_code for answer in pages.values()} == {200}
    assert "Déposé au DMP" in texts[f"/console/examens/{examen.id}"]
    assert "1 examen" in texts["/console/examens?etat=depose"]
    patient = IDENTITE.patient
    for trait in (patient.ins.value, patient.ipp.value, patient.traits.nom_naissance, patient.traits.date_naissance):
        assert all(trait not in text for text in texts.values())
    assert all("Content-Security-Policy" in answer.headers for answer in pages.values())


def test_a_search_stays_out_of_the_address(monde: Any, person: Client) -> None:
    examen = with_exam(monde)
    answer = post(person, "/console/examens", "/console/examens", {"texte": IDENTITE.examens[0].accession.value})
    assert str(examen.id) in answer.content.decode()
    answer = post(person, "/console/examens", "/console/examens", {"texte": "rien de tel"})
    assert "0 examen" in answer.content.decode()


def test_an_exam_that_waits_can_be_tried_again(monde: Any, person: Client) -> None:
    examen = with_exam(monde, images=False)
    page = f"/console/examens/{examen.id}"
    text = person.get(page, secure=True).content.decode()
    assert "En attente des images" in text
    assert "pointeur.images_absentes" in text
    answer = post(person, f"{page}/reessayer", page, {}, follow=True)
    assert "Nouvel essai demandé" in answer.content.decode()
    assert monde.drimbox.sql("SELECT state, attempts FROM pointeur_examen") == [("a_traiter", 0)]


def test_an_incomplete_deposit_is_shown_for_a_person_and_sent_anew(monde: Any, person: Client) -> None:
    examen = with_exam(monde)
    monde.drimbox.sql("UPDATE depot_dmp_envoi SET state = 'incomplet', code = 'dmp.depot_incomplet'")
    monde.drimbox.sql("UPDATE pointeur_examen SET state = 'incomplet', code = 'dmp.depot_incomplet'")
    page = f"/console/examens/{examen.id}"
    text = person.get(page, secure=True).content.decode()
    assert "Incomplet : à compléter par une personne" in text
    assert "Refusé par le DMP" not in text
    post(person, f"{page}/reessayer", page, {}, follow=True)
    assert monde.drimbox.sql("SELECT state FROM depot_dmp_envoi") == [("a_envoyer",)]


def test_an_exam_whose_patient_changed_in_the_pacs_says_so_and_can_be_tried_again(monde: Any, person: Client) -> None:
    examen = with_exam(monde)
    monde.drimbox.sql("UPDATE pointeur_examen SET state = 'patient_change', code = 'partage.autre_patient'")
    page = f"/console/examens/{examen.id}"
    text = person.get(page, secure=True).content.decode()
    assert "Patient changé dans le PACS" in text
    assert "sous un autre patient que lorsque le pointeur" in text
    post(person, f"{page}/reessayer", page, {}, follow=True)
    assert monde.drimbox.sql("SELECT state FROM pointeur_examen") == [("a_traiter",)]


def test_trying_again_needs_a_post_from_our_own_page(monde: Any, person: Client) -> None:
    examen = with_exam(monde, images=False)
    assert person.get(f"/console/examens/{examen.id}/reessayer", secure=True).status_code == 405
    forged = person.post(f"/console/examens/{examen.id}/reessayer", secure=True, headers={"referer": "https://ailleurs.example/"})
    assert forged.status_code == 403
    assert "Formulaire refusé" in forged.content.decode()


def test_what_does_not_exist_is_a_page_in_french(drimbox: Any, person: Client) -> None:
    answer = person.get("/console/examens/00000000-0000-4000-8000-000000000000", secure=True)
    assert answer.status_code == 404
    assert "Page introuvable" in answer.content.decode()


def test_health_is_json_and_true(monde: Any, client: Client) -> None:
    with monde.drimbox.role("pages"):
        answer = client.get("/sante", secure=True, headers={"accept": "application/json"})
    assert answer.headers["Content-Type"] == "application/json"
    health = answer.json()
    assert (answer.status_code, health["status"]) == (503, "DOWN")
    assert health["drimbox"]["status"] == "UP"
    assert {pacs["status"] for pacs in health["pacs"]} == {"DOWN"}


def test_health_follows_the_pacs(monde: Any, client: Client) -> None:
    from django.utils import timezone

    from drimbox.socle.sante.actions import echo_due

    with monde.pacs(), monde.drimbox.role("ouvrier"):
        assert echo_due(timezone.now()) == 2
        assert echo_due(timezone.now()) == 0
    with monde.drimbox.role("pages"):
        pacs = client.get("/sante", secure=True).json()["pacs"]
    assert [item["status"] for item in pacs] == ["UP", "DOWN"]
    assert monde.drimbox.sql("SELECT event, fields->>'pacs' FROM journal ORDER BY id") == [
        ("sante:pacs:up", "local"),
        ("sante:pacs:down", "second"),
    ]


def test_the_list_is_pulled_when_a_person_asks(drimbox: Any, person: Client) -> None:
    answer = post(person, "/console/liste-blanche/relever", "/console/", {}, follow=True)
    assert "est demandé" in answer.content.decode()
    assert [task for (task,) in drimbox.sql("SELECT task_name FROM procrastinate_jobs WHERE queue_name = 'socle'")] != []
