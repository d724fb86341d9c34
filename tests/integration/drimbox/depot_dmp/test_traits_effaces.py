# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Nothing that names a patient lies in clear in the database at any moment; once its time is over, what serving needs alone is left."""

from __future__ import annotations

import base64
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from banc.jeux import IDENTITE
from banc.postgres.binaries import find
from drimbox.socle.journal.queries import of_event
from drimbox.socle.kos.reader import read_kos
from drimbox.source.admission.contenu import open_content
from drimbox.source.admission.queries import content_of, find_kos
from drimbox.source.depot_dmp.actions.effacement import erase_requests
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.pointeur.actions.effacement import reduce_kos
from drimbox.source.pointeur.actions.rejets import instances_of
from drimbox.source.pointeur.jobs import effacer
from drimbox.source.pointeur.models import Examen, Kos
from drimbox.source.pointeur.queries import reducible
from drimbox.source.reception.actions.effacement import erase
from tests.drimbox_chemin import Chemin, message
from tests.drimbox_world import Monde, sample_message

LATER = datetime(2036, 1, 1, tzinfo=UTC)
TRAITS, PATIENT = IDENTITE.patient.traits, IDENTITE.patient
WORDS = [
    word.encode("utf-8")
    for word in (
        TRAITS.nom_naissance,
        TRAITS.nom_utilise or "",
        TRAITS.premier_prenom,
        TRAITS.date_naissance,
        PATIENT.ins.value if PATIENT.ins else "",
        PATIENT.ipp.value if PATIENT.ipp else "",
    )
    if len(word) > 3
]
# as text, as base64 whatever their place in it, and as PostgreSQL writes bytes
NEEDLES = [
    needle
    for word in WORDS
    for needle in (word, word.hex().encode(), *(base64.b64encode(b"\0" * shift + word + b"\0\0")[4:-4] for shift in range(3)))
]


def dumped(monde: Monde) -> bytes:
    """Return every table, as whoever administers the database can copy it."""
    command = [str(find().folder / "pg_dump"), "--data-only", "--dbname", monde.drimbox.dsn("superuser")]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout


def named_in(data: bytes) -> list[bytes]:
    return [needle for needle in NEEDLES if needle in data]


def written_by(monde: Monde) -> bytes:
    """Return every file below the folder of the DRIMbox: its spool, and whatever else it would leave there."""
    return b"".join(path.read_bytes() for path in monde.drimbox.folder.rglob("*") if path.is_file())


def second() -> bytes:
    return message(replace(IDENTITE, version=2), event="T10")


def erase_everything() -> None:
    assert erase(LATER, LATER)
    reduce_kos(reducible(LATER), LATER)
    while erase_requests(LATER, LATER):
        pass


def test_a_whole_life_leaves_no_trait_in_clear_before_nor_after_its_time(chemin: Chemin, capfd: pytest.CaptureFixture[str]) -> None:
    chemin.publish(sample_message())
    chemin.take(second())
    chemin.advance()
    first, kos = Kos.objects.order_by("version")
    assert len(named_in(kos.contenu)) > 2  # the object does name its patient
    assert named_in(dumped(chemin.monde)) == []
    erase_everything()
    assert named_in(dumped(chemin.monde) + written_by(chemin.monde)) == []
    assert named_in("".join(capfd.readouterr()).encode()) == []
    first.refresh_from_db()
    assert (first.contenu, first.patient, first.purged_at) == (b"", None, LATER)
    assert [envoi.body is None for envoi in Envoi.objects.order_by("sequence")] == [True, False]


