# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The whole way of an exam, job by job: message, images, KOS, deposit; and every place where it may stop or wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from banc.dmp.etat import Etat
from banc.jeux import IDENTITE, ExamenJeu, IdentiteJeu, make_images, make_message, make_relabelled, make_report
from drimbox.socle.dmp.errors import DepotIncomplet
from drimbox.socle.kos.reader import read_kos
from drimbox.source.compte_rendu.reader import read_cda
from drimbox.source.depot_dmp import actions as depots
from drimbox.source.depot_dmp import jobs as depot_jobs
from drimbox.source.depot_dmp import preparation
from drimbox.source.depot_dmp.jobs import deposer
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.pointeur import actions as pointeurs
from drimbox.source.pointeur import jobs as pointeur_jobs
from drimbox.source.pointeur.errors import TransitionInterdite
from drimbox.source.pointeur.jobs import pointer, traiter
from drimbox.source.pointeur.models import Examen, Kos
from drimbox.source.reception.actions import receive
from drimbox.source.reception.models import MessageRecu
from drimbox.source.reception.reader import read_message
from tests.drimbox_env import DB, Environment
from tests.drimbox_world import Monde, dmp_running, sample_message

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def accepted(monde: Monde, message: bytes) -> MessageRecu:
    known = set(MessageRecu.objects.values_list("pk", flat=True))
    with monde.drimbox.role("reception"):
        assert b"MSA|AA|" in receive(message, peer="127.0.0.1", now=NOW)
    return MessageRecu.objects.exclude(pk__in=known).get()


def read(monde: Monde, message: bytes) -> Examen:
    """Receive and read a report of one study."""
    row = accepted(monde, message)
    traiter(message_id=str(row.id))
    return Examen.objects.get()


def pointed(monde: Monde, images: Path | None = None) -> tuple[Examen, Envoi]:
    """Go as far as the outbox."""
    examen = read(monde, sample_message())
    with monde.pacs(images=images or monde.images), monde.pacs("pacs2"):
        pointer(examen_id=str(examen.id))
    examen.refresh_from_db()
    return examen, Envoi.objects.get()


def jobs(monde: Monde, task: str) -> list[Any]:
    return monde.drimbox.sql("SELECT args, scheduled_at FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", task)


def report_of(identite: IdentiteJeu, **options: Any) -> bytes:
    return make_message(make_report(identite), identite, **options)


def test_a_report_whose_images_are_there_ends_in_the_dmp(monde: Monde) -> None:
    examen, envoi = pointed(monde)
    assert (examen.state, examen.db, envoi.state, envoi.sequence) == ("en_depot", DB, "a_envoyer", 1)
    deposer(envoi_id=str(envoi.id))
    examen.refresh_from_db()
    envoi.refresh_from_db()
    assert (examen.state, envoi.state, envoi.attempts) == ("depose", "depose", 1)
    kos = Kos.objects.get()
    lu = read_kos(bytes(kos.contenu))
    assert (lu.sop_instance_uid, lu.study_instance_uid) == (kos.sop_instance_uid, IDENTITE.examens[0].study_instance_uid)
    assert (kos.series_count, kos.instances_count, kos.modalites) == (2, 6, "CT")
    assert kos.accession == IDENTITE.examens[0].accession.value
    assert [path.read_bytes() for path in monde.deposits] == [bytes(envoi.body or b"")]


def test_every_job_may_run_twice_with_one_effect(monde: Monde) -> None:
    message = accepted(monde, sample_message())
    with monde.pacs(images=monde.images), monde.pacs("pacs2"):
        for _ in range(2):
            traiter(message_id=str(message.id))
        examen = Examen.objects.get()
        for _ in range(2):
            pointer(examen_id=str(examen.id))
        envoi = Envoi.objects.get()
        for _ in range(2):
            deposer(envoi_id=str(envoi.id))
        pointer(examen_id=str(examen.id))
    assert Kos.objects.count() == 1
    assert len(monde.registered) == 1
    assert monde.drimbox.sql("SELECT count(*) FROM journal WHERE event = 'dmp:envoi:deposited'") == [(1,)]


