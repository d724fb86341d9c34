# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A report made by the banc is read back whole; real ones are read as their own description says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from lxml import etree

from banc.jeux import IDENTITE, ExamenJeu, make_report
from drimbox.socle.personnes import Identifiant
from drimbox.source.compte_rendu.errors import AutreDocument, ChampManquant, SansExamen, StudyUidInvalide
from drimbox.source.compte_rendu.reader import read_cda

V3 = {"h": "urn:hl7-org:v3"}


def edited(path: str, **attributes: str) -> bytes:
    """Return the sample report with attributes of one element changed."""
    root = etree.fromstring(make_report())
    root.find(path, V3).attrib.update(attributes)
    return etree.tostring(root)


def without(path: str) -> bytes:
    """Return the sample report without the elements at a path."""
    root = etree.fromstring(make_report())
    for element in root.findall(path, V3):
        element.getparent().remove(element)
    return etree.tostring(root)


def test_a_report_is_read_back_whole():
    report = read_cda(make_report())
    assert report.identifiant == IDENTITE.document_id
    assert report.patient == IDENTITE.patient
    assert report.auteur == report.authentificateur == IDENTITE.auteur
    assert report.structure == IDENTITE.structure
    assert report.etabli_le == IDENTITE.valide_le
    assert report.confidentialite.code == "N"
    assert report.cadre_exercice is not None
    assert report.cadre_exercice.code == "AMBULATOIRE"
    assert report.secteur_activite is not None
    assert report.secteur_activite.code == "SA08"
    (examen,) = report.examens
    (made,) = IDENTITE.examens
    assert (examen.study_instance_uid, examen.accession, examen.order) == (made.study_instance_uid, made.accession, made.order)
    assert (examen.acte, examen.modalites, examen.regions) == (made.acte, (made.modalite,), (made.region,))
    assert (examen.debut, examen.fin) == (made.debut, made.fin)


def test_a_new_version_names_the_report_it_replaces():
    report = read_cda(make_report(replace(IDENTITE, version=2)))
    assert report.version == "2"
    assert report.remplace == (IDENTITE.document_id,)


def test_each_study_of_a_report_keeps_its_own_order():
    report = read_cda(make_report(IDENTITE.with_examens(*(ExamenJeu.numbered(n) for n in (1, 2, 3)))))
    assert [e.accession.value for e in report.examens if e.accession] == ["ACN-000001", "ACN-000002", "ACN-000003"]


def test_orders_that_cannot_be_told_apart_are_given_to_no_study():
    root = etree.fromstring(make_report(IDENTITE.with_examens(*(ExamenJeu.numbered(n) for n in (1, 2, 3)))))
    root.remove(root.find("h:inFulfillmentOf", V3))
    report = read_cda(etree.tostring(root))
    assert [e.accession for e in report.examens] == [None] * 3
    assert [accession.value for _order, accession in report.demandes if accession] == ["ACN-000002", "ACN-000003"]


def test_a_study_named_twice_counts_once():
    examen = ExamenJeu.numbered(1)
    assert len(read_cda(make_report(IDENTITE.with_examens(examen, examen))).examens) == 1


def test_rm_is_read_as_the_dicom_modality_mr():
    data = edited("h:documentationOf/h:serviceEvent/h:code/h:translation[@code='CT']", code="RM")
    assert [code.code for code in read_cda(data).examens[0].modalites] == ["MR"]


def test_a_time_without_offset_takes_the_zone_of_the_centre():
    data = edited("h:effectiveTime", value="20260701120000")
    assert read_cda(data).etabli_le == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert read_cda(data, zone=timezone(timedelta(hours=-4))).etabli_le == datetime(2026, 7, 1, 16, tzinfo=UTC)


