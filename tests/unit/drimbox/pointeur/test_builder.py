# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The KOS says what the French volet wants, from the report and the PACS, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from banc.jeux import IDENTITE, ExamenJeu
from drimbox.socle.kos.reader import read_kos
from drimbox.socle.personnes import Identifiant, Structure
from drimbox.source.pointeur.errors import InsAbsent, KosImpossible, ValeurHorsNorme
from tests.unit.drimbox.pointeur.examples import DB, KO, NOW, PDF, PRESENTATION, SR, etude, kos


def opened(data: bytes) -> Dataset:
    return dcmread(BytesIO(data))


def patient(**changes: object):
    return replace(IDENTITE, patient=replace(IDENTITE.patient, **changes))


def traits(**changes: object):
    return patient(traits=replace(IDENTITE.patient.traits, **changes))


def test_the_pointer_names_the_patient_by_the_ins():
    document = opened(kos())
    assert (document.PatientID, document.IssuerOfPatientID) == ("285063523804223", "ASIP-SANTE-INS-NIR")
    assert document.IssuerOfPatientIDQualifiersSequence[0].UniversalEntityID == "1.2.250.1.213.1.4.10"
    (other,) = document.OtherPatientIDsSequence
    assert (other.PatientID, other.TypeOfPatientID, other.IssuerOfPatientIDQualifiersSequence[0].UniversalEntityIDType) == (
        "285063523804223",
        "TEXT",
        "ISO",
    )
    assert (str(document.PatientName), document.PatientBirthDate, document.PatientSex, document.PatientComments) == (
        "PAT-BANC^CAMILLE",
        "19850614",
        "F",
        "35238",
    )


def test_a_nia_has_its_own_issuer():
    document = opened(kos(patient(ins=Identifiant("285063523804223", "1.2.250.1.213.1.4.9"))))
    assert document.IssuerOfPatientID == "ASIP-SANTE-INS-NIA"


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ({"nom_utilise": None, "prenom_utilise": None}, ["^CAMILLE JEANNE"]),
        ({"prenom_utilise": None}, ["^CAMILLE JEANNE", "PAT-ESSAI"]),
        ({"nom_utilise": None}, ["^CAMILLE JEANNE", "^CAMILLE"]),
        ({}, ["^CAMILLE JEANNE", "PAT-ESSAI^CAMILLE"]),
    ],
    ids=["none", "family", "given", "both"],
)
def test_other_names_follow_the_used_name(used, expected):
    names = opened(kos(traits(**used))).OtherPatientNames
    assert [str(name) for name in ([names] if isinstance(names, str) or not hasattr(names, "append") else names)] == expected


def test_the_request_bears_accession_and_order_with_their_authorities():
    document = opened(kos())
    (request,) = document.ReferencedRequestSequence
    examen = IDENTITE.examens[0]
    assert document.AccessionNumber == ""
    assert request.StudyInstanceUID == examen.study_instance_uid
    assert (request.AccessionNumber, request.IssuerOfAccessionNumberSequence[0].UniversalEntityID) == ("ACN-000001", examen.accession.oid)
    assert request.PlacerOrderNumberImagingServiceRequest == "DEM-000001"
    assert request.OrderPlacerIdentifierSequence[0].UniversalEntityID == examen.order.oid
    for keyword in ("FillerOrderNumberImagingServiceRequest", "RequestedProcedureDescription", "RequestedProcedureID"):
        assert request[keyword].is_empty
    assert len(request.ReferencedStudySequence) == len(request.RequestedProcedureCodeSequence) == 0
    assert len(document.ReferencedPerformedProcedureStepSequence) == 0


def test_every_series_has_its_address_on_the_db_name():
    document = opened(kos())
    study = IDENTITE.examens[0].study_instance_uid
    series = document.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    assert [item.RetrieveURL for item in series] == [f"https://{DB}/dicom-web-rs/studies/{study}/series/1.2.3.{n}" for n in (1, 2)]
    assert [item.SeriesNumber for item in series] == [2, 900]
    assert [sop.InstanceNumber for sop in series[0].ReferencedSOPSequence] == [1, 2, 3]
    assert series[1].ReferencedSOPSequence[4].NumberOfFrames == 3


def test_images_are_referenced_as_images_and_the_rest_as_composites():
    items = [item for item in opened(kos()).ContentSequence if item.ValueType != "TEXT"]
    kinds = {item.ReferencedSOPSequence[0].ReferencedSOPClassUID: item.ValueType for item in items}
    assert {kinds[uid] for uid in (SR, PDF, PRESENTATION, KO)} == {"COMPOSITE"}
    assert [item.ValueType for item in items].count("IMAGE") == 4
    assert all("ConceptNameCodeSequence" not in item for item in items)


