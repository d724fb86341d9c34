# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The page of an exam that a newer report started again: its steps say where that report stands, and the button is its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from banc.jeux import IDENTITE
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.pointeur.jobs import pointer
from drimbox.source.pointeur.models import Examen
from tests.drimbox_chemin import Chemin, message, pacs_of
from tests.drimbox_env import Environment
from tests.drimbox_world import Monde, dmp_running, sample_message
from tests.integration.drimbox.console.test_pages import client, person, post

__all__ = ["client", "person"]
SECOND = replace(IDENTITE, version=2)
CONTRADICTED = replace(SECOND, patient=replace(IDENTITE.patient, traits=replace(IDENTITE.patient.traits, nom_naissance="PAT-AUTRE")))
IMAGES, KOS, DEPOT = "Images au PACS, identité comparée", "Pointeur (KOS) construit", "Dépôt au DMP"
STEP = re.compile(r'<li class="parcours-([a-z-]+)">\s*<p class="parcours-titre">(.*?) <span.*?</li>', re.DOTALL)


@pytest.fixture
def deposited(monde: Monde) -> Iterator[Chemin]:
    chemin = Chemin(monde)
    with monde.drimbox.role("ouvrier"), pacs_of(monde, monde.images):
        chemin.publish(sample_message())
    return chemin


def page(person: Client) -> str:
    answer = person.get(f"/console/examens/{Examen.objects.get().id}", secure=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def steps(text: str) -> list[tuple[str, str]]:
    return [(title, state) for state, title in STEP.findall(text)]


def test_a_newer_report_stopped_by_its_identity_says_so_in_its_steps_with_what_to_do(deposited: Chemin, person: Client) -> None:
    with deposited.monde.drimbox.role("ouvrier"), pacs_of(deposited.monde, deposited.monde.images):
        deposited.take(message(CONTRADICTED, event="T10"))
        deposited.advance()
    text = page(person)
    assert steps(text)[0] == (DEPOT, "fait")  # of the report before
    assert steps(text)[-3:] == [(IMAGES, "arrete"), (KOS, "a-venir"), (DEPOT, "a-venir")]
    (stopped,) = [step for step in STEP.finditer(text) if step[1] == "arrete"]
    assert "identite.nom_discordant" in stopped[0]
    assert "<em>" in stopped[0]


def test_a_newer_report_that_waits_for_its_pacs_is_not_shown_as_done(deposited: Chemin, person: Client) -> None:
    with deposited.monde.drimbox.role("ouvrier"):
        deposited.take(message(SECOND, event="T10"))
        deposited.advance()  # no PACS answers
    text = page(person)
    assert steps(text)[-3:] == [(IMAGES, "en-cours"), (KOS, "a-venir"), (DEPOT, "a-venir")]
    assert "pacs.indisponible" in text
    assert "Prochain essai" in text


def test_an_exam_withdrawn_before_its_images_came_is_not_shown_as_looked_for(monde: Monde, person: Client) -> None:
    chemin = Chemin(monde)
    with monde.drimbox.role("ouvrier"):
        chemin.take(sample_message())
        chemin.take(message(event="T04"))
    assert steps(page(person))[-3:] == [(IMAGES, "a-venir"), (KOS, "a-venir"), (DEPOT, "a-venir")]


def test_an_exam_that_waits_is_found_by_its_accession_number(monde: Monde, person: Client) -> None:
    with monde.drimbox.role("ouvrier"):
        Chemin(monde).take(sample_message())
    answer = post(person, "/console/examens", "/console/examens", {"texte": IDENTITE.examens[0].accession.value})
    assert str(Examen.objects.get().id) in answer.content.decode()


def test_the_button_of_a_newer_report_never_sends_the_refused_deposit_of_the_former(
    drimbox: Environment, person: Client, sample_folder: Path, tmp_path: Path
) -> None:
    monde = Monde(drimbox, tmp_path, None, sample_folder)
    chemin = Chemin(monde)
    with drimbox.role("ouvrier"):
        with pacs_of(monde, monde.images):
            chemin.take(sample_message())
            pointer(examen_id=str(Examen.objects.get().id))
        with dmp_running(drimbox, tmp_path / "dmp", patients=frozenset()):
            chemin.send()
        chemin.take(message(SECOND, event="T10"))
        chemin.advance()  # no PACS answers
    path = f"/console/examens/{Examen.objects.get().id}"
    answer = post(person, f"{path}/reessayer", path, {}, follow=True)
    assert "Nouvel essai demandé" in answer.content.decode()
    assert (Examen.objects.get().state, Envoi.objects.get().state) == ("a_traiter", "abandonne")