def test_an_unknown_ins_authority_leaves_no_ins():
    data = edited("h:recordTarget/h:patientRole/h:id", root="1.2.3")
    patient = read_cda(data).patient
    assert patient.ins is None
    assert patient.ipp == Identifiant("285063523804223", "1.2.3")


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("h:documentationOf", SansExamen),
        ("h:documentationOf/h:serviceEvent/h:id", SansExamen),
        ("h:recordTarget", ChampManquant),
        ("h:recordTarget/h:patientRole/h:patient/h:name", ChampManquant),
        ("h:effectiveTime", ChampManquant),
        ("h:id", ChampManquant),
        ("h:code", AutreDocument),
    ],
)
def test_a_report_without_what_the_pointer_needs_is_refused(path, error):
    with pytest.raises(error):
        read_cda(without(path))


@pytest.mark.parametrize(
    "path", ["h:author", "h:custodian", "h:legalAuthenticator", "h:inFulfillmentOf", "h:componentOf", "h:setId", "h:confidentialityCode"]
)
def test_a_report_without_the_rest_is_read(path):
    assert read_cda(without(path)).examens


@pytest.mark.parametrize("uid", ["CFBE8FA0-8500-11EC-A8A3-0242AC120002", "1", "1.02.3", "1..2", "1.2." + "3" * 64, "1.2.3/../4", "1.2.1٣"])
def test_a_study_named_by_something_else_than_a_uid_is_refused(uid):
    with pytest.raises(StudyUidInvalide):
        read_cda(edited("h:documentationOf/h:serviceEvent/h:id", root=uid))


def test_a_report_shows_nothing_of_the_patient_in_its_repr():
    shown = repr(read_cda(make_report()))
    assert "BANC" not in shown
    assert "285063523804223" not in shown


@pytest.mark.donnees
@pytest.mark.parametrize(
    ("name", "studies", "accession", "ipp"),
    [
        ("CR_Radio_CDAN1_v1.XML", ["1.3.6.1.4.1.5962.99.1.3711725607.829148806.1687338938407.3.0"], "7252295367250056", None),
        ("DOC00002.xml", ["2.16.840.1.113669.632.20.1211.10000231621"], "0901160050", "2963001"),
        (
            "IMG_CR_IMG_2023.11_CDA-R2-Niveau-1.xml",
            [f"1.2.250.1.3.152.235.2.12.18763647{n}" for n in (4, 5, 6)],
            "105234751",
            "1234567890121",
        ),
        (
            "IMG_CR_IMG_2024.01_CDA-R2-Niveau-1.xml",
            [f"1.2.250.1.925.994044.27.123.187635{n}" for n in (0, 1, 2)],
            "105234751",
            "1234567890121",
        ),
        ("IMG_CR_IMG_2024.01.xml", [f"1.2.250.1.925.994044.27.123.187636{n}" for n in (0, 1, 2)], None, "1234567890121"),
    ],
)
def test_public_reports_are_read(shared_data: Path, name, studies, accession, ipp):
    report = read_cda((shared_data / "cda" / name).read_bytes())
    assert [e.study_instance_uid for e in report.examens] == studies
    assert {e.accession.value if e.accession else None for e in report.examens} == {accession}
    assert (report.patient.ipp.value if report.patient.ipp else None) == ipp
    assert report.patient.ins is not None
    assert report.structure is not None
    assert report.auteur is not None


@pytest.mark.donnees
def test_the_public_report_with_a_bad_study_uid_is_refused(shared_data: Path):
    with pytest.raises(StudyUidInvalide):
        read_cda((shared_data / "cda" / "NEG_IMG_CR_IMG_2023.11_bad-study-uid_f989e93.xml").read_bytes())


@pytest.mark.donnees
def test_the_report_of_the_banc_is_valid_against_the_public_schema(shared_data: Path):
    schema = etree.XMLSchema(etree.parse(shared_data / "cda" / "infrastructure" / "cda" / "CDA_extended.xsd"))
    schema.assertValid(
        etree.fromstring(make_report(replace(IDENTITE, version=2).with_examens(ExamenJeu.numbered(1), ExamenJeu.numbered(2))))
    )
