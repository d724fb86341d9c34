# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What our deposit says of published pointers, beside what was published with them or is said of them."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from drimbox.socle.dmp import vocabulary as voc
from drimbox.socle.dmp.deposit import Expediteur, build_deposit
from drimbox.socle.dmp.model import LimitesDmp
from drimbox.socle.dmp.mtom import MultipartMessage, read_multipart
from drimbox.socle.kos.reader import read_kos
from drimbox.socle.personnes import TraitsPatient
from tests.conformance.drimbox.dmp.test_official_samples import published
from tests.unit.drimbox.dmp.samples import NOW, PATIENT, built_pki, dmp_settings, kos_a_deposer

pytestmark = pytest.mark.donnees
LIMITS = LimitesDmp()
RIM = f"{{{voc.RIM}}}"
Fiche = dict[str, tuple[str, ...]]


@pytest.fixture(scope="module")
def expediteur(tmp_path_factory: pytest.TempPathFactory) -> Expediteur:
    return Expediteur.load(dmp_settings(built_pki(tmp_path_factory.mktemp("pki"))), LIMITS)


def computed(kos: bytes, expediteur: Expediteur) -> Fiche:
    """Return the entry of a deposit whose patient, study and order numbers are those of a pointer."""
    lu = read_kos(kos)
    name = (*lu.patient_name.split("^"), "")
    traits = TraitsPatient(name[0], name[1], name[1], lu.patient_birth_date, lu.patient_sex)
    deposit = kos_a_deposer(
        contenu=kos,
        sop_instance_uid=lu.sop_instance_uid,
        study_instance_uid=lu.study_instance_uid,
        patient=replace(PATIENT, ins=lu.patient_ins, traits=traits),
        accession=lu.accession,
        order=lu.order,
    )
    requete = build_deposit(deposit, expediteur, NOW)
    return fiche(read_multipart(requete.content_type, requete.body, LIMITS))


def fiche(message: MultipartMessage) -> Fiche:
    """Return the slots of the entry of the pointer, and its two identifiers."""
    (entry,) = etree.fromstring(message.root.content.strip()).findall(f".//{RIM}ExtrinsicObject[@id='DocumentKOS']")
    found = {str(slot.get("name")): tuple(str(one.text) for one in slot.iter(f"{RIM}Value")) for slot in entry.findall(f"{RIM}Slot")}
    return found | {str(one.get("identificationScheme")): (str(one.get("value")),) for one in entry.findall(f"{RIM}ExternalIdentifier")}


@pytest.mark.peer("dcmtk")
def test_21_the_metadata_of_the_reference_kos_are_those_of_the_cross_validation(
    shared_data: Path, tmp_path: Path, expediteur: Expediteur
) -> None:
    path = tmp_path / "kos.dcm"
    subprocess.run(["/usr/bin/xml2dcm", shared_data / "kos" / "KOS_OK.xml", path], check=True, capture_output=True, timeout=30)
    found = computed(path.read_bytes(), expediteur)
    assert found[voc.DE_UNIQUE_ID] == ("1.2.250.1.59.844.2.1234567890123.1276394488319797597.955.1.1",)
    assert found[voc.DE_PATIENT_ID] == ("274075176079430^^^&1.2.250.1.213.1.4.10&ISO^NH",)
    assert found["sourcePatientId"] == ("274075176079430^^^&1.2.250.1.213.1.4.10&ISO^PI",)
    assert found["sourcePatientInfo"] == ("PID-5|PAT-HUIT^FRANCOISE^^^^^L", "PID-7|19960113", "PID-8|M")
    assert found[voc.REFERENCE_ID_LIST] == (
        "725229536725008^^^&1.2.840.113619.6.198&ISO^urn:ihe:iti:xds:2013:accession",
        "1.3.6.1.4.1.5962.99.1.3711725607.829148806.1687338938407.3.18^^^&1.2.3.4.5.6&ISO^urn:ihe:iti:xds:2016:studyInstanceUID",
        "12989855968^^^&2.16.840.1.113883.6.98&ISO^urn:ihe:iti:xds:2013:order",
    )


def test_21_the_metadata_of_the_published_kos_are_those_that_were_published_with_it(shared_data: Path, expediteur: Expediteur) -> None:
    message = read_multipart(*published(shared_data), LIMITS)
    theirs, ours = fiche(message), computed(message.referenced("cid:0.2").content, expediteur)
    of_the_kos = [voc.DE_UNIQUE_ID, voc.DE_PATIENT_ID, "sourcePatientId", "hash", "size", voc.REFERENCE_ID_LIST]
    assert {name: ours[name] for name in of_the_kos} == {name: theirs[name] for name in of_the_kos}
    # this pointer bears no given name: its report did
    assert ours["sourcePatientInfo"][1:] == theirs["sourcePatientInfo"][1:]
    assert ours.keys() == theirs.keys()
