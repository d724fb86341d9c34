# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The whole way, by the command that the README gives."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pydicom
import pytest

from tests.conftest import ROOT
from tests.e2e.traces import snapshot, temporary_folder, wait_until

LIMIT = 240


def _demo(work: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / "drimm"), "demo", "--once", "--work", str(work), "--report", str(work / "rapport.json"), *options],
        capture_output=True, text=True, timeout=LIMIT, check=False, stdin=subprocess.DEVNULL, env=os.environ | variables,
    )  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], dict[str, Any], Path]:
    work = tmp_path_factory.mktemp("demo")
    with temporary_folder() as folder:
        result = _demo(work, TMPDIR=str(folder))
        assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-4000:]
        assert not _left(folder)
    return result, json.loads((work / "rapport.json").read_text()), work


def test_the_demo_says_what_it_does(run: Any) -> None:
    result, report, _ = run
    assert result.stdout.count("✓") == len(report["steps"])


def test_every_step_is_reported_and_succeeds(run: Any) -> None:
    _, report, _ = run
    assert report["ok"] is True
    assert all(step["ok"] and step["seconds"] >= 0 for step in report["steps"])


@pytest.mark.peer("xmlsec1")
def test_xmlsec1_says_ok_of_the_published_list(run: Any) -> None:
    _, report, _ = run
    anchors = Path(report["liste_blanche"]["anchors"])
    trusted = [word for path in sorted(anchors.glob("*.pem")) for word in ("--trusted-pem", str(path))]
    command = [
        "xmlsec1", "--verify", "--enabled-reference-uris", "empty,same-doc",
        "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties", *trusted, report["liste_blanche"]["path"],
    ]  # fmt: skip
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "OK" in result.stdout + result.stderr
    assert report["liste_blanche"]["domaines"] == 2


@pytest.mark.peer("dcmtk")
@pytest.mark.peer("dciodvfy")
def test_the_validators_of_others_report_no_error_in_the_kos(run: Any) -> None:
    _, report, _ = run
    path = report["kos"]["path"]
    kos = pydicom.dcmread(path)
    assert kos.SOPInstanceUID == report["kos"]["sop_instance_uid"]
    dump = subprocess.run(["/usr/bin/dsrdump", path], capture_output=True, check=False)
    assert dump.returncode == 0
    assert dump.stdout
    assert b"Error" not in dump.stderr
    verified = subprocess.run(["dciodvfy", path], capture_output=True, text=True, check=False, env={**os.environ, "PATH": _venv_path()})
    assert [line for line in verified.stderr.splitlines() if line.startswith("Error")] == []


def _venv_path() -> str:
    return f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"


def test_the_deposit_kept_is_the_body_that_the_dmp_received(run: Any) -> None:
    _, report, _ = run
    body = Path(report["deposit"]["path"]).read_bytes()
    assert b"ProvideAndRegisterDocumentSetRequest" in body
    assert Path(report["kos"]["path"]).read_bytes() in body


def test_the_images_received_are_those_of_the_source(run: Any) -> None:
    _, report, _ = run
    retrieval = report["retrieval"]
    assert retrieval["identical"] is True
    assert retrieval["instances"] == retrieval["stored_in_pacs"] >= 20
    sent = {pydicom.dcmread(path).SOPInstanceUID: path for path in Path(retrieval["source_dir"]).rglob("*") if path.is_file()}
    received = [path for path in Path(retrieval["received_dir"]).rglob("*") if path.is_file()]
    assert len({pydicom.dcmread(path).SeriesInstanceUID for path in received}) >= 2
    for path in received:
        image = pydicom.dcmread(path)
        assert image.PixelData == pydicom.dcmread(sent[image.SOPInstanceUID]).PixelData


@pytest.mark.parametrize(("case", "status"), [("forged_list", None), ("foreign_token", 401), ("excluded_drimbox", 403)], ids=str)
def test_each_refusal_is_a_real_exchange_with_a_code_and_a_trace(run: Any, case: str, status: int | None) -> None:
    _, report, work = run
    (refusal,) = [item for item in report["refusals"] if item["case"] == case]
    assert refusal["http_status"] == status
    assert refusal["code"]
    assert refusal["trace"]
    transcript = Path(refusal["transcript"]).read_text(encoding="utf-8")
    assert refusal["code"] in transcript
    assert refusal["trace"] in transcript
    logs = "".join(path.read_text(errors="replace") for path in (work / "journaux").glob("drimbox-a*.log"))
    assert refusal["trace"] in logs


def test_kill_minus_9_of_the_launcher_leaves_nothing(tmp_path: Path) -> None:
    command = [str(ROOT / "drimm"), "demo", "--work", str(tmp_path / "w")]
    with temporary_folder() as folder:
        with (tmp_path / "sortie").open("wb") as output:
            demo = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=os.environ | {"TMPDIR": str(folder)})
        try:
            assert wait_until(lambda: len(snapshot(folder).processes) > 8, 180)
        finally:
            demo.kill()
            demo.wait()
        assert wait_until(lambda: not _left(folder), 40), _left(folder)


def _left(folder: Path) -> frozenset[str]:
    """Return the processes that a run left, and its temporary folders."""
    found = snapshot(folder)
    return found.processes | {name for name in found.temporary if name.startswith("drimm")}


def test_a_file_that_is_no_report_ends_in_a_sentence_not_in_a_traceback(tmp_path: Path) -> None:
    wrong = tmp_path / "faux.hl7"
    wrong.write_bytes(b"ceci n'est pas un compte rendu")
    result = _demo(tmp_path / "w", "--hl7", str(wrong), "--relabel")
    assert result.returncode != 0
    assert "Traceback" not in result.stdout + result.stderr
    assert "faux.hl7" in result.stdout + result.stderr or "HL7" in result.stdout + result.stderr


@pytest.mark.donnees
def test_the_real_report_of_the_public_samples_goes_the_whole_way(tmp_path: Path, shared_data: Path) -> None:
    (message,) = (shared_data / "hl7").glob("*message_MDM_CR_Radio_INIT_N1_Base64*")
    result = _demo(tmp_path, "--hl7", str(message), "--relabel")
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
    report = json.loads((tmp_path / "rapport.json").read_text())
    assert report["ok"] is True
    assert report["retrieval"]["identical"] is True
