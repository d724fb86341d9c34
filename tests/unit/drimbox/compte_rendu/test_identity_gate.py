# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The identity gate: what agrees passes, what contradicts stops, what is odd is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from banc.jeux import IDENTITE, ExamenJeu, make_report
from drimbox.config import RegleIdentite
from drimbox.socle.pacs.model import EtudePacs
from drimbox.socle.personnes import Identifiant, Patient
from drimbox.source.compte_rendu.reader import read_cda
from drimbox.source.compte_rendu.rules import MESSAGES, Decision, Ecart, pair_with_pacs, verify_absence, verify_identity

REPORT = read_cda(make_report())
EXAMEN = REPORT.examens[0]
PACS = EtudePacs(
    study_instance_uid=EXAMEN.study_instance_uid,
    accession_number="ACN-000001",
    patient_id="IPP-000042",
    issuer_of_patient_id="",
    patient_name="PAT-BANC^CAMILLE",
    patient_birth_date="19850614",
    patient_sex="F",
    study_date="20260312",
    study_time="102500",
    study_id="1",
    study_description="",
    referring_physician_name="",
    series=(),
)


def judge(message: Patient | None = None, **pacs: str) -> Decision:
    return verify_identity(REPORT, EXAMEN, message=message, pacs=replace(PACS, **pacs))


def test_a_report_a_message_and_a_pacs_that_agree_pass():
    decision = judge(message=REPORT.patient)
    assert decision.accepted
    assert decision.avertissements == ()


@pytest.mark.parametrize(
    "pacs",
    [
        {"patient_id": ""},
        {"accession_number": ""},
        {"patient_id": "285063523804223", "issuer_of_patient_id": "ASIP-SANTE-INS-NIR"},
        {"patient_id": "OTHER-7", "issuer_of_patient_id": "1.2.3.4"},
        {"patient_id": "IPP-000042", "issuer_of_patient_id": "1.2.3.4"},
        {"patient_id": "285063523804223", "issuer_of_patient_id": "1.2.250.1.213.1.4.8", "accession_number": ""},
        {"patient_name": "PAT BANC^Camille"},
        {"patient_name": "PAT-ESSAI^CAMILLE^JEANNE"},
        {"patient_name": "Pât-Banc^Jeanne=漢字"},
        {"patient_name": ""},
        {"patient_birth_date": ""},
        {"patient_birth_date": "19850600"},
        {"patient_sex": "O"},
    ],
    ids=str,
)
def test_a_pacs_that_says_less_or_says_it_otherwise_passes(pacs):
    assert judge(**pacs).bloquants == ()


@pytest.mark.parametrize(
    ("pacs", "ecart"),
    [
        ({"accession_number": "ACN-999999"}, Ecart.ACCESSION),
        ({"patient_id": "IPP-000043"}, Ecart.IPP),
        ({"patient_id": "185063523804273"}, Ecart.INS),
        ({"patient_id": "X", "issuer_of_patient_id": "ASIP-SANTE-INS-NIR"}, Ecart.INS),
        ({"patient_id": "285063523804224", "issuer_of_patient_id": "1.2.250.1.213.1.4.10"}, Ecart.INS),
        ({"patient_id": "285063523804224", "issuer_of_patient_id": "1.2.250.1.213.1.4.8"}, Ecart.INS),
        ({"patient_id": "285063523804224", "issuer_of_patient_id": "INS&1.2.250.1.213.1.4.10&ISO"}, Ecart.INS),
        ({"patient_name": "AUTRE^CAMILLE"}, Ecart.NOM),
        ({"patient_name": "PAT-BANC^DOMINIQUE"}, Ecart.PRENOM),
        ({"patient_birth_date": "19850615"}, Ecart.NAISSANCE),
        ({"patient_sex": "M"}, Ecart.SEXE),
        ({"accession_number": "", "patient_id": ""}, Ecart.AUCUN_COMMUN),
        ({"accession_number": "", "patient_id": "IPP-000042", "issuer_of_patient_id": "1.2.3.4"}, Ecart.AUCUN_COMMUN),
        ({"accession_number": "", "patient_id": "285063523804223", "issuer_of_patient_id": "1.2.3.4"}, Ecart.AUCUN_COMMUN),
        ({"study_instance_uid": "1.2.3"}, Ecart.ETUDE),
    ],
    ids=str,
)
def test_a_pacs_that_contradicts_stops_the_exam(pacs, ecart):
    assert judge(**pacs).bloquants == (ecart,)


