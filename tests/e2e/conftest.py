# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One living mesh for the tests that look at it from outside: a patient that exists nowhere else, and a study of 300 images."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace

import psycopg
import pytest

from banc.demo.plan import Plan
from banc.jeux import IDENTITE, big_study, make_message, make_report
from drimbox.socle.personnes import Identifiant, TraitsPatient
from tests.conftest import ROOT
from tests.e2e.traces import wait_until

INSTANCES = 300
# every one of these words is found nowhere but in what speaks of this patient
TRAITS = TraitsPatient(
    "ZKANARINOM", "ZKANARIPRENOM", "ZKANARIPRENOM ZKANARISECOND", "19520617", "F", "ZKANARIUSUEL", "ZKANARIUTILISE", "29019"
)
INS = "252062901977747"
IPP = "ZKANARIIPP42"
CANARIES = ("ZKANARI", INS, "19520617", "1952-06-17")


@dataclass(frozen=True)
class LivingMesh:
    """A demo that stays up."""

    plan: Plan
    message: bytes

    def logs(self) -> str:
        """Everything that every process wrote."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.plan.logs.glob("*.log")))

    def connect(self, database: str) -> psycopg.Connection:
        """Enter a database as its administrator."""
        base = self.plan.work / "base"
        password = (base / "donnees.password").read_text()
        return psycopg.connect(host=(base / "socket").read_text(), port=5432, dbname=database, user="postgres", password=password)


def _canary_message() -> bytes:
    patient = replace(
        IDENTITE.patient, traits=TRAITS, ins=Identifiant(INS, IDENTITE.patient.ins.oid), ipp=Identifiant(IPP, "1.2.250.1.999.4")
    )
    identite = replace(IDENTITE, patient=patient)
    return make_message(make_report(identite), identite)


@pytest.fixture(scope="session")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingMesh]:
    folder = tmp_path_factory.mktemp("maillage")
    message, images, work = folder / "rapport.hl7", folder / "images", folder / "w"
    message.write_bytes(_canary_message())
    big_study(images, INSTANCES)
    output = (folder / "demo.txt").open("wb")
    command = [str(ROOT / "drimm"), "demo", "--work", str(work), "--report", str(folder / "r.json")]
    command += ["--hl7", str(message), "--dicom", str(images), "--relabel"]
    demo = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    try:
        said = lambda: (folder / "demo.txt").read_text(errors="replace")  # noqa: E731 - read again each time
        assert wait_until(lambda: "Le maillage est en marche" in said() or demo.poll() is not None, 240), said()
        assert demo.poll() is None, said()
        yield LivingMesh(Plan.load(work), message.read_bytes())
    finally:
        demo.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            demo.wait(40)
        demo.kill()
        output.close()