def test_a_study_that_is_not_there_yet_waits_and_is_asked_again(monde: Monde) -> None:
    examen = read(monde, sample_message())
    with monde.pacs(), monde.pacs("pacs2"):
        pointer(examen_id=str(examen.id))
        pointer(examen_id=str(examen.id))
    examen.refresh_from_db()
    assert (examen.state, examen.code, examen.attempts) == ("attente_images", "pointeur.images_absentes", 2)
    assert examen.next_attempt_at is not None
    first, second, third = jobs(monde, pointeurs.POINTER)
    assert first[1] is None
    assert second[1] < third[1] == examen.next_attempt_at
    with monde.pacs(images=monde.images), monde.pacs("pacs2"):
        pointer(examen_id=str(examen.id))
    examen.refresh_from_db()
    assert (examen.state, examen.next_attempt_at) == ("en_depot", None)


def test_a_silent_pacs_makes_the_exam_wait_even_if_another_holds_the_study(monde: Monde) -> None:
    examen = read(monde, sample_message())
    with monde.pacs(images=monde.images):
        pointer(examen_id=str(examen.id))
    examen.refresh_from_db()
    assert (examen.state, examen.code) == ("attente_pacs", "pacs.indisponible")
    assert not Kos.objects.exists()


def test_a_study_in_two_pacs_stops_and_tells(monde: Monde) -> None:
    examen = read(monde, sample_message())
    with monde.pacs(images=monde.images), monde.pacs("pacs2", images=monde.images):
        pointer(examen_id=str(examen.id))
    examen.refresh_from_db()
    assert (examen.state, examen.code) == ("a_verifier", "pointeur.etude_en_double")
    assert not Envoi.objects.exists()


def test_another_patient_in_the_pacs_stops_everything_until_a_person_decides(monde: Monde) -> None:
    stranger = replace(IDENTITE, patient=replace(IDENTITE.patient, traits=replace(IDENTITE.patient.traits, nom_naissance="PAT-AUTRE")))
    wrong = make_images(monde.folder / "wrong", stranger, slices=1).folder
    examen = read(monde, sample_message())
    with monde.pacs(images=wrong), monde.pacs("pacs2"):
        pointer(examen_id=str(examen.id))
        pointer(examen_id=str(examen.id))
    examen.refresh_from_db()
    assert (examen.state, examen.code) == ("a_verifier", "identite.nom_discordant")
    assert not Kos.objects.exists()
    assert not Envoi.objects.exists()
    with monde.drimbox.role("pages"):
        pointeurs.retry(examen.id, timezone.now())
    with monde.pacs(images=monde.images), monde.pacs("pacs2"):
        pointer(examen_id=str(examen.id))
    examen.refresh_from_db()
    assert examen.state == "en_depot"


def test_an_accession_number_that_is_another_study_s_stops_at_once(monde: Monde) -> None:
    other = replace(IDENTITE, examens=(replace(IDENTITE.examens[0], study_instance_uid="1.2.3.4.5.6.7.8.9"),))
    examen = read(monde, report_of(other))
    with monde.pacs(images=monde.images), monde.pacs("pacs2"):
        pointer(examen_id=str(examen.id))
    examen.refresh_from_db()
    assert (examen.state, examen.code) == ("a_verifier", "identite.accession_autre_etude")


def test_a_message_that_asks_for_no_deposit_gets_its_pointer_and_sends_nothing(monde: Monde) -> None:
    examen = read(monde, sample_message(flags={"DESTDMP": False}))
    with monde.pacs(images=monde.images), monde.pacs("pacs2"):
        pointer(examen_id=str(examen.id))
    examen.refresh_from_db()
    assert examen.state == "sans_depot"
    assert Kos.objects.count() == 1
    assert not Envoi.objects.exists()


def test_a_report_that_the_dmp_could_not_take_stops_before_anything_is_kept(monde: Monde) -> None:
    report = (
        make_report(IDENTITE).replace(b"<standardIndustryClassCode", b"<ignored").replace(b"<effectiveTime><low", b"<effectiveTime><width")
    )
    examen = read(monde, make_message(report, IDENTITE))
    with monde.pacs(images=monde.images), monde.pacs("pacs2"):
        pointer(examen_id=str(examen.id))
    examen.refresh_from_db()
    assert (examen.state, examen.code) == ("a_verifier", "dmp.depot_incomplet")
    assert not Kos.objects.exists()