def test_the_description_says_exam_act_and_series():
    (text,) = [item for item in opened(kos()).ContentSequence if item.ValueType == "TEXT"]
    assert text.ConceptNameCodeSequence[0].CodeValue == "113012"
    assert text.TextValue == (
        "Examen : Scanner de la tête\nActe = CT Head W contrast IV\nSérie-1.2.3.1 : CT @ : Tête, coupes\nSérie-1.2.3.2 : SR @ : Objets\n"
    )


def test_constants_of_the_volet():
    document = opened(kos())
    assert (document.Modality, document.SeriesNumber, document.InstanceNumber) == ("KO", 59, 1)
    assert (document.ValueType, document.ContinuityOfContent) == ("CONTAINER", "SEPARATE")
    assert document.ConceptNameCodeSequence[0].CodeValue == "113030"
    assert document.InstitutionName == "Centre d'imagerie du banc^^^^^^^^^1350000007"
    assert document.StudyDescription == "Scanner de la tête"
    assert (document.StudyDate, document.StudyTime, str(document.ReferringPhysicianName)) == ("20260312", "102500", "MARTIN^Élise")


def test_a_long_name_of_the_centre_gives_way_to_its_identifier():
    document = opened(kos(replace(IDENTITE, structure=Structure("1350000007", "Groupement " * 10))))
    assert len(document.InstitutionName) <= 64
    assert document.InstitutionName.endswith("^^^^^^^^^1350000007")


@pytest.mark.parametrize(
    ("study", "now", "offset", "created"),
    [
        ("20260312", NOW, "+0100", "103000"),
        ("20260712", NOW, "+0200", "113000"),
        ("20260312", datetime(2026, 7, 1, 9, 30, tzinfo=UTC), "+0100", "103000"),
        ("", datetime(2026, 7, 1, 9, 30, tzinfo=UTC), "+0200", "113000"),
        ("", NOW, "+0100", "103000"),
        ("20261025", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "+0100", "013000"),
        ("20260329", datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "+0200", "025900"),
    ],
    ids=["winter", "summer", "winter study in summer", "no date in summer", "no date in winter", "October night", "March night"],
)
def test_one_offset_makes_every_time_true(study, now, offset, created):
    document = opened(kos(study=etude(study_date=study), now=now))
    assert document.TimezoneOffsetFromUTC == offset
    assert document.InstanceCreationTime == document.ContentTime == document.SeriesTime == created
    assert document.StudyDate == study


@pytest.mark.parametrize(("utf8", "charset"), [(False, "ISO_IR 100"), (True, "ISO_IR 192")])
def test_the_character_set_holds_every_value(utf8, charset):
    data = kos(study=etude(utf8=utf8))
    assert opened(data).SpecificCharacterSet == charset
    assert read_kos(data).series[0].description == ("Tête œdème" if utf8 else "Tête, coupes")


def test_a_presumed_birth_date_is_left_empty():
    assert opened(kos(traits(date_naissance="19850000"))).PatientBirthDate == ""


def test_what_the_pacs_writes_badly_is_left_out():
    document = opened(kos(study=etude(study_date="hier", study_time="", study_description="A\\B\n" + "x" * 90, study_id="1" * 30)))
    assert document.StudyDate == ""
    assert document.StudyDescription.startswith("A B x")
    assert len(document.StudyDescription) == 64
    assert len(document.StudyID) == 16


def test_a_report_without_ins_has_no_pointer():
    with pytest.raises(InsAbsent):
        kos(patient(ins=None))


def test_a_study_without_object_has_no_pointer():
    with pytest.raises(KosImpossible):
        kos(study=etude(series=()))


def test_another_study_than_the_report_s_has_no_pointer():
    with pytest.raises(KosImpossible):
        kos(study=etude("1.2.3"))


def test_an_accession_number_that_dicom_cannot_hold_is_refused_without_being_shown():
    examen = replace(ExamenJeu.numbered(1), accession=Identifiant("ACCESSION-NUMBER-TOO-LONG", "1.2.3"))
    with pytest.raises(ValeurHorsNorme) as caught:
        kos(IDENTITE.with_examens(examen), study=etude())
    assert "TOO-LONG" not in caught.value.message


def test_a_replacement_raises_the_instance_number():
    assert read_kos(kos(instance_number=2, sop_instance_uid="2.25.3")).instance_number == 2


def test_what_is_built_is_what_is_read():
    read = read_kos(kos())
    study = etude()
    assert read.sop_instance_uid == "2.25.1"
    assert read.study_instance_uid == study.study_instance_uid
    assert read.patient_ins == IDENTITE.patient.ins
    assert read.accession == IDENTITE.examens[0].accession
    assert read.order == IDENTITE.examens[0].order
    assert [(s.series_instance_uid, s.modality, s.description, s.number) for s in read.series] == [
        (s.series_instance_uid, s.modality, s.description, s.number) for s in study.series
    ]
    assert [(i.sop_class_uid, i.sop_instance_uid, i.number) for s in read.series for i in s.instances] == [
        (i.sop_class_uid, i.sop_instance_uid, i.number) for s in study.series for i in s.instances
    ]
