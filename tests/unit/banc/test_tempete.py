# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What judges a storm must see every fault that it is there for; what makes its clock jump must move the wall clock alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from lxml import etree
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from banc.dmp import schemes
from banc.dmp.names import APPROVED, DELETED, DEPRECATED
from banc.dmp.objects import CodedValue, RegistryItem
from banc.dmp.store import Entry, Fait, Store
from banc.ports import free_port
from banc.soak.tempete.bilan import Pointeur, faults, refused_faults, states_faults
from banc.soak.tempete.charge import Examen, Ris, make_exams
from banc.soak.tempete.dossiers import Dossiers
from banc.soak.tempete.horloge import Horloge
from banc.soak.tempete.manques import DISQUE, HORLOGE, INCOMPLET, PACS_MUET, exit_code, missing
from banc.soak.tempete.processus import descendants, end_all
from banc.soak.tempete.sorts import MELANGE, Sort
from drimbox.source.pointeur.evenements import Annuler, Depublier, Publier, Remplacer
from drimbox.source.pointeur.interpretation import interpret

EXAMS = make_exams(4, {2: Sort.VISIBILITE, 3: Sort.DEPUBLIE, 4: Sort.REMPLACE})


def kos(exam: Examen, patient: str = "") -> bytes:
    dataset, image, serie, evidence, request = (Dataset() for _ in range(5))
    dataset.PatientID, dataset.StudyInstanceUID = patient or exam.ins, exam.study_uid
    dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.88.59", uid_of(exam, 1)
    request.AccessionNumber, image.ReferencedSOPInstanceUID = exam.accession, exam.image_uid
    serie.ReferencedSOPSequence, evidence.ReferencedSeriesSequence = [image], [serie]
    dataset.CurrentRequestedProcedureEvidenceSequence, dataset.ReferencedRequestSequence = [evidence], [request]
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    out = BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def uid_of(exam: Examen, version: int) -> str:
    return f"2.999.{exam.number}.{version}"


def entry(exam: Examen, version: int, **changes: object) -> Entry:
    slots = {"urn:ihe:iti:xds:2013:referenceIdList": (f"{exam.study_uid}^^^^urn:ihe:iti:xds:2016:studyInstanceUID",)}
    identifiers = {schemes.UNIQUE: uid_of(exam, version)}
    codes = {schemes.CONFIDENTIALITY: tuple(CodedValue(code, "", "") for code in exam.codes)}
    item = RegistryItem(etree.Element("kos"), "KOS", "application/dicom", "", slots, codes, {}, identifiers, ())
    status = DELETED if exam.is_withdrawn else APPROVED if version == exam.versions else DEPRECATED
    return replace(Entry(f"urn:{uid_of(exam, version)}", f"{exam.ins}^^^&1.2&ISO", item, kos(exam), status=status), **changes)  # type: ignore[arg-type]  # fields of Entry


def pointeur(exam: Examen, version: int, **changes: str) -> Pointeur:
    state = "retire" if exam.is_withdrawn else "en_vigueur" if version == exam.versions else "remplace"
    control_id = exam.last_word if version == exam.versions else exam.control_id(version)
    return replace(Pointeur(exam.study_uid, uid_of(exam, version), version, state, control_id), **changes)


