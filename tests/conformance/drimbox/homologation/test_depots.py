# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Checks of the homologation about reports, pointers and deposits, the whole way: RIS, PACS, DRIMbox, DMP.

The number of a test is the row of the list in docs/conformite.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from banc.dmp.names import APPROVED, DELETED, DEPRECATED
from drimbox.socle.kos.reader import read_kos
from drimbox.source.compte_rendu.rules import Ecart
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.pointeur.models import Examen, Kos
from drimbox.source.reception.models import MessageRecu
from tests.conformance.drimbox.homologation.jeu import images, mdm, omi, oru
from tests.drimbox_chemin import Chemin, is_served, pacs_of
from tests.drimbox_env import DB
from tests.drimbox_world import Monde

pytestmark = pytest.mark.donnees


@pytest.fixture
def chemin(monde: Monde) -> Chemin:
    return Chemin(monde)


@pytest.mark.parametrize(
    ("exam", "codes"),
    [
        ("C", {"N", "INVISIBLE_PATIENT"}),
        ("E", {"N", "INVISIBLE_PATIENT"}),
        ("W", {"N", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"}),
    ],
)
def test_23_an_exam_to_publish_reaches_the_dmp_with_the_visibility_of_its_flags(
    chemin: Chemin, shared_data: Path, tmp_path: Path, exam: str, codes: set[str]
) -> None:
    with pacs_of(chemin.monde, images(shared_data, tmp_path / "pacs", exam)):
        examen = chemin.publish(oru(shared_data, exam))
    kos = Kos.objects.get()
    assert (examen.state, kos.db) == ("depose", DB)
    assert set(chemin.entry(kos).confidentialities) == codes
    assert is_served(kos)


def test_23_flags_behind_a_second_document_and_around_a_mail_reach_the_dmp(chemin: Chemin, shared_data: Path, tmp_path: Path) -> None:
    excerpt = (shared_data / "hl7" / "EXCERPT_HL7_invisible_masque_flags.hl7").read_bytes()
    lines = [line for line in oru(shared_data, "C").split(b"\r") if line and (not line.startswith(b"OBX") or line.startswith(b"OBX|1|"))]
    with pacs_of(chemin.monde, images(shared_data, tmp_path / "pacs", "C")):
        assert chemin.publish(b"\r".join([*lines, excerpt])).state == "depose"
    held = set(chemin.entry(Kos.objects.get()).confidentialities)
    assert held == {"N", "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"}


def test_25_exam_f_gives_two_pointers_in_the_dmp(chemin: Chemin, shared_data: Path, tmp_path: Path) -> None:
    with pacs_of(chemin.monde, images(shared_data, tmp_path / "pacs", "F")):
        chemin.take(oru(shared_data, "F"))
        chemin.advance()
    read = [read_kos(bytes(kos.contenu)) for kos in Kos.objects.order_by("accession")]
    assert [(k.study_instance_uid, k.accession.value, k.order.value) for k in read if k.accession and k.order] == [
        ("1.2.250.1.213.4.5.2.1.106", "ACN106", "OPN107"),
        ("1.2.250.1.213.4.5.2.1.107", "ACN107", "OPN107"),
    ]
    assert chemin.faits == ["depot", "depot"]
    assert set(Examen.objects.values_list("state", flat=True)) == {"depose"}


@pytest.mark.parametrize("channel", ["ORU", "MDM^T10"])
def test_27_g1_then_its_update_leave_one_active_pointer_which_everybody_may_see(
    chemin: Chemin, shared_data: Path, tmp_path: Path, channel: str
) -> None:
    with pacs_of(chemin.monde, images(shared_data, tmp_path / "pacs", "G1")):
        chemin.publish(oru(shared_data, "G1"))
        first = Kos.objects.get()
        assert set(chemin.entry(first).confidentialities) == {"N", "INVISIBLE_PATIENT"}
        update = oru(shared_data, "G1_MAJ") if channel == "ORU" else mdm(shared_data, "G1_MAJ", "T10", "G1-T10")
        row = chemin.take(update)
        chemin.advance()
    first.refresh_from_db()
    second = Kos.objects.get(version=2)
    assert (row.state, Examen.objects.get().state) == ("lu", "depose")
    assert (first.state, second.state, second.remplace) == ("remplace", "en_vigueur", first)
    assert second.series_instance_uid == first.series_instance_uid
    assert chemin.faits == ["depot", "remplacement"]
    assert (chemin.entry(first).status, chemin.entry(second).status) == (DEPRECATED, APPROVED)
    assert chemin.entry(second).confidentialities == ("N",)
    assert (is_served(first), is_served(second)) == (False, True)


def test_29_g2_publishes_nothing_and_leaves_a_traceable_error(chemin: Chemin, shared_data: Path, tmp_path: Path) -> None:
    with pacs_of(chemin.monde, images(shared_data, tmp_path / "pacs", "G1")):
        chemin.take(oru(shared_data, "G2"))
        chemin.advance()
    examen = Examen.objects.get()
    assert (examen.state, examen.code) == ("a_verifier", "identite.accession_autre_etude")
    assert chemin.monde.drimbox.sql("SELECT count(*) FROM journal WHERE event = 'source:examen:stopped' AND trace IS NOT NULL") == [(1,)]
    assert not Kos.objects.exists()
    assert not Envoi.objects.exists()
    assert chemin.monde.deposits == []


@pytest.mark.parametrize("channel", ["ORU", "MDM^T04"])
def test_31_i_then_its_un_publication_leave_nothing_in_the_dmp_and_close_the_images(
    chemin: Chemin, shared_data: Path, tmp_path: Path, channel: str
) -> None:
    with pacs_of(chemin.monde, images(shared_data, tmp_path / "pacs", "I")):
        chemin.publish(oru(shared_data, "I"))
    kos = Kos.objects.get()
    assert is_served(kos)
    chemin.take(oru(shared_data, "I", status="D") if channel == "ORU" else mdm(shared_data, "I", "T04", "I-T04"))
    # closed at once, whatever the DMP says and when
    assert not is_served(kos)
    chemin.send()
    kos.refresh_from_db()
    assert (Examen.objects.get().state, kos.state) == ("retire", "retire")
    assert chemin.faits == ["depot", "suppression"]
    assert chemin.entry(kos).status == DELETED


def test_33_m_publishes_nothing_and_calls_a_person(chemin: Chemin, shared_data: Path, tmp_path: Path) -> None:
    with pacs_of(chemin.monde, images(shared_data, tmp_path / "pacs", "M")):
        chemin.take(oru(shared_data, "M"))
        chemin.advance()
    examen = Examen.objects.get()
    told = [examen.code, *(code for (code,) in chemin.journal("source:identite:contradicted"))]
    assert examen.state == "a_verifier"
    assert sorted(told) == sorted([Ecart.NOM, Ecart.PRENOM, Ecart.NAISSANCE, Ecart.SEXE])
    assert not Kos.objects.exists()
    assert chemin.monde.deposits == []


def test_35_the_cancellation_of_w_finds_its_exam_by_accession_and_study(chemin: Chemin, shared_data: Path, tmp_path: Path) -> None:
    with pacs_of(chemin.monde, images(shared_data, tmp_path / "pacs", "W")):
        chemin.publish(oru(shared_data, "W"))
    kos = Kos.objects.get()
    row = chemin.take(omi(shared_data))
    assert (row.state, is_served(kos)) == ("lu", False)
    chemin.send()
    assert Examen.objects.get().state == "retire"
    assert chemin.entry(kos).status == DELETED


def test_35_the_cancellation_of_an_unknown_exam_is_acknowledged_without_effect(chemin: Chemin, shared_data: Path) -> None:
    row = chemin.take(omi(shared_data))
    assert (row.state, row.code) == ("lu", "")
    assert not Examen.objects.exists()
    assert len(chemin.journal("source:annulation:needless")) == 1


def test_35_a_cancellation_whose_accession_is_another_exam_s_calls_a_person(chemin: Chemin, shared_data: Path, tmp_path: Path) -> None:
    with pacs_of(chemin.monde, images(shared_data, tmp_path / "pacs", "W")):
        chemin.publish(oru(shared_data, "W"))
    row = chemin.take(omi(shared_data).replace(b"ACN124", b"ACN125"))
    assert (row.state, row.code) == ("attente_personne", "pointeur.reperes_discordants")
    assert is_served(Kos.objects.get())


def test_the_way_of_every_exam_leaves_no_message_aside(chemin: Chemin, shared_data: Path, tmp_path: Path) -> None:
    folder = images(shared_data, tmp_path / "pacs", "F", "G1", "I", "M", "W")
    with pacs_of(chemin.monde, folder):
        for message in (oru(shared_data, exam) for exam in ("F", "G1", "G2", "I", "M", "W")):
            chemin.take(message)
        chemin.advance()
        for message in (oru(shared_data, "G1_MAJ"), oru(shared_data, "I", status="D"), omi(shared_data)):
            chemin.take(message)
        chemin.advance()
    assert set(MessageRecu.objects.values_list("state", flat=True)) == {"lu"}
    number = {examen.study_instance_uid.rpartition(".")[2]: examen.state for examen in Examen.objects.all()}
    assert number == {
        "106": "depose",
        "107": "depose",
        "108": "depose",
        "9": "a_verifier",
        "110": "retire",
        "114": "a_verifier",
        "124": "retire",
    }
    active = [entry for entry in chemin.monde.dmp.store.entries.values() if entry.item.mime_type == "application/dicom"]
    assert sorted(entry.status == APPROVED for entry in active) == [False, False, False, True, True, True]
