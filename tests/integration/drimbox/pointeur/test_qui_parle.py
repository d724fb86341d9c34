# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who may speak of an exam: the RIS that reported it, of its patient; the PACS that serves it. And the link that a report prints."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import settings
from django.utils import timezone
from pydicom import dcmread

from banc.jeux import IDENTITE, make_message, make_report
from drimbox.config import Ris
from drimbox.source.pointeur.actions import appliquer
from drimbox.source.pointeur.actions.rejets import instances_of
from drimbox.source.pointeur.evenements import Motif, Rejeter
from drimbox.source.pointeur.models import Examen, InstanceRejetee, Kos
from drimbox.source.reception.actions.rejets import keep_notes
from drimbox.source.reception.iocm import Rejet
from drimbox.source.reception.jobs import rejeter
from drimbox.source.reception.models import NoteRejet
from tests.drimbox_chemin import Chemin, is_served, message
from tests.drimbox_env import DB, DB2, VI
from tests.drimbox_world import Monde, sample_message

STUDY = IDENTITE.examens[0].study_instance_uid
SECOND = replace(IDENTITE, version=2)
ACCESSION = IDENTITE.examens[0].accession
PID = next(segment for segment in sample_message().split(b"\r") if segment.startswith(b"PID|"))


@pytest.mark.parametrize(
    ("vi", "code"), [("", "lien.absent"), ("vi9.9.mesimagesmedicales.fr", "lien.autre_nom"), (VI, None)], ids=["none", "another", "ours"]
)
def test_a_report_whose_link_does_not_name_us_is_published_and_told(chemin: Chemin, vi: str, code: str | None) -> None:
    link = f"https://{vi}/IHEInvokeImageDisplay?requestType=STUDY&amp;studyUID={STUDY} ".encode() if vi else b""
    report = make_report(IDENTITE).replace(b"</title>", b" " + link + b"</title>", 1)
    examen = chemin.publish(make_message(report, IDENTITE))
    assert examen.state == "depose"
    assert ((code,) in chemin.journal("source:examen:warned")) == (code is not None)
    assert [line for line in chemin.journal("source:examen:warned") if line[0].startswith("lien.")] == ([(code,)] if code else [])


def name_ris(monkeypatch: pytest.MonkeyPatch, *ris: Ris) -> None:
    """Name the RIS in the settings of this test."""
    reception = settings.DRIMBOX.reception.model_copy(update={"ris": ris})
    monkeypatch.setattr(settings, "DRIMBOX", settings.DRIMBOX.model_copy(update={"reception": reception}))


