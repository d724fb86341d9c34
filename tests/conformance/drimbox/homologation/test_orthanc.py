# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Public reports and messages, the whole way, with an Orthanc that holds one object of every kind under each of their studies.

The messages are sent as they are published; published reports that came without a message get one of the banc. Each pointer is then
judged by DCMTK and dicom3tools, each deposit by the XDS.b schemas and by the deposit that the public prototype made.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree
from pydicom import dcmread
from pydicom.dataset import Dataset

from banc.jeux import IDENTITE, make_message
from banc.jeux.relabel import relabel
from banc.pacs.orthanc import OrthancPacs
from drimbox.socle.dmp import vocabulary as voc
from drimbox.socle.dmp.model import LimitesDmp
from drimbox.socle.dmp.mtom import read_multipart
from drimbox.socle.personnes import Patient
from drimbox.source.compte_rendu.reader import read_cda
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.pointeur.models import Examen, Kos
from drimbox.source.reception.reader import read_message
from tests.conformance.drimbox.dmp.test_official_samples import published
from tests.conformance.drimbox.dmp.test_structure import DIFFERENCES, envelope, shape
from tests.conformance.drimbox.homologation.jeu import oru
from tests.drimbox_chemin import Chemin
from tests.drimbox_env import Environment
from tests.drimbox_world import Monde
from tests.integration.drimbox.kos.etudes import KINDS, write_study
from tests.integration.drimbox.kos.test_validators import DCIODVFY

pytestmark = [pytest.mark.donnees, pytest.mark.peer("orthanc")]