def test_a_message_of_another_patient_stops_the_exam():
    other = replace(REPORT.patient, ins=Identifiant("185063523804273", "1.2.250.1.213.1.4.10"), ipp=None)
    assert judge(message=other).bloquants == (Ecart.INS, Ecart.MESSAGE_SANS_IDENTIFIANT)


def test_the_same_number_from_another_authority_is_no_identifier_in_common():
    assert REPORT.patient.ipp is not None
    other = replace(REPORT.patient, ins=None, ipp=Identifiant(REPORT.patient.ipp.value, "1.2.3.4"))
    assert judge(message=other).bloquants == (Ecart.MESSAGE_SANS_IDENTIFIANT,)


def test_the_same_ins_under_another_of_its_oids_is_in_common():
    assert REPORT.patient.ins is not None
    other = replace(REPORT.patient, ins=Identifiant(REPORT.patient.ins.value, "1.2.250.1.213.1.4.8"), ipp=None)
    assert judge(message=other).accepted


def test_a_message_with_other_traits_stops_the_exam():
    other = replace(REPORT.patient, traits=replace(REPORT.patient.traits, nom_naissance="AUTRE", nom_utilise=None))
    assert judge(message=other).bloquants == (Ecart.NOM,)


def judge_silent_report(silent: Patient, message: Patient = REPORT.patient, **pacs: str) -> Decision:
    """Judge a report that says less of its patient than the message does."""
    report = replace(REPORT, patient=silent)
    return verify_identity(report, EXAMEN, message=message, pacs=replace(PACS, **pacs))


@pytest.mark.parametrize(
    ("absent", "pacs", "ecart"),
    [
        ({"date_naissance": ""}, {"patient_birth_date": "19850615"}, Ecart.NAISSANCE),
        ({"date_naissance": "19850000"}, {"patient_birth_date": "19850615"}, Ecart.NAISSANCE),
        ({"sexe": "U"}, {"patient_sex": "M"}, Ecart.SEXE),
        ({"premier_prenom": "", "prenoms_naissance": "", "prenom_utilise": None}, {"patient_name": "PAT-BANC^DOMINIQUE"}, Ecart.PRENOM),
    ],
    ids=str,
)
def test_a_trait_that_only_the_message_holds_is_compared_with_the_pacs(absent, pacs, ecart):
    silent = replace(REPORT.patient, traits=replace(REPORT.patient.traits, **absent))
    assert judge_silent_report(silent).accepted
    assert judge_silent_report(silent, **pacs).bloquants == (ecart,)


@pytest.mark.parametrize(
    ("absent", "pacs", "ecart"),
    [
        ({"ipp": None}, {"patient_id": "IPP-000043", "issuer_of_patient_id": REPORT.patient.ipp.oid}, Ecart.IPP),
        ({"ins": None}, {"patient_id": "285063523804224", "issuer_of_patient_id": "1.2.250.1.213.1.4.10"}, Ecart.INS),
    ],
    ids=["IPP", "INS"],
)
def test_an_identifier_that_only_the_message_holds_is_compared_with_the_pacs(absent, pacs, ecart):
    silent = replace(REPORT.patient, **absent)
    assert judge_silent_report(silent).accepted
    assert judge_silent_report(silent, **pacs).bloquants == (ecart,)


def test_an_identifier_in_common_with_the_message_alone_is_not_one_in_common_with_the_report():
    decision = judge_silent_report(replace(REPORT.patient, ipp=None), accession_number="")
    assert decision.bloquants == (Ecart.AUCUN_COMMUN,)


def test_a_message_under_the_birth_name_and_a_pacs_under_the_used_one_agree_through_the_report():
    message = replace(REPORT.patient, traits=replace(REPORT.patient.traits, nom_utilise=None, prenom_utilise=None))
    assert judge(message=message, patient_name="PAT-ESSAI^CAMILLE").accepted


def test_a_patient_id_that_is_the_report_s_is_not_measured_against_another_authority_s_number_of_the_message():
    message = replace(REPORT.patient, ipp=Identifiant("7", "1.2.3.4"))
    assert judge(message=message).accepted