def two_ris(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hospitals behind one DRIMbox: the RIS of the sample messages, and another one."""
    name_ris(monkeypatch, Ris(name="a", application="RIS-BANC", couples=(DB,)), Ris(name="b", application="AUTRE", couples=(DB2,)))


def of_other_ris(data: bytes) -> bytes:
    return data.replace(b"|RIS-BANC|", b"|AUTRE|", 1)


@pytest.mark.parametrize("event", ["T04", "T10", "T02"])
def test_a_ris_neither_replaces_nor_withdraws_the_exam_of_another_one(chemin: Chemin, monkeypatch: pytest.MonkeyPatch, event: str) -> None:
    two_ris(monkeypatch)
    chemin.publish(sample_message())
    identite = IDENTITE if event == "T04" else SECOND
    row = chemin.take(of_other_ris(message(identite, event=event)))
    chemin.advance()
    assert (row.source, row.state, row.code) == ("b", "attente_personne", "pointeur.autre_emetteur")
    assert (chemin.faits, chemin.states()) == (["depot"], [(1, "en_vigueur")])
    assert is_served(Kos.objects.get())


def test_the_same_accession_number_in_another_ris_is_another_request(chemin: Chemin, monkeypatch: pytest.MonkeyPatch) -> None:
    two_ris(monkeypatch)
    chemin.publish(sample_message())
    row = chemin.take(of_other_ris(cancellation(study_uid="", patient=PID)))
    assert (row.state, chemin.states()) == ("lu", [(1, "en_vigueur")])
    row = chemin.take(of_other_ris(cancellation(study_uid=STUDY, control_id="000010")))
    assert (row.code, chemin.states()) == ("pointeur.autre_emetteur", [(1, "en_vigueur")])
    chemin.take(cancellation(study_uid="", control_id="000011", patient=PID))
    assert chemin.states() == [(1, "retire")]


def test_a_software_that_takes_the_place_of_another_goes_on_with_the_exams_of_its_couple(
    chemin: Chemin, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_ris(monkeypatch)
    chemin.publish(sample_message())
    name_ris(monkeypatch, Ris(name="c", application="AUTRE", couples=(DB2,)))
    assert chemin.take(of_other_ris(message(event="T04", control_id="000007"))).code == "pointeur.autre_emetteur"
    name_ris(monkeypatch, Ris(name="d", application="AUTRE", couples=(DB,)))
    assert chemin.take(of_other_ris(message(event="T04", control_id="000008"))).state == "lu"
    assert chemin.states() == [(1, "retire")]


def test_a_cancellation_by_accession_alone_finds_an_exam_that_still_waits_for_its_images(monde: Monde) -> None:
    with monde.pacs(), monde.pacs("pacs2"):
        chemin = Chemin(monde)
        chemin.publish(sample_message())
        assert Examen.objects.get().state == "attente_images"
        chemin.take(cancellation(study_uid="", patient=PID))
        assert Examen.objects.get().state == "retire"


def test_a_cancellation_for_another_patient_calls_a_person_and_closes_nothing(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    row = chemin.take(
        cancellation(study_uid=STUDY, patient=b"PID|||290123456789012^^^&1.2.250.1.213.1.4.10&ISO^INS||AUTRE^ALBERT||19500101|M")
    )
    assert (row.state, row.code) == ("attente_personne", "identite.discordance")
    assert is_served(Kos.objects.get())


@pytest.mark.parametrize(
    ("patient", "code"),
    [
        (b"", "pointeur.annulation_sans_patient"),
        (b"PID|||", "identite.discordance"),
        (PID.replace(IDENTITE.patient.ins.value.encode(), b"279035121518989"), "identite.discordance"),
    ],
    ids=["no PID", "nobody in PID", "another patient"],
)
def test_an_accession_alone_withdraws_nothing_unless_the_patient_is_the_same(chemin: Chemin, patient: bytes, code: str) -> None:
    chemin.publish(sample_message())
    row = chemin.take(cancellation(study_uid="", patient=patient))
    assert (row.state, row.code) == ("attente_personne", code)
    assert is_served(Kos.objects.get())


@pytest.mark.parametrize("study_uid", ["", STUDY], ids=["accession alone", "accession and study"])
@pytest.mark.parametrize(
    ("authority", "found"), [(ACCESSION.oid, True), ("", True), ("1.2.3.4.5.6", False)], ids=["same", "none", "another"]
)
def test_an_accession_of_another_authority_is_left_to_a_person(chemin: Chemin, authority: str, found: bool, study_uid: str) -> None:
    chemin.publish(sample_message())
    row = chemin.take(cancellation(study_uid=study_uid, patient=PID, authority=authority))
    expected = ("lu", "") if found else ("attente_personne", "pointeur.reperes_discordants")
    assert (row.state, row.code) == expected
    assert is_served(Kos.objects.get()) is not found


@pytest.mark.parametrize("number", [ACCESSION.value, "NEW-2"], ids=["the first", "the last"])
def test_an_exam_whose_number_changed_is_withdrawn_by_either(chemin: Chemin, number: str) -> None:
    chemin.publish(sample_message())
    renamed = replace(SECOND.examens[0], accession=replace(ACCESSION, value="NEW-2"))
    chemin.take(message(replace(SECOND, examens=(renamed, *SECOND.examens[1:])), event="T10"))
    row = chemin.take(cancellation(study_uid="", patient=PID).replace(b"IPC|" + ACCESSION.value.encode(), b"IPC|" + number.encode()))
    assert (row.state, row.code) == ("lu", "")
    assert not any(is_served(kos) for kos in Kos.objects.all())
    assert Examen.objects.get().state in {"en_retrait", "retire"}


def test_the_end_of_retention_of_a_copy_elsewhere_takes_nothing_out(chemin: Chemin) -> None:
    ended = Rejeter("second", "2.999.77.9", STUDY, frozenset({"1.2.3"}), Motif.FIN_DE_CONSERVATION)
    appliquer(ended, timezone.now())
    chemin.publish(sample_message())
    instances = instances_of(Kos.objects.get())
    appliquer(replace(ended, instances=instances), timezone.now())
    assert is_served(Kos.objects.get())
    assert not InstanceRejetee.objects.exists()
    appliquer(replace(ended, pacs="local", instances=instances), timezone.now())
    assert Examen.objects.get().state == "en_retrait"


@pytest.mark.parametrize("motif", [Motif.QUALITE, Motif.SECURITE_PATIENT, Motif.LISTE_DE_TRAVAIL])
def test_a_note_of_one_pacs_never_touches_a_study_shared_from_another_one(chemin: Chemin, motif: Motif) -> None:
    chemin.publish(sample_message())
    kos = Kos.objects.get()
    with chemin.monde.drimbox.role("reception"):
        keep_notes((Rejet("2.999.77.8", STUDY, motif.value, tuple(instances_of(kos))),), pacs="second", now=timezone.now())
    rejeter(note_id=str(NoteRejet.objects.get().id))
    assert chemin.monde.drimbox.sql("SELECT state, code FROM reception_note_rejet") == [("attente_personne", "pointeur.autre_pacs")]
    assert is_served(kos)
    assert (chemin.states(), Examen.objects.get().state) == ([(1, "en_vigueur")], "depose")
    assert not InstanceRejetee.objects.exists()


def test_what_another_pacs_rejected_before_the_report_is_still_referenced(chemin: Chemin) -> None:
    gone = str(dcmread(next(chemin.monde.images.glob("*.dcm")), stop_before_pixels=True).SOPInstanceUID)
    appliquer(Rejeter("second", "2.999.77.8", STUDY, frozenset({gone}), Motif.QUALITE), timezone.now())
    chemin.publish(sample_message())
    assert gone in instances_of(Kos.objects.get())


def cancellation(*, study_uid: str, control_id: str = "000009", patient: bytes = b"", authority: str = "") -> bytes:
    accession = f"{ACCESSION.value}^^{authority}^ISO" if authority else ACCESSION.value
    segments = [
        f"MSH|^~\\&|RIS-BANC|CENTRE-BANC|DRIMBOX|X|20261122090000||OMI^O23^OMI_O23|{control_id}|P|2.5|||||FRA|UNICODE UTF-8".encode(),
        *([patient] if patient else []),
        b"ORC|CA|1^A",
        b"OBR|1|1^A",
        f"IPC|{accession}||{study_uid}".encode(),
    ]
    return b"\r".join(segments) + b"\r"
