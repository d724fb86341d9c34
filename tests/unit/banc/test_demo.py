# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The pieces of the demo that decide something: the exam given, the comparison, the report, the children."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pydicom
import pytest

from banc.demo.children import ChildFell, Children
from banc.demo.command import DossierOccupe, _work_folder
from banc.demo.comparison import compare
from banc.demo.examen import ExamenInutilisable, Given, prepare
from banc.demo.navigation import Page
from banc.demo.plan import Plan
from banc.demo.professionnel import read_outcome
from banc.demo.report import Report
from banc.jeux import IDENTITE, make_images, make_message, make_report

STUDIES = frozenset(examen.study_instance_uid for examen in IDENTITE.examens)


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    make_images(tmp_path / "sent", slices=2)
    return tmp_path / "sent"


def _copy(sent: Path, folder: Path) -> list[Path]:
    folder.mkdir()
    return [Path(folder / path.name) for path in sorted(sent.rglob("*.dcm")) if (folder / path.name).write_bytes(path.read_bytes())]


def test_the_same_files_are_identical(sent: Path, tmp_path: Path) -> None:
    _copy(sent, tmp_path / "received")
    result = compare(sent, tmp_path / "received", STUDIES)
    assert result.identical
    assert (result.sent, result.received) == (4, 4)


def test_what_the_specification_adds_is_no_difference(sent: Path, tmp_path: Path) -> None:
    for path in _copy(sent, tmp_path / "received"):
        image = pydicom.dcmread(path)
        other = pydicom.Dataset()
        other.PatientID = "279035121518989"
        image.OtherPatientIDsSequence = [other]
        image.save_as(path)
    assert compare(sent, tmp_path / "received", STUDIES).identical


@pytest.mark.parametrize("keyword", ["PatientName", "PixelData", "StudyDescription"])
def test_a_changed_attribute_is_named(sent: Path, tmp_path: Path, keyword: str) -> None:
    first = _copy(sent, tmp_path / "received")[0]
    image = pydicom.dcmread(first)
    value = image[keyword].value
    image[keyword].value = bytes(len(value)) if isinstance(value, bytes) else "AUTRE"
    image.save_as(first)
    result = compare(sent, tmp_path / "received", STUDIES)
    assert not result.identical
    assert keyword in result.differences[0]


def test_an_absent_image_is_a_difference(sent: Path, tmp_path: Path) -> None:
    _copy(sent, tmp_path / "received")[0].unlink()
    result = compare(sent, tmp_path / "received", STUDIES)
    assert not result.identical
    assert "absente" in result.differences[0]


def test_nothing_sent_is_not_identical(tmp_path: Path) -> None:
    assert not compare(tmp_path, tmp_path, STUDIES).identical


def test_the_sample_exam_is_put_in_the_pacs(tmp_path: Path) -> None:
    examen = prepare(Given(), tmp_path / "pacs", tmp_path / "scratch")
    assert examen.instances >= 20
    assert examen.series >= 2
    assert examen.studies == STUDIES


def test_images_of_the_reports_study_are_taken_and_others_left(sent: Path, tmp_path: Path) -> None:
    message = tmp_path / "report.hl7"
    message.write_bytes(make_message(make_report()))
    (sent / "notes.txt").write_text("not an image")
    assert prepare(Given(message, sent), tmp_path / "pacs", tmp_path / "scratch").instances == 4


def test_images_of_another_study_ask_for_relabel(sent: Path, tmp_path: Path) -> None:
    for path in sent.rglob("*.dcm"):
        image = pydicom.dcmread(path)
        image.StudyInstanceUID = "2.25.1"
        image.save_as(path)
    with pytest.raises(ExamenInutilisable) as caught:
        prepare(Given(None, sent), tmp_path / "pacs", tmp_path / "scratch")
    assert "--relabel" in caught.value.remede


def test_relabelled_images_belong_to_the_reports_study(sent: Path, tmp_path: Path) -> None:
    examen = prepare(Given(None, sent, relabel=True), tmp_path / "pacs", tmp_path / "scratch")
    assert examen.instances == 4


@pytest.mark.parametrize("content", [None, b"", b"pas un message", b"MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.5\r"])
def test_a_message_that_carries_no_report_is_refused_by_name(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "faux.hl7"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ExamenInutilisable, match=r"faux\.hl7"):
        prepare(Given(path, None, relabel=True), tmp_path / "pacs", tmp_path / "scratch")


def test_the_report_is_ok_only_when_complete_and_every_step_too(tmp_path: Path) -> None:
    report = Report()
    with report.step("un"):
        pass
    report.write(tmp_path / "r.json", complete=True)
    assert json.loads((tmp_path / "r.json").read_text())["ok"] is True
    with pytest.raises(ValueError, match="x"), report.step("deux"):
        raise ValueError("x")
    report.write(tmp_path / "r.json", complete=False)
    content = json.loads((tmp_path / "r.json").read_text())
    assert content["ok"] is False
    assert [step["ok"] for step in content["steps"]] == [True, False]


def test_the_plan_is_read_back_as_written(tmp_path: Path) -> None:
    plan = Plan.fresh(tmp_path / "w")
    plan.save()
    assert Plan.load(tmp_path / "w") == plan


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "these.txt").write_text("précieux")
    with pytest.raises(DossierOccupe):
        _work_folder(tmp_path)
    assert (tmp_path / "these.txt").exists()


def test_a_child_that_fails_is_named_with_its_log(tmp_path: Path) -> None:
    children = Children(tmp_path)
    with pytest.raises(ChildFell, match="essai"):
        children.run("essai", [sys.executable, "-c", "raise SystemExit(3)"])
    children.start("court", [sys.executable, "-c", ""])
    with pytest.raises(ChildFell, match="court"):
        children.wait_port("court", "127.0.0.1", 1, seconds=20)
    children.stop()


def test_the_outcome_of_an_import_is_read_from_its_page() -> None:
    from lxml import html

    page = html.document_fromstring(
        "<h1>Import <span class='etat etat-echoue'>Échoué</span></h1><table><tbody><tr><th>1</th><td>s</td><td>e</td><td>12</td><td>0</td>"
        "<td>0</td><td>0</td><td>12</td><td>0</td></tr><tr><td colspan='9'>Refusée <code>admission.dn_absent</code> · HTTP 403 · trace "
        "<code>abc</code></td></tr></tbody></table>"
    )
    outcome = read_outcome(Page("https://x", page))
    assert (outcome.complete, outcome.stored, outcome.code, outcome.http_status, outcome.trace) == (
        False,
        0,
        "admission.dn_absent",
        403,
        "abc",
    )
