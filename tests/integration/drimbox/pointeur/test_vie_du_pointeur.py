# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What happens to a pointer after its first publication: replaced, shown otherwise, reduced, withdrawn, published again."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from django.utils import timezone
from pydicom import dcmread

from banc.dmp.etat import Etat
from banc.dmp.names import APPROVED, DELETED
from banc.jeux import IDENTITE
from drimbox.socle.kos.reader import read_kos
from drimbox.socle.personnes import Identifiant
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.pointeur import actions as pointeurs
from drimbox.source.pointeur.actions import appliquer
from drimbox.source.pointeur.actions.rejets import instances_of
from drimbox.source.pointeur.errors import ExamenIntrouvable
from drimbox.source.pointeur.evenements import Annuler, Depublier, Motif, Rejeter, Reperes
from drimbox.source.pointeur.jobs import pointer, traiter
from drimbox.source.pointeur.models import Examen, InstanceRejetee, Kos
from drimbox.source.pointeur.queries import sender_of
from drimbox.source.reception.actions import receive
from drimbox.source.reception.models import MessageRecu
from tests.drimbox_chemin import NOW, Chemin, is_served, message
from tests.drimbox_env import DB
from tests.drimbox_world import Monde, sample_message

STUDY = IDENTITE.examens[0].study_instance_uid
SECOND = replace(IDENTITE, version=2)


def rejection(instances: frozenset[str], note: str = "2.999.77.1", motif: Motif = Motif.QUALITE) -> Rejeter:
    return Rejeter(pacs="local", note_uid=note, study_uid=STUDY, instances=instances, motif=motif)