def put(store: Store, one: Entry) -> None:
    store.entries[one.unique_id] = one


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A DMP that took everything as it should."""
    store = Store(tmp_path)
    for exam in EXAMS:
        for version in range(1, exam.versions + 1):
            put(store, entry(exam, version))
            former = uid_of(exam, version - 1) if version > 1 else ""
            store.faits.append(Fait("remplacement" if former else "depot", uid_of(exam, version), former))
        if update := {Sort.DEPUBLIE: "suppression", Sort.VISIBILITE: "visibilite"}.get(exam.sort):
            store.faits.append(Fait(update, uid_of(exam, exam.versions)))
    return store


@pytest.fixture
def pointeurs() -> list[Pointeur]:
    return [pointeur(exam, version) for exam in EXAMS for version in range(1, exam.versions + 1)]


def told(store: Store, pointeurs: list[Pointeur]) -> str:
    return "\n".join(faults(EXAMS, store, tuple(pointeurs)))


def test_nothing_is_said_of_a_dmp_that_holds_exactly_what_was_sent(store: Store, pointeurs: list[Pointeur]) -> None:
    assert told(store, pointeurs) == ""


def test_a_lost_exam_is_seen(store: Store, pointeurs: list[Pointeur]) -> None:
    del store.entries[uid_of(EXAMS[0], 1)]
    assert "2 pointeurs en vigueur au DMP pour 3 examens" in told(store, pointeurs)
    assert "examen 1 : 0 pointeurs" in told(store, pointeurs)


def test_an_exam_deposited_twice_is_seen(store: Store, pointeurs: list[Pointeur]) -> None:
    double = entry(EXAMS[0], 9)
    put(store, replace(double, status=APPROVED))
    store.faits.append(Fait("depot", double.unique_id))
    pointeurs.append(pointeur(EXAMS[0], 9, state="remplace"))
    assert "examen 1 : 2 pointeurs en vigueur" in told(store, pointeurs)
    assert "examen 1 : le DMP a pris depot, depot" in told(store, pointeurs)


def test_versions_taken_in_the_wrong_order_are_seen(store: Store, pointeurs: list[Pointeur]) -> None:
    store.faits[-1], store.faits[-2] = store.faits[-2], store.faits[-1]
    assert "version 1 prise après la version 2" in told(store, pointeurs)


def test_an_exam_that_stays_at_its_first_report_is_seen(store: Store, pointeurs: list[Pointeur]) -> None:
    last = EXAMS[3]
    del store.entries[uid_of(last, 2)]
    put(store, entry(last, 1, status=APPROVED))
    store.faits.pop()
    assert "examen 4 : le pointeur en vigueur est celui du message 000004-1" in told(
        store, [*pointeurs[:3], pointeur(last, 1, state="en_vigueur")]
    )


@pytest.mark.parametrize("version", [1, 2])
def test_a_document_in_the_record_of_another_patient_is_seen_even_when_it_was_replaced(
    version: int, store: Store, pointeurs: list[Pointeur]
) -> None:
    put(store, entry(EXAMS[3], version, patient=f"{EXAMS[0].ins}^^^&1.2&ISO"))
    assert "examen 4 : déposé dans le dossier d'un autre patient" in told(store, pointeurs)


def test_a_pointer_that_holds_the_images_or_the_order_of_another_exam_is_seen(store: Store, pointeurs: list[Pointeur]) -> None:
    put(store, entry(EXAMS[0], 1, content=kos(EXAMS[1], patient=EXAMS[0].ins)))
    assert "examen 1 : le pointeur désigne d'autres images" in told(store, pointeurs)
    assert "examen 1 : le pointeur porte le numéro de demande d'un autre examen" in told(store, pointeurs)


def test_a_document_that_nobody_asked_for_is_seen(store: Store, pointeurs: list[Pointeur]) -> None:
    stranger = make_exams(5)[4]
    put(store, entry(stranger, 1))
    store.faits.append(Fait("depot", uid_of(stranger, 1)))
    assert "déposée sans avoir été envoyée" in told(store, pointeurs)
    assert "d'un document que la DRIMbox ne connaît pas" in told(store, pointeurs)


def test_a_pointer_of_the_dmp_that_the_drimbox_believes_replaced_is_seen(store: Store, pointeurs: list[Pointeur]) -> None:
    pointeurs[0] = replace(pointeurs[0], state="remplace")
    assert "examen 1 : le pointeur en vigueur de la DRIMbox n'est pas celui du DMP" in told(store, pointeurs)


def test_a_document_that_stays_in_force_after_its_exam_was_taken_back_is_seen(store: Store, pointeurs: list[Pointeur]) -> None:
    put(store, entry(EXAMS[2], 1, status=APPROVED))
    store.faits = [fait for fait in store.faits if fait.kind != "suppression"]
    assert "examen 3 : encore en vigueur au DMP, alors qu'il est retiré" in told(store, pointeurs)
    assert "examen 3 : le DMP a pris depot" in told(store, pointeurs)


@pytest.mark.parametrize("state", ["en_vigueur", "en_attente"])
def test_images_that_are_still_shared_after_their_exam_was_taken_back_are_seen(state: str, store: Store, pointeurs: list[Pointeur]) -> None:
    pointeurs[2] = replace(pointeurs[2], state=state)
    assert told(store, pointeurs) == "examen 3 : retiré, ses images sont encore partagées"


def test_an_exam_taken_back_before_it_was_deposited_is_no_fault(store: Store, pointeurs: list[Pointeur]) -> None:
    del store.entries[uid_of(EXAMS[2], 1)]
    store.faits = [fait for fait in store.faits if fait.unique_id != uid_of(EXAMS[2], 1)]
    assert told(store, pointeurs) == ""


def test_a_document_shown_to_others_than_its_last_message_says_is_seen(store: Store, pointeurs: list[Pointeur]) -> None:
    item = store.entries[uid_of(EXAMS[1], 1)].item
    put(store, entry(EXAMS[1], 1, item=replace(item, codes={schemes.CONFIDENTIALITY: (CodedValue("N", "", ""),)})))
    assert told(store, pointeurs) == "examen 2 : visible selon ['N'] ; il fallait ['INVISIBLE_PATIENT', 'N']"


@pytest.mark.parametrize(("number", "kind"), [(1, "visibilite"), (1, "suppression"), (2, "visibilite"), (3, "suppression")])
def test_an_update_that_nobody_asked_for_or_that_comes_twice_is_seen(
    number: int, kind: str, store: Store, pointeurs: list[Pointeur]
) -> None:
    store.faits.append(Fait(kind, uid_of(EXAMS[number - 1], 1)))
    assert f"examen {number} : le DMP a pris depot, " in told(store, pointeurs)


def test_an_update_before_the_deposit_that_it_speaks_of_is_seen(store: Store, pointeurs: list[Pointeur]) -> None:
    store.faits[1], store.faits[2] = store.faits[2], store.faits[1]
    assert "examen 2 : le DMP a pris visibilite, depot" in told(store, pointeurs)


def test_an_exam_whose_state_is_not_the_one_of_its_last_message_is_seen() -> None:
    states = {exam.study_uid: "retire" if exam.is_withdrawn else "depose" for exam in EXAMS}
    assert states_faults(EXAMS, states) == []
    states |= {EXAMS[2].study_uid: "depose", EXAMS[3].study_uid: "refuse"}
    del states[EXAMS[0].study_uid]
    assert states_faults(EXAMS, states) == [
        "examen 1 (nouveaux) : « inconnu » au lieu de « depose »",
        "examen 3 (dépubliés) : « depose » au lieu de « retire »",
        "examen 4 (remplacés) : « refuse » au lieu de « depose »",
    ]


def test_a_refusal_that_did_not_come_and_one_that_nobody_wanted_are_seen() -> None:
    exams = make_exams(2, {1: Sort.REFUSE})
    assert refused_faults(exams, {exams[0].study_uid}) == []
    assert refused_faults(exams, {exams[1].study_uid}) == [
        "examen 1 : le DMP devait le refuser une fois",
        f"étude {exams[1].study_uid} : refusée par le DMP sans raison",
    ]


def test_a_hundred_exams_hold_every_fate_and_half_of_what_changes_comes_late() -> None:
    exams = make_exams(100, MELANGE)
    fates = Counter(exam.sort for exam in exams)
    assert (fates[Sort.NOUVEAU], fates[Sort.REMPLACE]) == (60, 10)
    assert [fates[fate] for fate in set(Sort) - {Sort.NOUVEAU, Sort.REMPLACE}] == [5] * 6
    late = Counter(exam.sort for exam in exams if exam.is_late)
    assert set(late) == {Sort.REMPLACE, Sort.DEPUBLIE, Sort.ANNULE, Sort.VISIBILITE}
    assert all(2 <= late[fate] <= fates[fate] - 2 for fate in late)


@pytest.mark.parametrize(
    ("fate", "events"),
    [
        (Sort.NOUVEAU, [Publier]),
        (Sort.REFUSE, [Publier]),
        (Sort.REJETE, [Publier]),
        (Sort.REMPLACE, [Publier, Remplacer]),
        (Sort.EN_AVANCE, [Remplacer, Publier]),
        (Sort.VISIBILITE, [Publier, Remplacer]),
        (Sort.DEPUBLIE, [Publier, Depublier]),
        (Sort.ANNULE, [Publier, Annuler]),
    ],
)
def test_the_messages_of_a_fate_ask_the_drimbox_for_it(fate: Sort, events: list[type]) -> None:
    (exam,) = make_exams(1, {1: fate})
    asked = [event for message in exam.messages() for event in interpret(UUID(int=1), message)]
    assert [type(event) for event in asked] == events
    assert {event.reperes.study_uid for event in asked} == {exam.study_uid}
    assert len(asked) == exam.count
    if fate is Sort.VISIBILITE:
        first, second = (event.rapport for event in asked if isinstance(event, Publier | Remplacer))
        assert first.sha256 == second.sha256
        assert (first.message.flags, second.message.flags) == (frozenset(), {"INVISIBLE_PATIENT", "MODIF_CONF_CODE"})


def test_a_record_that_is_still_to_be_opened_is_not_there_until_it_is() -> None:
    dossiers = Dossiers(["1"])
    assert ("1" in dossiers, "2" in dossiers) == (False, True)
    dossiers.open("1")
    dossiers.open("2")
    assert ("1" in dossiers, "2" in dossiers) == (True, True)


def test_a_storm_that_cannot_break_everything_says_so_and_does_not_pass_for_a_whole_one() -> None:
    assert missing({DISQUE, HORLOGE, PACS_MUET}, set()) == []
    lacking = missing({HORLOGE, PACS_MUET}, set())
    assert [str(manque) for manque in lacking] == [
        "disque plein : il faut être root, et pouvoir monter un tmpfs ; --sans-disque pour s'en passer"
    ]
    assert (exit_code([], lacking), exit_code(["une faute"], lacking)) == (INCOMPLET, 1)
    said = missing({PACS_MUET}, {DISQUE, HORLOGE})
    assert [str(manque) for manque in said] == ["disque plein : écarté par --sans-disque", "saut d'horloge : écarté par --sans-horloge"]
    assert (exit_code([], said), exit_code([], [])) == (0, 0)


def test_a_ris_whom_nobody_answers_gives_up_at_its_limit() -> None:
    ris = Ris(free_port(), patience=0)
    ris.send_all(EXAMS)
    assert (ris.acknowledged, ris.sent_again) == (0, len(EXAMS) + sum(exam.is_late for exam in EXAMS))


def test_a_process_that_took_the_number_of_another_is_not_ended() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        (seen,) = [one for one in descendants(os.getpid()) if one.pid == child.pid]
        assert not end_all([replace(seen, started=seen.started - 1)])
        assert child.poll() is None
        assert end_all([seen])
        assert child.wait() == -signal.SIGKILL
    assert not end_all([seen])


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler: a storm without jumps of the clock")
def test_the_wall_clock_jumps_under_a_running_program_and_its_monotonic_clock_does_not(tmp_path: Path) -> None:
    clock = Horloge.built(tmp_path)
    assert clock is not None
    program = "import time\nwhile input(): print(time.time(), time.monotonic(), flush=True)"
    env = {**os.environ, **clock.variables}
    with subprocess.Popen([sys.executable, "-c", program], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for seconds in (0, -90, 90):
            clock.jump(seconds)
            before, steady = time.time(), time.monotonic()
            child.stdin.write("?\n")
            child.stdin.flush()
            wall, monotonic = map(float, child.stdout.readline().split())
            assert before + seconds - 1 <= wall <= time.time() + seconds + 1
            assert steady <= monotonic <= time.monotonic()
        child.stdin.write("\n")
        child.stdin.flush()


def test_the_children_of_a_process_are_found_with_their_own(tmp_path: Path) -> None:
    told_by = tmp_path / "pid"
    script = f"sleep 60 & echo $! > {told_by}.new; mv {told_by}.new {told_by}; wait"
    with subprocess.Popen(["sh", "-c", f"sh -c '{script}'; :"]) as child:
        try:
            while not told_by.exists():
                time.sleep(0.01)
            grandchild = int(told_by.read_text())
            found = {one.pid: one for one in descendants(child.pid)}
            while found[grandchild].title != "sleep 60":  # a shell tells the pid of its child before it has become the sleep
                time.sleep(0.01)
                found = {one.pid: one for one in descendants(child.pid)}
            assert found[grandchild].parent in found
        finally:
            for one in (*descendants(child.pid), *[one for one in descendants(os.getpid()) if one.pid == child.pid]):
                os.kill(one.pid, 9)
