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
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from banc.dmp import schemes
from banc.dmp.names import APPROVED, DEPRECATED
from banc.dmp.objects import RegistryItem
from banc.dmp.store import Entry, Fait, Store
from banc.ports import free_port
from banc.soak.tempete.bilan import Pointeur, faults
from banc.soak.tempete.charge import Examen, Ris, make_exams
from banc.soak.tempete.horloge import Horloge
from banc.soak.tempete.processus import descendants, end_all

EXAMS = make_exams(4)  # the fourth is replaced


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
    item = RegistryItem(etree.Element("kos"), "KOS", "application/dicom", "", slots, {}, {}, identifiers, ())
    status = APPROVED if version == exam.versions else DEPRECATED
    return replace(Entry(f"urn:{uid_of(exam, version)}", f"{exam.ins}^^^&1.2&ISO", item, kos(exam), status=status), **changes)  # type: ignore[arg-type]  # fields of Entry


def pointeur(exam: Examen, version: int, **changes: str) -> Pointeur:
    state = "en_vigueur" if version == exam.versions else "remplace"
    return replace(Pointeur(exam.study_uid, uid_of(exam, version), version, state, exam.control_id(version)), **changes)


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
    assert "3 pointeurs en vigueur au DMP pour 4 examens" in told(store, pointeurs)
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


def test_a_ris_whom_nobody_answers_gives_up_at_its_limit() -> None:
    ris = Ris(free_port(), patience=0)
    ris.send_all(EXAMS)
    assert (ris.acknowledged, ris.sent_again) == (0, len(EXAMS))


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