def test_until_the_dmp_has_answered_the_former_pointer_is_the_one_that_opens(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    first = Kos.objects.get()
    chemin.monde.dmp.etat = Etat.PANNE
    chemin.take(message(SECOND, event="T10"))
    chemin.advance()
    second = Kos.objects.get(version=2)
    assert chemin.states() == [(1, "en_vigueur"), (2, "en_attente")]
    assert (is_served(first), is_served(second)) == (True, False)
    chemin.monde.dmp.etat = Etat.NORMAL
    chemin.send()
    assert chemin.states() == [(1, "remplace"), (2, "en_vigueur")]
    assert (is_served(first), is_served(second)) == (False, True)


def test_a_replacement_keeps_the_series_raises_the_number_and_keeps_the_address(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    chemin.take(message(SECOND, event="T10"))
    chemin.advance()
    one, two = (read_kos(bytes(kos.contenu)) for kos in Kos.objects.order_by("version"))
    assert one.sop_instance_uid != two.sop_instance_uid
    assert [serie.retrieve_url for serie in one.series] == [serie.retrieve_url for serie in two.series]
    first, second = Kos.objects.order_by("version")
    assert (first.series_instance_uid, first.db) == (second.series_instance_uid, second.db)
    assert second.remplace == first
    assert first.ended_at is not None


def test_the_address_of_the_first_publication_is_kept_when_the_images_move(monde: Monde) -> None:
    chemin = Chemin(monde)
    with monde.pacs(images=monde.images), monde.pacs("pacs2"):
        chemin.publish(sample_message())
    with monde.pacs(), monde.pacs("pacs2", images=monde.images):
        chemin.take(message(SECOND, event="T10"))
        chemin.advance()
    second = Kos.objects.get(version=2)
    assert second.db == DB
    assert all(DB in serie.retrieve_url for serie in read_kos(bytes(second.contenu)).series)
    assert ("pointeur.couple_change",) in chemin.journal("source:examen:warned")


def test_three_versions_while_the_dmp_is_down_leave_in_order_one_by_one(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    chemin.monde.dmp.etat = Etat.PANNE
    for version, control in ((2, "000002"), (3, "000003")):
        chemin.take(message(replace(IDENTITE, version=version), control, "T10"))
        chemin.advance()
    chemin.monde.dmp.etat = Etat.NORMAL
    chemin.send()
    chemin.send()
    assert chemin.faits == ["depot", "remplacement", "remplacement"]
    assert chemin.states() == [(1, "remplace"), (2, "remplace"), (3, "en_vigueur")]
    assert [kos.remplace and kos.remplace.version for kos in Kos.objects.order_by("version")] == [None, 1, 2]
    assert Examen.objects.get().state == "depose"


def test_a_replacement_before_anything_left_publishes_only_the_last(chemin: Chemin) -> None:
    chemin.take(sample_message())
    pointer(examen_id=str(Examen.objects.get().id))
    chemin.take(message(SECOND, event="T10"))
    chemin.advance()
    assert chemin.faits == ["depot"]
    assert list(Envoi.objects.order_by("sequence").values_list("state", flat=True)) == ["abandonne", "depose"]
    assert chemin.states() == [(1, "remplace"), (2, "en_vigueur")]


def test_a_lost_answer_to_a_replacement_is_recognised_and_nothing_is_sent_twice(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    chemin.take(message(SECOND, event="T10"))
    pointer(examen_id=str(Examen.objects.get().id))
    chemin.monde.dmp.etat = Etat.PERTE
    chemin.send()
    assert Envoi.objects.get(sequence=2).state == "attente_dmp"
    chemin.monde.dmp.etat = Etat.NORMAL
    chemin.send()
    # the first loss may have fallen on the question that comes before
    chemin.send()
    assert chemin.faits == ["depot", "remplacement"]
    assert Examen.objects.get().state == "depose"


def test_the_same_report_with_other_flags_changes_who_may_see_it_and_not_the_document(chemin: Chemin) -> None:
    chemin.publish(sample_message(flags={"INVISIBLE_PATIENT": True}))
    kos = Kos.objects.get()
    chemin.take(message(INVISIBLE_PATIENT=False, MODIF_CONF_CODE=True))
    chemin.send()
    assert chemin.faits == ["depot", "visibilite"]
    assert chemin.entry(kos).confidentialities == ("N",)
    assert (Examen.objects.get().state, Kos.objects.count()) == ("depose", 1)
    assert is_served(kos)


def test_a_lost_answer_to_a_change_of_visibility_changes_it_once(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    kos = Kos.objects.get()
    chemin.take(message(MASQUE_PS=True, MODIF_CONF_CODE=True))
    chemin.monde.dmp.etat = Etat.PERTE
    chemin.send()
    chemin.monde.dmp.etat = Etat.NORMAL
    chemin.send()
    assert chemin.faits == ["depot", "visibilite"]
    assert set(chemin.entry(kos).confidentialities) == {"N", "MASQUE_PS"}
    assert Examen.objects.get().state == "depose"


def test_a_replacement_of_what_was_never_known_calls_a_person(chemin: Chemin) -> None:
    row = chemin.take(message(SECOND, event="T10"))
    assert (row.state, row.code) == ("attente_personne", "pointeur.examen_introuvable")
    assert not Examen.objects.exists()


def test_a_report_that_replaces_one_unknown_here_is_a_first_publication(chemin: Chemin) -> None:
    chemin.publish(message(SECOND))
    assert chemin.faits == ["depot"]


def test_a_removal_of_another_report_of_the_study_calls_a_person_and_closes_nothing(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    event = Depublier(uuid4(), Reperes(study_uid=STUDY, documents=("1.2.3.4",)))
    with pytest.raises(ExamenIntrouvable):
        appliquer(event, timezone.now())
    assert is_served(Kos.objects.get())


def test_a_removal_that_comes_twice_has_one_effect(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    for control in ("000002", "000003"):
        chemin.take(message(control_id=control, event="T04"))
        chemin.send()
    assert chemin.faits == ["depot", "suppression"]
    assert Examen.objects.get().state == "retire"


def test_a_removal_before_anything_left_sends_nothing_at_all(chemin: Chemin) -> None:
    chemin.take(sample_message())
    pointer(examen_id=str(Examen.objects.get().id))
    chemin.take(message(event="T04"))
    chemin.send()
    assert (chemin.faits, chemin.monde.deposits) == ([], [])
    assert (Examen.objects.get().state, Kos.objects.get().state) == ("retire", "retire")


def test_a_removal_after_a_deposit_whose_answer_was_lost_takes_it_out_all_the_same(chemin: Chemin) -> None:
    chemin.take(sample_message())
    pointer(examen_id=str(Examen.objects.get().id))
    chemin.monde.dmp.etat = Etat.PERTE
    chemin.send()
    chemin.take(message(event="T04"))
    chemin.monde.dmp.etat = Etat.NORMAL
    chemin.send()
    chemin.send()
    assert chemin.faits == ["depot", "suppression"]
    assert Examen.objects.get().state == "retire"


def test_a_lost_answer_to_a_removal_removes_once(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    chemin.take(message(event="T04"))
    chemin.monde.dmp.etat = Etat.PERTE
    chemin.send()
    chemin.monde.dmp.etat = Etat.NORMAL
    chemin.send()
    assert chemin.faits == ["depot", "suppression"]
    assert Examen.objects.get().state == "retire"


def test_an_exam_withdrawn_then_reported_again_is_published_anew(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    chemin.take(message(event="T04"))
    chemin.send()
    chemin.take(message(control_id="000003"))
    chemin.advance()
    assert chemin.faits == ["depot", "suppression", "depot"]
    assert chemin.states() == [(1, "retire"), (2, "en_vigueur")]
    assert is_served(Kos.objects.get(version=2))


def test_part_of_the_images_rejected_gives_another_pointer_without_them(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    first = Kos.objects.get()
    gone = frozenset(sorted(instances_of(first))[:2])
    for _ in range(2):
        appliquer(rejection(gone), timezone.now())
        chemin.advance()
    second = Kos.objects.get(version=2)
    assert instances_of(second) == instances_of(first) - gone
    assert chemin.faits == ["depot", "remplacement"]
    assert InstanceRejetee.objects.count() == len(gone) + 1


def test_all_the_images_rejected_withdraws_the_exam(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    kos = Kos.objects.get()
    appliquer(rejection(instances_of(kos), motif=Motif.SECURITE_PATIENT), timezone.now())
    assert not is_served(kos)
    chemin.send()
    assert chemin.faits == ["depot", "suppression"]
    assert chemin.entry(kos).status == DELETED


def test_images_rejected_before_the_report_are_never_referenced(chemin: Chemin) -> None:
    gone = str(dcmread(next(chemin.monde.images.glob("*.dcm")), stop_before_pixels=True).SOPInstanceUID)
    appliquer(rejection(frozenset({gone})), timezone.now())
    chemin.publish(sample_message())
    assert gone not in instances_of(Kos.objects.get())


def test_a_refused_replacement_leaves_the_former_in_force_and_can_be_tried_again(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    store = chemin.monde.dmp.store
    first = Kos.objects.get()
    chemin.take(message(SECOND, event="T10"))
    stranger = store.entries[first.sop_instance_uid]
    store.entries[first.sop_instance_uid] = replace(stranger, entry_uuid="")
    chemin.advance()
    assert Examen.objects.get().state == "refuse"
    assert chemin.states() == [(1, "en_vigueur"), (2, "en_attente")]
    assert is_served(first)
    store.entries[first.sop_instance_uid] = stranger
    with chemin.monde.drimbox.role("pages"):
        pointeurs.retry(Examen.objects.get().id, timezone.now())
    chemin.send()
    assert chemin.states() == [(1, "remplace"), (2, "en_vigueur")]


def test_a_document_that_its_patient_deleted_does_not_hold_back_the_next_version(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    first, store = Kos.objects.get(), chemin.monde.dmp.store
    store.entries[first.sop_instance_uid] = replace(store.entries[first.sop_instance_uid], status=DELETED)
    chemin.take(message(SECOND, event="T10"))
    chemin.advance()
    second = Kos.objects.get(version=2)
    assert chemin.entry(second).status == APPROVED
    assert Examen.objects.get().state == "depose"


def test_a_cancellation_by_accession_alone_finds_its_exam(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    accession = Identifiant(IDENTITE.examens[0].accession.value, "")
    appliquer(Annuler(MessageRecu.objects.get().id, Reperes(accession=accession), patient=IDENTITE.patient), timezone.now())
    assert Examen.objects.get().state == "en_retrait"


def test_the_cancellation_of_one_exam_leaves_every_other_open(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    message_id = MessageRecu.objects.get().id
    for reperes in (Reperes(study_uid="2.999.5.5"), Reperes(accession=Identifiant("ACN-X", "")), Reperes()):
        appliquer(Annuler(message_id, reperes), timezone.now())
    assert is_served(Kos.objects.get())


@pytest.mark.parametrize("role", ["pages", "images", "reception"])
def test_only_the_worker_writes_pointers_and_rejections(chemin: Chemin, role: str) -> None:
    chemin.publish(sample_message())
    for statement in (
        "UPDATE pointeur_kos SET state = 'retire'",
        "UPDATE pointeur_kos SET contenu = ''",
        "DELETE FROM pointeur_instance_rejetee",
        "UPDATE depot_dmp_envoi SET body = ''",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            chemin.monde.drimbox.sql(statement, role=role)


def test_nobody_rewrites_a_kept_kos_even_the_worker(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        chemin.monde.drimbox.sql("UPDATE pointeur_kos SET contenu = ''", role="ouvrier")


def test_what_a_ris_sends_is_done_in_its_order_whatever_job_runs_first(chemin: Chemin) -> None:
    """A replacement read before what it replaces would look for nothing, and the first version would then win."""
    for body in (sample_message(), message(SECOND, event="T10"), message(SECOND, "000003", "T04")):
        with chemin.monde.drimbox.role("reception"):
            assert b"MSA|AA|" in receive(body, peer="127.0.0.1", now=NOW)
    asked = chemin.monde.drimbox.sql("SELECT args->>'message_id' FROM procrastinate_jobs WHERE task_name LIKE '%%traiter' ORDER BY id DESC")
    for (message_id,) in asked:
        traiter(message_id=message_id)
    assert set(MessageRecu.objects.values_list("state", flat=True)) == {"lu"}
    assert [row[0] for row in chemin.monde.drimbox.sql("SELECT event FROM journal WHERE event LIKE 'source:examen:%%' ORDER BY id")] == [
        "source:examen:known",
        "source:examen:renewed",
        "source:examen:withdrawn",
    ]


def test_a_message_that_another_worker_reads_comes_back_a_moment_later(chemin: Chemin) -> None:
    with chemin.monde.drimbox.role("reception"):
        receive(sample_message(), peer="127.0.0.1", now=NOW)
    row = MessageRecu.objects.get()
    other = psycopg.connect(chemin.monde.drimbox.dsn("ouvrier"), autocommit=True)
    key = sender_of(row.id).int % (1 << 64) - (1 << 63)
    other.execute("SELECT pg_try_advisory_lock(%s)", [key])
    traiter(message_id=str(row.id))
    row.refresh_from_db()
    assert row.state == "recu"
    assert len(chemin.monde.drimbox.sql("SELECT 1 FROM procrastinate_jobs WHERE task_name LIKE '%%traiter'")) == 2
    other.execute("SELECT pg_advisory_unlock(%s)", [key])
    other.close()
    traiter(message_id=str(row.id))
    row.refresh_from_db()
    assert row.state == "lu"
