# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A change of visibility behind a deposit that the DMP refused: the exam stays refused, and nothing that was hidden is shown later."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from banc.dmp.etat import Etat
from banc.jeux import IDENTITE
from drimbox.source.depot_dmp import actions as depots
from drimbox.source.depot_dmp.actions import reponses
from drimbox.source.depot_dmp.jobs import deposer
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.pointeur import actions as pointeurs
from drimbox.source.pointeur.jobs import pointer
from drimbox.source.pointeur.models import Examen, Kos
from tests.drimbox_chemin import Chemin, envois, is_served, message, pacs_of
from tests.drimbox_env import Environment
from tests.drimbox_world import Monde, dmp_running, sample_message

SECOND = replace(IDENTITE, version=2)


def exam() -> tuple[str, str]:
    return Examen.objects.values_list("state", "code").get()


def press(drimbox: Environment) -> None:
    with drimbox.role("pages"):
        pointeurs.retry(Examen.objects.get().id, timezone.now())


def run(sequence: int) -> None:
    deposer(envoi_id=str(Envoi.objects.get(sequence=sequence).id))


@pytest.mark.parametrize("outcome", ["refuse", "incomplet"])
def test_an_exam_whose_deposit_was_not_taken_is_never_called_deposited_and_leaves_masked(
    drimbox: Environment, sample_folder: Path, tmp_path: Path, outcome: str
) -> None:
    monde = Monde(drimbox, tmp_path, None, sample_folder)
    chemin = Chemin(monde)
    with pacs_of(monde, monde.images):
        chemin.take(sample_message())
        pointer(examen_id=str(Examen.objects.get().id))
    chemin.take(message(MASQUE_PS=True))
    if outcome == "incomplet":
        drimbox.sql("UPDATE depot_dmp_envoi SET body = 'cut', scelle = NULL WHERE sequence = 1")
    with dmp_running(drimbox, tmp_path / "dmp", patients=frozenset()):
        chemin.send()
    assert envois() == [outcome, "fait"]
    assert exam() == (outcome, {"refuse": "dmp.sans_dmp", "incomplet": "dmp.depot_incomplet"}[outcome])
    press(drimbox)
    with dmp_running(drimbox, tmp_path / "dmp") as dmp:
        chemin.send()
        assert "MASQUE_PS" in dmp.store.entries[Kos.objects.get().sop_instance_uid].confidentialities
        assert [fait.kind for fait in dmp.store.faits] == ["depot"]
    assert (exam(), envois()) == (("depose", ""), ["depose", "fait"])


def test_a_refused_deposit_leaves_with_the_visibility_that_was_asked_last(
    drimbox: Environment, sample_folder: Path, tmp_path: Path
) -> None:
    monde = Monde(drimbox, tmp_path, None, sample_folder)
    chemin = Chemin(monde)
    with pacs_of(monde, monde.images):
        chemin.take(message(control_id="000001", MASQUE_PS=True))
        pointer(examen_id=str(Examen.objects.get().id))
    chemin.take(message(MASQUE_PS=False, MODIF_CONF_CODE=True))
    with dmp_running(drimbox, tmp_path / "dmp", patients=frozenset()):
        chemin.send()
    press(drimbox)
    with dmp_running(drimbox, tmp_path / "dmp") as dmp:
        chemin.send()
        assert "MASQUE_PS" not in dmp.store.entries[Kos.objects.get().sop_instance_uid].confidentialities
    assert exam() == ("depose", "")


@pytest.fixture
def refused(chemin: Chemin) -> tuple[Chemin, Any]:
    """A replacement that the DMP refused, a change of visibility of the new report behind it; and the entry that the DMP holds."""
    chemin.publish(sample_message())
    store, first = chemin.monde.dmp.store, Kos.objects.get()
    chemin.take(message(SECOND, event="T10"))
    pointer(examen_id=str(Examen.objects.get().id))
    chemin.take(message(SECOND, "000003", "T10", MASQUE_PS=True))
    held = store.entries[first.sop_instance_uid]
    store.entries[first.sop_instance_uid] = replace(held, entry_uuid="")
    run(2)
    assert envois() == ["depose", "refuse", "a_envoyer"]
    assert exam() == ("refuse", "dmp.refus")
    return chemin, held


