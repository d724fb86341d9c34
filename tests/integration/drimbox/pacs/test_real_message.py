# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""From a public message to its pointer: the report is read, images are relabelled for it, the PACS agrees, the KOS is valid."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from banc.jeux import make_images, relabel
from banc.pacs import PacsSimulator
from drimbox.socle.kos.reader import read_kos
from drimbox.socle.pacs.questions import find_etude
from drimbox.source.compte_rendu.reader import read_cda
from drimbox.source.compte_rendu.rules import pair_with_pacs, verify_identity
from drimbox.source.pointeur.builder import build_kos
from drimbox.source.pointeur.rules import new_uid
from drimbox.source.reception.reader import read_message
from tests.integration.drimbox.pacs.conftest import settings_of

NAMES = ["*MDM_CR_Radio_INIT_N1_Base64.er7", "*MDM_CR_Radio_RPLC_N1.er7"]


@pytest.mark.donnees
@pytest.mark.parametrize("name", NAMES)
def test_a_public_message_leads_to_a_pointer(shared_data: Path, tmp_path: Path, name):
    message = read_message(next((shared_data / "hl7").glob(name)).read_bytes())
    cr = read_cda(message.compte_rendu)
    make_images(tmp_path / "images", slices=2)
    relabel(tmp_path / "images", tmp_path / "pacs", cr)
    with PacsSimulator(tmp_path / "pacs", "PACSA", known_aets={"DRIMBOX": None}) as simulator:
        etude = find_etude(settings_of(simulator), cr.examens[0].study_instance_uid)
    assert etude is not None
    examen = pair_with_pacs(cr, etude)
    assert examen is not None
    assert verify_identity(cr, examen, message=message.patient, pacs=etude).accepted
    kos = build_kos(
        cr,
        examen,
        etude,
        couple_db="db1.1.mesimagesmedicales.fr",
        sop_instance_uid=new_uid(),
        series_instance_uid=new_uid(),
        now=datetime(2026, 11, 22, tzinfo=UTC),
        timezone=ZoneInfo("Europe/Paris"),
    )
    read = read_kos(kos)
    assert read.instances_count == 4
    assert read.accession == examen.accession
    (tmp_path / "kos.dcm").write_bytes(kos)


@pytest.mark.donnees
@pytest.mark.peer("dcmtk")
def test_its_pointer_is_read_by_dsrdump(shared_data: Path, tmp_path: Path):
    test_a_public_message_leads_to_a_pointer(shared_data, tmp_path, NAMES[0])
    result = subprocess.run(["/usr/bin/dsrdump", tmp_path / "kos.dcm"], capture_output=True, timeout=30, check=True)
    assert b"E: " not in result.stderr