def test_a_dmp_that_is_down_makes_the_deposit_wait_and_nothing_is_lost(monde: Monde) -> None:
    examen, envoi = pointed(monde)
    monde.dmp.etat = Etat.PANNE
    deposer(envoi_id=str(envoi.id))
    envoi.refresh_from_db()
    assert (envoi.state, envoi.code, envoi.attempts) == ("attente_dmp", "dmp.indisponible", 1)
    assert jobs(monde, depots.DEPOSER)[-1][1] == envoi.next_attempt_at
    monde.dmp.etat = Etat.NORMAL
    deposer(envoi_id=str(envoi.id))
    examen.refresh_from_db()
    assert examen.state == "depose"
    assert len(monde.registered) == 1


def test_a_lost_answer_ends_in_one_deposit(monde: Monde) -> None:
    examen, envoi = pointed(monde)
    monde.dmp.etat = Etat.PERTE
    deposer(envoi_id=str(envoi.id))
    envoi.refresh_from_db()
    assert envoi.state == "attente_dmp"
    assert len(monde.registered) == 1
    monde.dmp.etat = Etat.NORMAL
    deposer(envoi_id=str(envoi.id))
    examen.refresh_from_db()
    assert examen.state == "depose"
    assert len(monde.registered) == 1
    # found by its uniqueId: nothing was sent again
    assert len(monde.deposits) == 1
    assert monde.drimbox.sql("SELECT count(*) FROM journal WHERE event = 'dmp:envoi:recognised'") == [(1,)]


def test_a_refusal_of_the_dmp_waits_for_a_person_then_the_same_kos_leaves_anew(
    drimbox: Environment, sample_folder: Path, tmp_path: Path
) -> None:
    monde = Monde(drimbox, tmp_path, None, sample_folder)
    examen, envoi = pointed(monde)
    with dmp_running(drimbox, tmp_path / "dmp", patients=frozenset()):
        deposer(envoi_id=str(envoi.id))
        deposer(envoi_id=str(envoi.id))
    examen.refresh_from_db()
    envoi.refresh_from_db()
    # asked again (TD 0.2), the DMP said that the patient has no record: that is what the person reads
    assert (examen.state, envoi.state, envoi.code) == ("refuse", "refuse", "dmp.sans_dmp")
    assert envoi.dmp_codes
    with drimbox.role("pages"):
        pointeurs.retry(examen.id, timezone.now())
    with dmp_running(drimbox, tmp_path / "dmp"):
        deposer(envoi_id=str(envoi.id))
    examen.refresh_from_db()
    assert examen.state == "depose"
    assert [path.read_bytes() for path in monde.registered] == [bytes(Kos.objects.get().contenu)]
    assert len(monde.deposits) == 2