def deposited_masked(chemin: Chemin) -> None:
    kos = Kos.objects.get(version=2)
    assert "MASQUE_PS" in chemin.entry(kos).confidentialities
    assert chemin.states() == [(1, "remplace"), (2, "en_vigueur")]
    assert is_served(kos)
    assert exam() == ("depose", "")


def test_a_refused_replacement_keeps_its_exam_refused_when_what_follows_hides_the_former(refused: tuple[Chemin, Any]) -> None:
    chemin, held = refused
    store, uid = chemin.monde.dmp.store, Kos.objects.get(version=1).sop_instance_uid
    store.entries[uid] = held
    run(3)
    assert "MASQUE_PS" in store.entries[uid].confidentialities
    assert exam() == ("refuse", "dmp.refus")
    press(chemin.monde.drimbox)
    chemin.send()
    deposited_masked(chemin)


def test_a_change_of_visibility_that_was_refused_too_does_not_hold_back_its_deposit(refused: tuple[Chemin, Any]) -> None:
    chemin, held = refused
    store, uid = chemin.monde.dmp.store, Kos.objects.get(version=1).sop_instance_uid
    store.entries[uid] = replace(held, structure="2.999.1")  # nobody may change the document of another structure
    run(3)
    assert envois() == ["depose", "refuse", "refuse"]
    assert exam() == ("refuse", "dmp.refus")
    store.entries[uid] = held
    press(chemin.monde.drimbox)
    assert envois() == ["depose", "a_envoyer", "abandonne"]
    chemin.send()
    deposited_masked(chemin)


def test_a_deposit_tried_again_leaves_before_the_change_of_visibility_that_still_waits(refused: tuple[Chemin, Any]) -> None:
    chemin, held = refused
    chemin.monde.dmp.etat = Etat.PANNE
    run(3)
    press(chemin.monde.drimbox)
    assert envois() == ["depose", "a_envoyer", "attente_dmp"]
    chemin.monde.dmp.etat = Etat.NORMAL
    chemin.monde.dmp.store.entries[Kos.objects.get(version=1).sop_instance_uid] = held
    run(3)  # not its turn any more
    assert envois() == ["depose", "a_envoyer", "attente_dmp"]
    chemin.send()
    deposited_masked(chemin)
    assert chemin.faits == ["depot", "remplacement"]


def test_a_change_of_visibility_answered_while_its_deposit_is_tried_again_wakes_that_deposit(refused: tuple[Chemin, Any]) -> None:
    chemin, _ = refused
    press(chemin.monde.drimbox)
    chemin.monde.drimbox.sql("DELETE FROM procrastinate_events; DELETE FROM procrastinate_jobs")
    reponses.done(Envoi.objects.get(sequence=3).id, None)  # a worker was asking the DMP meanwhile
    asked = chemin.monde.drimbox.sql("SELECT args FROM procrastinate_jobs WHERE task_name = %s", depots.DEPOSER)
    assert asked == [({"envoi_id": str(Envoi.objects.get(sequence=2).id)},)]
    assert exam() == ("en_depot", "")


def test_a_refused_change_of_visibility_of_a_deposit_stops_the_exam_and_can_be_tried_again(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    store, kos = chemin.monde.dmp.store, Kos.objects.get()
    held = store.entries[kos.sop_instance_uid]
    chemin.take(message(MASQUE_PS=True))
    store.entries[kos.sop_instance_uid] = replace(held, structure="2.999.1")
    chemin.send()
    assert exam() == ("refuse", "dmp.refus")
    store.entries[kos.sop_instance_uid] = held
    press(chemin.monde.drimbox)
    chemin.send()
    assert (exam(), chemin.faits) == (("depose", ""), ["depot", "visibilite"])
