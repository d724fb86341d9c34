# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The form of a contextual call."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drimbox.conso.appel import kept
from drimbox.conso.appel.errors import AppelRefuse
from drimbox.conso.appel.parameters import Accord, read_appel
from drimbox.conso.appel.rules import Recherche, may_search

FORM = {
    "Patient.identifier.value": "274075176079430",
    "Patient.identifier.system": "1.2.250.1.213.1.4.10",
    "Patient.name.family": "PAT-TROIS",
    "Patient.name.given": "DOMINIQUE",
    "Patient.gender": "female",
    "Patient.birthDate": "1979-03-28",
    "Address.district": "75056",
    "InformationEtConsentement": "yes",
    "PatientID": "IPP1",
    "PatientIDIssuer": "1.2.250.1.999",
}


def with_(**changes: str) -> list[tuple[str, str]]:
    return list((FORM | {name.replace("__", "."): value for name, value in changes.items()}).items())


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in FORM.items() if name not in names}


def test_the_form_of_the_public_test_server_is_read() -> None:
    recu = read_appel(FORM.items())
    assert recu.patient.ins is not None
    assert (recu.patient.ins.value, recu.patient.ins.oid) == ("274075176079430", "1.2.250.1.213.1.4.10")
    assert (recu.patient.traits.nom_naissance, recu.patient.traits.sexe, recu.patient.traits.date_naissance) == (
        "PAT-TROIS",
        "F",
        "19790328",
    )
    assert (recu.accord, recu.situation) == (Accord.ACCORD, None)


def test_names_are_read_without_regard_to_case() -> None:
    assert read_appel((name.upper(), value) for name, value in FORM.items()).patient.ipp is not None


@pytest.mark.parametrize(
    ("name", "value", "accord"),
    [
        ("InformationEtConsentement", "yes", Accord.ACCORD),
        ("InformationEtConsentement", "no", Accord.OPPOSITION),
        ("InformationEtConsentement", "unknown", Accord.INCONNU),
        ("InformationEtOppositionConsultation", "yes", Accord.OPPOSITION),
        ("InformationEtOppositionConsultation", "no", Accord.ACCORD),
        ("Opposition", "unknown", Accord.INCONNU),
        ("opposition", "Oui", Accord.OPPOSITION),
        ("consent", "oui", Accord.ACCORD),
    ],
)
def test_the_will_of_the_patient_is_read_under_its_five_names(name: str, value: str, accord: Accord) -> None:
    assert read_appel([*without("InformationEtConsentement").items(), (name, value)]).accord is accord


@pytest.mark.parametrize("accord", list(Accord))
def test_only_an_agreement_lets_the_record_be_searched(accord: Accord) -> None:
    assert (may_search(accord) is Recherche.PERMISE) is (accord is Accord.ACCORD)


def test_every_fault_is_told_at_once_and_no_value_is_quoted() -> None:
    with pytest.raises(AppelRefuse) as refused:
        read_appel([*without("PatientID", "Patient.gender").items(), ("Patient.gender", "SECRET"), ("Modality", "CT"), ("Foo", "SECRET")])
    told = " ".join(refused.value.faults)
    assert len(refused.value.faults) == 4
    assert "PatientID est absent" in told
    assert "Modality a été retiré" in told
    assert "Foo est inconnu" in told
    assert "SECRET" not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Patient__identifier__value", "12345"),
        ("Patient__identifier__system", "1.2.3"),
        ("Patient__birthDate", "28/03/1979"),
        ("Patient__birthDate", "1979-13-01"),
        ("Address__district", "PARIS"),
        ("Patient__name__family", "A\x00B"),
        ("Patient__name__family", "A" * 200),
        ("PatientID", ""),
        ("InformationEtConsentement", "maybe"),
    ],
)
def test_a_value_that_is_not_admitted_is_told(name: str, value: str) -> None:
    with pytest.raises(AppelRefuse) as refused:
        read_appel(with_(**{name: value}))
    assert name.replace("__", ".") in refused.value.faults[0]


def test_a_repeated_parameter_is_refused() -> None:
    with pytest.raises(AppelRefuse, match="mal formé"):
        read_appel([*FORM.items(), ("patientid", "IPP2")])


def test_nothing_of_the_patient_shows_in_a_repr_and_a_kept_call_comes_back() -> None:
    recu = read_appel(with_(Situation="10B0000000"))
    assert "PAT" not in repr(recu)
    assert kept.from_bytes(kept.to_bytes(recu)) == recu


@given(st.lists(st.tuples(st.one_of(st.text(max_size=30), st.sampled_from(list(FORM))), st.text(max_size=60)), max_size=50))
def test_whatever_the_form_only_our_refusal_leaves(pairs: list[tuple[str, str]]) -> None:
    with contextlib.suppress(AppelRefuse):
        assert read_appel(pairs).patient.ins is not None
