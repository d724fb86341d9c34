# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Checks of the homologation about reports and pointers; the number is the row of the list in docs/conformite.md."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import etree
from pydicom import dcmread
from pydicom.dataset import Dataset

from drimbox.socle.kos.reader import read_kos
from drimbox.source.compte_rendu.model import CompteRendu
from drimbox.source.compte_rendu.reader import read_cda
from drimbox.source.compte_rendu.rules import Ecart, pair_with_pacs, verify_absence, verify_identity
from drimbox.source.pointeur.builder import build_kos
from drimbox.source.pointeur.rules import new_uid
from tests.conformance.drimbox.pointeur.examens import V3, identite, report, study

pytestmark = pytest.mark.donnees

PUBLISHED = ["A", "C", "E", "G1", "G1_MAJ", "I", "W"]
DB = "db1.349.mesimagesmedicales.fr"


def build(cr: CompteRendu, shared_data: Path, exam: str, rank: int = 0) -> bytes:
    etude = study(shared_data, exam, rank)
    examen = pair_with_pacs(cr, etude)
    assert examen is not None
    return build_kos(
        cr,
        examen,
        etude,
        couple_db=DB,
        sop_instance_uid=new_uid(),
        series_instance_uid=new_uid(),
        now=datetime(2026, 11, 22, tzinfo=UTC),
        timezone=ZoneInfo("Europe/Paris"),
    )


def without_names(cda: bytes, *paths: str) -> bytes:
    root = etree.fromstring(cda)
    for path in paths:
        for element in root.findall(f"h:recordTarget/h:patientRole/h:patient/h:name/{path}", V3):
            element.getparent().remove(element)
    return etree.tostring(root)


def names(document: Dataset) -> list[str]:
    value = document.OtherPatientNames
    return [str(name) for name in value] if document["OtherPatientNames"].VM > 1 else [str(value)]


def test_17_exam_a_gives_the_expected_patient_module(shared_data: Path):
    document = dcmread(BytesIO(build(read_cda(report(shared_data, "A")), shared_data, "A")))
    assert str(document.PatientName) == "PAT-TROIS^DOMINIQUE"
    assert names(document) == ["^DOMINIQUE", "PAT-TROIS^DOMINIQUE"]
    assert (document.PatientID, document.IssuerOfPatientID) == ("279035121518989", "ASIP-SANTE-INS-NIR")
    for holder in (document, document.OtherPatientIDsSequence[0]):
        qualifiers = holder.IssuerOfPatientIDQualifiersSequence[0]
        assert (qualifiers.UniversalEntityID, qualifiers.UniversalEntityIDType) == ("1.2.250.1.213.1.4.10", "ISO")
    assert document.OtherPatientIDsSequence[0].TypeOfPatientID == "TEXT"
    assert (document.PatientBirthDate, document.PatientSex, document.PatientComments) == ("19790328", "F", "63220")
    assert document.InstitutionName == "Centre de radiologie Ambroise^^^^^^^^^101235555"
    request = document.ReferencedRequestSequence[0]
    assert (request.AccessionNumber, request.IssuerOfAccessionNumberSequence[0].UniversalEntityID) == ("ACN101", "1.2.250.1.213.4.5.2.5")
    assert (request.PlacerOrderNumberImagingServiceRequest, request.OrderPlacerIdentifierSequence[0].UniversalEntityID) == (
        "OPN101",
        "1.2.250.1.213.4.5.2.6",
    )
    uids = {document.StudyInstanceUID, request.StudyInstanceUID, document.CurrentRequestedProcedureEvidenceSequence[0].StudyInstanceUID}
    assert uids == {"1.2.250.1.213.4.5.2.1.101"}
    assert document.AccessionNumber == ""


@pytest.mark.parametrize(
    ("removed", "expected"),
    [
        (("h:given[@qualifier='CL']",), ["^DOMINIQUE", "PAT-TROIS"]),
        (("h:family[@qualifier='CL']",), ["^DOMINIQUE", "^DOMINIQUE"]),
        (("h:family[@qualifier='CL']", "h:given[@qualifier='CL']"), ["^DOMINIQUE"]),
    ],
    ids=["Nom", "Prenom", "Absent"],
)
def test_19_other_patient_names_follow_the_used_names(shared_data: Path, removed, expected):
    cr = read_cda(without_names(report(shared_data, "A"), *removed))
    assert names(dcmread(BytesIO(build(cr, shared_data, "A")))) == expected


