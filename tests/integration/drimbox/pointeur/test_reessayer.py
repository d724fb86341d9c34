# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What trying again means, wherever an exam stopped: what an earlier report asked of the DMP is never sent for a newer one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import timezone

from banc.jeux import IDENTITE
from drimbox.source.depot_dmp.jobs import deposer
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.pointeur import actions as pointeurs
from drimbox.source.pointeur.actions import appliquer
from drimbox.source.pointeur.actions.rejets import instances_of
from drimbox.source.pointeur.errors import TransitionInterdite
from drimbox.source.pointeur.evenements import Motif, Rejeter
from drimbox.source.pointeur.jobs import pointer
from drimbox.source.pointeur.models import Examen, Kos
from tests.drimbox_chemin import Chemin, envois, message, pacs_of
from tests.drimbox_env import Environment
from tests.drimbox_world import Monde, dmp_running, sample_message

STUDY = IDENTITE.examens[0].study_instance_uid
NOBODY: frozenset[str] = frozenset()
SECOND, THIRD = replace(IDENTITE, version=2), replace(IDENTITE, version=3)
STRANGER = replace(IDENTITE, patient=replace(IDENTITE.patient, ins=replace(IDENTITE.patient.ins, value="279035121518989")))
CONTRADICTED = replace(SECOND, patient=replace(IDENTITE.patient, traits=replace(IDENTITE.patient.traits, nom_naissance="PAT-AUTRE")))


@pytest.fixture
def monde(drimbox: Environment, tmp_path: Path, sample_folder: Path) -> Monde:
    """No DMP runs: each test starts the one it wants."""
    return Monde(drimbox, tmp_path, None, sample_folder)


def point() -> None:
    pointer(examen_id=str(Examen.objects.get().id))


def refused(monde: Monde, body: bytes) -> Chemin:
    """A report whose deposit a DMP that knows no patient refused."""
    chemin = Chemin(monde)
    with pacs_of(monde, monde.images):
        chemin.take(body)
        point()
    with dmp_running(monde.drimbox, monde.folder / "dmp", patients=NOBODY):
        chemin.send()
    assert Examen.objects.get().state == "refuse"
    return chemin


def press(monde: Monde) -> None:
    with monde.drimbox.role("pages"):
        pointeurs.retry(Examen.objects.get().id, timezone.now())


def test_a_corrected_report_that_waits_is_the_one_that_leaves_and_never_the_refused_deposit_of_another_patient(monde: Monde) -> None:
    chemin = refused(monde, message(STRANGER, "000001"))
    chemin.take(message(SECOND, "000002", "T10"))
    point()  # no PACS answers
    assert Examen.objects.get().state == "attente_pacs"
    press(monde)
    with pacs_of(monde, monde.images), dmp_running(monde.drimbox, monde.folder / "dmp") as dmp:
        chemin.advance()
        examen, kos = Examen.objects.get(), Kos.objects.get(version=2)
        assert dmp.store.entries[kos.sop_instance_uid].patient.startswith(IDENTITE.patient.ins.value)
        assert [fait.unique_id for fait in dmp.store.faits] == [kos.sop_instance_uid]
    assert (examen.state, examen.compte_rendu) == ("depose", SECOND.document_id)
    assert envois() == ["abandonne", "depose"]


def test_a_refused_first_deposit_stays_unsent_while_a_third_report_waits(monde: Monde) -> None:
    chemin = Chemin(monde)
    with pacs_of(monde, monde.images):
        chemin.take(sample_message())
        point()
        chemin.send()  # no DMP answers
        chemin.take(message(SECOND, "000002", "T10"))
        point()
    with dmp_running(monde.drimbox, monde.folder / "dmp", patients=NOBODY):
        deposer(envoi_id=str(Envoi.objects.get(sequence=1).id))
    with dmp_running(monde.drimbox, monde.folder / "dmp") as dmp:
        chemin.send()
        chemin.take(message(THIRD, "000003", "T10"))
        point()
        assert Examen.objects.get().state == "attente_pacs"
        press(monde)
        with pacs_of(monde, monde.images):
            chemin.advance()
        assert [fait.kind for fait in dmp.store.faits] == ["depot", "remplacement"]
    assert Examen.objects.get().state == "depose"
    assert chemin.states() == [(1, "remplace"), (2, "remplace"), (3, "en_vigueur")]


def test_a_newer_report_that_a_person_must_verify_is_compared_again(monde: Monde) -> None:
    chemin = refused(monde, sample_message())
    with pacs_of(monde, monde.images):
        chemin.take(message(CONTRADICTED, "000002", "T10"))
        point()
        assert Examen.objects.get().code == "identite.nom_discordant"
        press(monde)
        assert (Examen.objects.get().state, envois()) == ("a_traiter", ["abandonne"])
        point()
        assert Examen.objects.get().state == "a_verifier"
    assert Kos.objects.count() == 1


def test_a_refused_deposit_whose_images_were_rejected_meanwhile_is_not_sent_again(monde: Monde) -> None:
    chemin = refused(monde, sample_message())
    gone = frozenset(sorted(instances_of(Kos.objects.get()))[:1])
    appliquer(Rejeter(pacs="local", note_uid="2.999.77.1", study_uid=STUDY, instances=gone, motif=Motif.QUALITE), timezone.now())
    press(monde)
    with pacs_of(monde, monde.images), dmp_running(monde.drimbox, monde.folder / "dmp") as dmp:
        chemin.advance()
        assert [fait.unique_id for fait in dmp.store.faits] == [Kos.objects.get(version=2).sop_instance_uid]
    assert not gone & instances_of(Kos.objects.get(version=2))


def test_a_deposit_that_is_on_its_way_cannot_be_tried_again(monde: Monde) -> None:
    refused(monde, sample_message())
    press(monde)
    with pytest.raises(TransitionInterdite):
        press(monde)
    assert envois() == ["a_envoyer"]


def test_a_refused_removal_is_asked_again_and_ends_withdrawn(monde: Monde) -> None:
    with pacs_of(monde, monde.images), dmp_running(monde.drimbox, monde.folder / "dmp") as dmp:
        chemin = Chemin(monde)
        chemin.publish(sample_message())
        uid = Kos.objects.get().sop_instance_uid
        held = dmp.store.entries[uid]
        chemin.take(message(control_id="000002", event="T04"))
        dmp.store.entries[uid] = replace(held, entry_uuid="")
        chemin.send()
        assert Examen.objects.get().state == "refuse"
        dmp.store.entries[uid] = held
        press(monde)
        assert Examen.objects.get().state == "en_retrait"
        chemin.send()
    assert (Examen.objects.get().state, envois()) == ("retire", ["depose", "fait"])