def test_a_reduced_pointer_opens_the_same_images_with_the_same_ins_and_names_nobody(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    kos = Kos.objects.get()
    before, instances = open_content(*content_of(kos.sop_instance_uid)), instances_of(kos)
    erase_everything()
    kos.refresh_from_db()
    after = open_content(*content_of(kos.sop_instance_uid))
    assert (after.ins, after.patient, instances_of(kos)) == (before.ins, before.patient, instances)
    assert {uid: set(found) for uid, found in after.series.items()} == {uid: set(found) for uid, found in before.series.items()}
    assert [serie.modality for serie in after.lu.series] == [serie.modality for serie in before.lu.series]
    found = find_kos(kos.sop_instance_uid)
    assert found is not None
    assert found.in_service
    lu, ins = read_kos(kos.contenu), PATIENT.ins
    assert (lu.patient_name, lu.patient_birth_date, lu.patient_sex, lu.order, lu.accession) == ("", "", "", None, None)
    assert ins is not None
    assert [needle for needle in named_in(kos.contenu) if needle != ins.value.encode()] == []


def test_a_reduced_pointer_can_still_be_withdrawn_from_the_dmp(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    erase_everything()
    chemin.take(message(control_id="000003", event="T04"))
    chemin.send()
    assert chemin.faits == ["depot", "suppression"]
    assert Examen.objects.get().state == "retire"
    erase_everything()
    assert (Kos.objects.get().contenu, {envoi.body for envoi in Envoi.objects.all()}) == (b"", {None})


@pytest.mark.parametrize("state", ["a_verifier", "en_depot", "refuse", "patient_change"])
def test_an_exam_that_somebody_must_still_look_at_keeps_everything(chemin: Chemin, state: str) -> None:
    chemin.publish(sample_message())
    Examen.objects.update(state=state)
    assert reduce_kos(reducible(LATER), LATER) + erase_requests(LATER, LATER) == 0


def test_the_worker_erases_by_itself_what_is_older_than_the_setting_and_nothing_younger(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    chemin.take(second())
    chemin.advance()
    with chemin.monde.drimbox.role("ouvrier"):
        effacer(timestamp=0)
        assert Kos.objects.filter(purged_at__isnull=False).count() == 0
        Kos.objects.filter(version=1).update(ended_at=timezone.now() - timedelta(days=181))
        effacer(timestamp=0)
    assert list(Kos.objects.filter(purged_at__isnull=False).values_list("version", flat=True)) == [1]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [("scelle = %s", "coffre.ferme"), ("contenu = %s, scelle = NULL", "pointeur.kos_impossible")],
    ids=["a key that left the ring", "an object that nobody can read"],
)
def test_a_pointer_that_does_not_open_stays_whole_keeps_no_other_from_being_erased_and_is_told(
    chemin: Chemin, spoil: str, code: str
) -> None:
    chemin.publish(sample_message())
    chemin.take(second())
    chemin.advance()
    chemin.monde.drimbox.sql(f"UPDATE pointeur_kos SET {spoil}, created_at = '2020-01-01' WHERE version = 2", b"\1\4gone" + b"\0" * 40)
    with chemin.monde.drimbox.role("ouvrier"):
        erase_everything()
    first, kos = Kos.objects.order_by("version")
    assert (first.contenu, first.purged_at) == (b"", LATER)
    assert (kos.state, kos.purged_at) == ("en_vigueur", None)
    assert [(ligne.code, ligne.fields["count"]) for ligne in of_event("source:kos:unreduced", 10)] == [(code, 1)]


def test_a_kos_that_an_earlier_version_kept_in_clear_is_read_then_sealed_by_the_migration(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    contenu = Kos.objects.get().contenu
    chemin.monde.drimbox.sql("UPDATE pointeur_kos SET contenu = %s, scelle = NULL", contenu)
    assert Kos.objects.get().contenu == contenu
    with chemin.monde.drimbox.role("proprietaire"):
        import_module("drimbox.source.pointeur.migrations.0007_sceller").seal_contents(apps, None)
    assert chemin.monde.drimbox.sql("SELECT contenu IS NULL FROM pointeur_kos") == [(True,)]
    assert Kos.objects.get().contenu == contenu