def test_25_exam_f_gives_two_pointers_with_their_own_accession_numbers(shared_data: Path):
    cr = read_cda(report(shared_data, "F"))
    pointers = [read_kos(build(cr, shared_data, "F", rank)) for rank in (0, 1)]
    assert [(k.study_instance_uid, k.accession.value, k.order.value) for k in pointers if k.accession and k.order] == [
        ("1.2.250.1.213.4.5.2.1.106", "ACN106", "OPN107"),
        ("1.2.250.1.213.4.5.2.1.107", "ACN107", "OPN107"),
    ]
    assert [code.code for code in cr.examens[0].modalites] == ["MR"]


def test_25_the_pacs_settles_the_pairs_of_exam_f_when_the_report_crosses_them(shared_data: Path):
    root = etree.fromstring(report(shared_data, "F"))
    first, second = root.findall("h:inFulfillmentOf", V3)
    first.addprevious(second)
    cr = read_cda(etree.tostring(root))
    assert cr.examens[0].accession is not None
    assert cr.examens[0].accession.value == "ACN107"
    for rank, accession in enumerate(("ACN106", "ACN107")):
        etude = study(shared_data, "F", rank)
        examen = pair_with_pacs(cr, etude)
        assert examen is not None
        assert examen.accession is not None
        assert examen.accession.value == accession
        assert verify_identity(cr, examen, message=cr.patient, pacs=etude).accepted


@pytest.mark.parametrize("exam", PUBLISHED)
def test_exams_to_publish_pass_the_gate(shared_data: Path, exam):
    cr = read_cda(report(shared_data, exam))
    decision = verify_identity(cr, cr.examens[0], message=cr.patient, pacs=study(shared_data, exam))
    assert decision.bloquants == ()


def test_27_the_update_of_exam_g_speaks_of_the_same_study(shared_data: Path):
    first, update = (read_cda(report(shared_data, exam)) for exam in ("G1", "G1_MAJ"))
    assert first.examens[0].study_instance_uid == update.examens[0].study_instance_uid
    assert first.identifiant != update.identifiant


def test_29_exam_g2_names_a_study_that_is_not_its_accession_number_s(shared_data: Path):
    cr = read_cda(report(shared_data, "G2"))
    known = study(shared_data, "G1")
    assert pair_with_pacs(cr, known) is None
    accession = cr.examens[0].accession
    assert accession is not None
    assert accession.value == known.accession_number
    decision = verify_absence(cr.examens[0], (known.study_instance_uid,))
    assert decision.bloquants == (Ecart.ACCESSION_AUTRE_ETUDE,)


def test_33_exam_m_bears_other_traits_than_its_images(shared_data: Path):
    cr = read_cda(report(shared_data, "M"))
    assert cr.patient.ins == identite(shared_data, "A").patient.ins
    decision = verify_identity(cr, cr.examens[0], message=cr.patient, pacs=study(shared_data, "M"))
    assert set(decision.bloquants) == {Ecart.NOM, Ecart.PRENOM, Ecart.NAISSANCE, Ecart.SEXE}
    assert Ecart.NIR in decision.avertissements


def test_a_nir_that_contradicts_its_own_traits_does_not_stop_an_exam_whose_images_agree(shared_data: Path):
    cr = read_cda(report(shared_data, "M"))
    decision = verify_identity(cr, cr.examens[0], message=cr.patient, pacs=study(shared_data, "M", images_of="M"))
    assert decision.accepted
    assert decision.avertissements == (Ecart.NIR,)


def test_another_birth_place_in_the_message_does_not_stop_exam_i(shared_data: Path):
    cr = read_cda(report(shared_data, "I"))
    message = replace(cr.patient, traits=replace(cr.patient.traits, lieu_naissance="51215"))
    decision = verify_identity(cr, cr.examens[0], message=message, pacs=study(shared_data, "I"))
    assert decision.accepted
    assert decision.avertissements == (Ecart.LIEU_NAISSANCE,)