MDM = "Vague_2__Trans_Doc-CDA-HL7V2__TRANSMISSION_DOCS_CDA_EN_HL7V2_V2.1__MDM__"
INITIAL = f"{MDM}Transmission_initiale_MDM__message_MDM_CR_Radio_INIT_N1_Base64.er7"
REPLACEMENT = f"{MDM}Remplacement_MDM__message_MDM_CR_Radio_RPLC_N1.er7"
REMOVAL = f"{MDM}Suppression_MDM__message_MDM_CR_Radio_DEL_N1.er7"
REPORTS = ("DOC00002.xml", "IMG_CR_IMG_2023.11_CDA-R2-Niveau-1.xml", "IMG_CR_IMG_2024.01.xml", "IMG_CR_IMG_2024.01_CDA-R2-Niveau-1.xml")
EXAMS = ("C", "E", "F", "W")
# these reports give no number at all: the list names the study alone
UNNUMBERED = ("IMG_CR_IMG_2024.01.xml",)
UNSAID: dict[str, set[tuple[object, ...]]] = {name: {("DocumentKOS", "Slot", voc.REFERENCE_ID_LIST, 3)} for name in UNNUMBERED}
"""What the published deposit has and the deposit of a report cannot have."""
SAID: dict[str, set[tuple[object, ...]]] = {name: {("DocumentKOS", "Slot", voc.REFERENCE_ID_LIST, 1)} for name in UNNUMBERED}
"""What the deposit of a report has and the published one has not."""


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One study that holds two objects of each kind."""
    folder = tmp_path_factory.mktemp("kinds")
    # plain letters: dcentvfy compares bytes, whatever the character set of each object
    plain = replace(IDENTITE.examens[0], description="Scanner")
    write_study(folder, *KINDS, identite=IDENTITE.with_examens(plain))
    return folder


@pytest.fixture(scope="module")
def orthanc(drimbox_env: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrthancPacs]:
    """The PACS of the first couple; that of the second one, another Orthanc, holds nothing."""
    folder, ports = tmp_path_factory.mktemp("orthanc"), drimbox_env.ports
    with OrthancPacs(folder / "1", "PACSA", port=ports["pacs"]) as full, OrthancPacs(folder / "2", "PACSB", port=ports["pacs2"]):
        yield full


def fill(orthanc: OrthancPacs, message: bytes, kinds: Path, folder: Path) -> list[Path]:
    """Put every kind of images under each study of a report; return the files."""
    report = read_cda(read_message(message).compte_rendu)
    files = [path for paths in relabel(kinds, folder, report).files.values() for path in paths]
    orthanc.upload(files)
    return files


def message_of(shared_data: Path, name: str) -> bytes:
    if name in EXAMS:
        return oru(shared_data, name)
    if name.endswith(".er7"):
        return (shared_data / "hl7" / name).read_bytes()
    cda = (shared_data / "cda" / name).read_bytes()
    return make_message(cda, replace(IDENTITE, patient=read_cda(cda).patient), control_id=f"C{len(name)}")


@pytest.mark.peer("dcmtk")
@pytest.mark.peer("dciodvfy")
@pytest.mark.parametrize("name", [INITIAL, *REPORTS, *EXAMS])
def test_a_public_report_of_every_kind_of_images_is_deposited_clean(
    name: str, monde: Monde, orthanc: OrthancPacs, kinds: Path, tmp_path: Path, shared_data: Path
) -> None:
    message, chemin = message_of(shared_data, name), Chemin(monde)
    files = fill(orthanc, message, kinds, tmp_path / "images")
    chemin.take(message)
    chemin.advance()
    report = read_cda(read_message(message).compte_rendu)
    assert set(Examen.objects.values_list("study_instance_uid", "state")) == {
        (exam.study_instance_uid, "depose") for exam in report.examens
    }
    for kos in Kos.objects.all():
        images = [path for path in files if dcmread(path).StudyInstanceUID == kos.study_instance_uid]
        judge_kos(bytes(kos.contenu), images, tmp_path, report.patient)
    for body in monde.deposits:
        judge_deposit(body.read_bytes(), shared_data, DIFFERENCES | UNSAID.get(name, set()), SAID.get(name, set()))


def test_the_public_replacement_then_removal_follow_the_public_report(
    monde: Monde, orthanc: OrthancPacs, kinds: Path, tmp_path: Path, shared_data: Path
) -> None:
    chemin, message = Chemin(monde), message_of(shared_data, INITIAL)
    fill(orthanc, message, kinds, tmp_path / "images")
    chemin.publish(message)
    assert chemin.take(message_of(shared_data, REPLACEMENT)).state == "lu"
    chemin.advance()
    assert chemin.states() == [(1, "remplace"), (2, "en_vigueur")]
    assert chemin.take(message_of(shared_data, REMOVAL)).state == "lu"
    chemin.advance()
    assert chemin.faits == ["depot", "remplacement", "suppression"]
    assert Examen.objects.get().state == "retire"
    assert set(Envoi.objects.values_list("state", flat=True)) <= {"depose", "fait"}


def judge_kos(kos: bytes, files: list[Path], folder: Path, patient: Patient) -> None:
    """Have other programs read a pointer, alone and beside its images."""
    assert patient.ins is not None
    path = folder / "kos.dcm"
    path.write_bytes(kos)
    dump = subprocess.run(["/usr/bin/dsrdump", path], capture_output=True, timeout=30, check=True)
    # its one warning speaks of dsrdump itself, which checks no template constraint
    assert dump.stderr.splitlines() == [b"W: Check for template constraints not yet supported"]
    assert dump.stdout.count(b"<contains") == len(files) + 1
    alone = subprocess.run([DCIODVFY, path], capture_output=True, timeout=30, check=False)
    told = alone.stderr + alone.stdout
    assert b"KeyObjectSelectionDocument" in told
    assert b"Error" not in told, told.decode(errors="replace")
    beside = subprocess.run([DCIODVFY.with_name("dcentvfy"), path, *files], capture_output=True, timeout=60, check=False)
    lines = [line for line in (beside.stderr + beside.stdout).splitlines() if line.startswith(b"Error")]
    foreign = {line for line in lines if _is_foreign(line, kos)}
    # the pointer names the patient by the INS, its images by the IPP when there is one: the specification's difference, and the only one
    study = dcmread(BytesIO(kos)).StudyInstanceUID
    assert set(lines) - foreign == {
        f"Error - Different PatientID for same StudyInstanceUID - StudyInstanceUID=<{study}> PatientID=<{patient.ipp.value}>"
        f" for file <{file}> versus existing PatientID=<{patient.ins.value}>".encode()
        for file in files
        if patient.ipp is not None
    }


def _is_foreign(line: bytes, kos: bytes) -> bool:
    """Tell whether it speaks of what pydicom's own SR references, which is not ours."""
    referenced = {str(one.ReferencedSOPInstanceUID) for item in dcmread(BytesIO(kos)).ContentSequence for one in _references(item)}
    return b"Missing SOPInstanceUID" in line and not any(uid.encode() in line for uid in referenced)


def _references(item: Dataset) -> list[Dataset]:
    return list(item.get("ReferencedSOPSequence", []))


def judge_deposit(body: bytes, shared_data: Path, unsaid: set[tuple[object, ...]], said: set[tuple[object, ...]]) -> None:
    """Validate a deposit as it came to the DMP, and compare it with the published one, element by element, both ways."""
    ours = read_multipart(_content_type(body), body, LimitesDmp())
    theirs = read_multipart(*published(shared_data), LimitesDmp())
    published_one, mine = set(shape(envelope(theirs))), set(shape(envelope(ours)))
    assert published_one - mine == unsaid
    assert mine - published_one == said
    schema = etree.XMLSchema(etree.parse(shared_data / "xds/schema/XDS.b_DocumentRepository.xsd"))
    request = next(envelope(ours).iter(f"{{{voc.XDSB}}}ProvideAndRegisterDocumentSetRequest"))
    for document in request.iter(f"{{{voc.XDSB}}}Document"):
        # the schema describes the inlined form of what MTOM sends as parts
        document.remove(document[0])
        document.text = "AAAA"
    schema.assertValid(etree.fromstring(etree.tostring(request)))


def _content_type(body: bytes) -> str:
    boundary = body.lstrip(b"\r\n").split(b"\r\n", 1)[0].removeprefix(b"--").decode()
    return f'multipart/related; boundary="{boundary}"; type="application/xop+xml"'