def test_a_deposit_that_can_no_longer_be_written_is_incomplete_and_not_refused(
    drimbox: Environment, sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monde = Monde(drimbox, tmp_path, None, sample_folder)
    examen, envoi = pointed(monde)
    with dmp_running(drimbox, tmp_path / "dmp", patients=frozenset()):
        deposer(envoi_id=str(envoi.id))
    with drimbox.role("pages"):
        pointeurs.retry(examen.id, timezone.now())

    def lacking(_envoi: Envoi) -> Any:
        raise DepotIncomplet(["le secteur d'activité"])

    with monkeypatch.context() as patch:
        patch.setattr(preparation, "prepare", lacking)
        deposer(envoi_id=str(envoi.id))
    examen.refresh_from_db()
    envoi.refresh_from_db()
    assert (examen.state, envoi.state, envoi.code) == ("incomplet", "incomplet", "dmp.depot_incomplet")
    assert (envoi.answered_at, envoi.dmp_codes) == (None, "")
    with drimbox.role("pages"):
        pointeurs.retry(examen.id, timezone.now())
    with dmp_running(drimbox, tmp_path / "dmp"):
        deposer(envoi_id=str(envoi.id))
    examen.refresh_from_db()
    assert examen.state == "depose"


@pytest.mark.parametrize("is_set", [True, False])
def test_a_flag_that_the_deposit_leaves_out_is_told_in_the_journal(monde: Monde, is_set: bool) -> None:
    examen = read(monde, sample_message(flags={"CONNEXION_SECRETE": is_set}))
    with monde.pacs(images=monde.images), monde.pacs("pacs2"):
        pointer(examen_id=str(examen.id))
    examen.refresh_from_db()
    assert examen.state == "en_depot"
    lines = monde.drimbox.sql("SELECT code, fields->>'examen_id' FROM journal WHERE event = 'source:drapeau:ignored'")
    assert lines == ([("depot.connexion_secrete_ignoree", str(examen.id))] if is_set else [])


def test_what_is_deposited_cannot_be_tried_again(monde: Monde) -> None:
    examen, envoi = pointed(monde)
    deposer(envoi_id=str(envoi.id))
    with pytest.raises(TransitionInterdite):
        pointeurs.retry(examen.id, timezone.now())


def test_a_report_with_two_studies_gives_two_pointers_of_the_same_order(monde: Monde) -> None:
    one, two = ExamenJeu.numbered(106), ExamenJeu.numbered(107)
    both = replace(IDENTITE, examens=(one, replace(two, order=one.order)))
    images = make_images(monde.folder / "two", both, slices=1).folder
    message = accepted(monde, report_of(both))
    traiter(message_id=str(message.id))
    with monde.pacs(images=images), monde.pacs("pacs2"):
        for examen in Examen.objects.all():
            pointer(examen_id=str(examen.id))
    lus = [read_kos(bytes(kos.contenu)) for kos in Kos.objects.order_by("accession")]
    assert [(lu.study_instance_uid, lu.accession.value, lu.order.value) for lu in lus if lu.accession and lu.order] == [
        (one.study_instance_uid, one.accession.value, one.order.value),
        (two.study_instance_uid, two.accession.value, one.order.value),
    ]


def test_the_same_report_sent_again_changes_nothing_and_another_one_calls_a_person(monde: Monde) -> None:
    pointed(monde)
    report = make_report(IDENTITE)
    again = accepted(monde, make_message(report, IDENTITE, control_id="000002"))
    traiter(message_id=str(again.id))
    again.refresh_from_db()
    assert again.state == "lu"
    other = accepted(monde, make_message(report.replace(b"Normal", b"normal"), IDENTITE, control_id="000003"))
    traiter(message_id=str(other.id))
    other.refresh_from_db()
    assert (other.state, other.code) == ("attente_personne", "pointeur.examen_deja_publie")
    assert Kos.objects.count() == 1


def test_a_newer_report_takes_the_place_of_the_one_that_waits(monde: Monde) -> None:
    examen = read(monde, sample_message())
    with monde.pacs(), monde.pacs("pacs2"):
        pointer(examen_id=str(examen.id))
    newer = accepted(monde, make_message(make_report(IDENTITE).replace(b"Normal", b"normal"), IDENTITE, control_id="000002"))
    traiter(message_id=str(newer.id))
    examen.refresh_from_db()
    assert (examen.state, examen.attempts, examen.message_id) == ("a_traiter", 0, newer.id)


def test_what_lost_its_job_is_found_again(monde: Monde) -> None:
    examen, envoi = pointed(monde)
    waiting = accepted(monde, report_of(replace(IDENTITE, examens=(ExamenJeu.numbered(9),)), control_id="000009"))
    monde.drimbox.sql("DELETE FROM procrastinate_events; DELETE FROM procrastinate_jobs")
    old = timezone.now() - timedelta(minutes=10)
    monde.drimbox.sql("UPDATE depot_dmp_envoi SET created_at = %s", old)
    monde.drimbox.sql("UPDATE reception_message SET changed_at = %s WHERE state = 'recu'", old)
    for _ in range(2):
        depot_jobs.relancer(0)
        pointeur_jobs.relancer(0)
    assert [args for args, _ in jobs(monde, depots.DEPOSER)] == [{"envoi_id": str(envoi.id)}]
    assert [args for args, _ in jobs(monde, "drimbox.source.pointeur.jobs.traiter")] == [{"message_id": str(waiting.id)}]
    assert jobs(monde, pointeurs.POINTER) == []
    assert examen.state == "en_depot"


@pytest.mark.donnees
def test_a_real_report_goes_to_the_dmp_with_relabelled_images(monde: Monde, shared_data: Path) -> None:
    (path,) = (shared_data / "hl7").glob("*INIT_N1_Base64.er7")
    data = path.read_bytes()
    make_relabelled(monde.folder / "real", read_cda(read_message(data).compte_rendu), scratch=monde.folder / "scratch")
    examen = read(monde, data)
    with monde.pacs(images=monde.folder / "real"), monde.pacs("pacs2"):
        pointer(examen_id=str(examen.id))
        examen.refresh_from_db()
        assert (examen.state, examen.code) == ("en_depot", "")
        deposer(envoi_id=str(Envoi.objects.get().id))
    examen.refresh_from_db()
    assert examen.state == "depose"
    assert b"INVISIBLE_PATIENT" in monde.deposits[0].read_bytes()