def test_another_birth_place_in_the_message_is_only_said():
    other = replace(REPORT.patient, traits=replace(REPORT.patient.traits, lieu_naissance="63220"))
    decision = judge(message=other)
    assert decision.accepted
    assert decision.avertissements == (Ecart.LIEU_NAISSANCE,)


def test_a_nir_that_contradicts_its_own_traits_is_only_said():
    traits = replace(REPORT.patient.traits, sexe="M", date_naissance="19960113")
    report = replace(REPORT, patient=replace(REPORT.patient, traits=traits))
    decision = verify_identity(report, EXAMEN, message=None, pacs=replace(PACS, patient_sex="M", patient_birth_date="19960113"))
    assert decision.accepted
    assert decision.avertissements == (Ecart.NIR,)


def test_a_study_that_has_not_arrived_is_waited_for():
    assert verify_absence(EXAMEN, ()).accepted


def test_an_accession_number_that_is_another_study_s_stops_the_exam():
    assert verify_absence(EXAMEN, ("1.2.3",)).bloquants == (Ecart.ACCESSION_AUTRE_ETUDE,)


def test_the_accession_number_of_the_pacs_says_which_order_is_the_study_s():
    first, second = ExamenJeu.numbered(1), ExamenJeu.numbered(2)
    swapped = replace(first, accession=second.accession), replace(second, accession=first.accession)
    report = read_cda(make_report(IDENTITE.with_examens(*swapped)))
    examen = pair_with_pacs(report, PACS)
    assert examen is not None
    assert examen.accession == first.accession


def test_a_study_that_the_report_does_not_name_is_paired_with_nothing():
    assert pair_with_pacs(REPORT, replace(PACS, study_instance_uid="1.2.3")) is None


def test_every_code_has_its_french_sentence():
    assert set(MESSAGES) == set(Ecart)


@pytest.mark.parametrize(
    ("commun", "pacs", "accepted"),
    [
        ("accession", {"patient_id": ""}, True),
        ("accession", {"accession_number": ""}, False),
        ("patient", {"accession_number": ""}, True),
        ("patient", {"patient_id": ""}, False),
        ("accession-et-patient", {}, True),
        ("accession-et-patient", {"patient_id": ""}, False),
        ("accession-et-patient", {"accession_number": ""}, False),
        ("accession-ou-patient", {"accession_number": "", "patient_id": ""}, False),
    ],
)
def test_the_rule_of_a_pacs_says_what_must_be_in_common(commun, pacs, accepted):
    regle = RegleIdentite(commun=commun)
    decision = verify_identity(REPORT, EXAMEN, message=None, pacs=replace(PACS, **pacs), regle=regle)
    assert decision.accepted is accepted
    assert decision.bloquants == (() if accepted else (Ecart.AUCUN_COMMUN,))


def test_a_trait_that_a_pacs_holds_badly_may_warn_and_no_rule_lets_a_contradiction_of_identifiers_pass():
    regle = RegleIdentite(avertir=("prenom", "sexe"))
    other = replace(PACS, patient_name="PAT-BANC^DOMINIQUE", patient_sex="M")
    decision = verify_identity(REPORT, EXAMEN, message=None, pacs=other, regle=regle)
    assert decision.accepted
    assert set(decision.avertissements) == {Ecart.PRENOM, Ecart.SEXE}
    for change in (
        {"patient_id": "IPP-000043"},
        {"accession_number": "X"},
        {"patient_name": "AUTRE^CAMILLE"},
        {"patient_birth_date": "19850615"},
    ):
        assert not verify_identity(REPORT, EXAMEN, message=None, pacs=replace(PACS, **change), regle=regle).accepted


def test_the_authority_of_the_patient_ids_of_a_pacs_may_be_told_by_its_rule():
    ours = REPORT.patient.ipp
    other = replace(PACS, patient_id="IPP-000043", accession_number="ACN-000001")
    # numbers of another authority cannot be compared: they are neither in common nor in contradiction
    assert not verify_identity(REPORT, EXAMEN, message=None, pacs=other, regle=RegleIdentite(oid_patient=ours.oid)).accepted
    assert verify_identity(REPORT, EXAMEN, message=None, pacs=other, regle=RegleIdentite(oid_patient="1.2.3.4")).accepted
