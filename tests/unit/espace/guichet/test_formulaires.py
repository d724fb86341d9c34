# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Forms as people fill them, and as nobody should."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espace.guichet.errors import FormulaireRefuse
from espace.guichet.formulaires import declaration, integration, va
from espace.guichet.formulaires.lecture import check_size
from tests.espace_donnees import SIREN, ZONE
from tests.espace_dossiers import declaration as typed

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def faults(donnees: dict[str, Any]) -> set[str]:
    with pytest.raises(FormulaireRefuse) as refused:
        declaration.read(donnees, zone=ZONE)
    return {one.champ for one in refused.value.fautes}


def test_a_simple_declaration_is_read() -> None:
    lue = declaration.read(typed(1), zone=ZONE)
    assert (lue.nombre_pacs, lue.hotes[0].hote_db, lue.clients[0].siren) == (1, "db1.operateur.test", SIREN)


def test_a_mutualised_one_has_two_ris_and_three_pacs() -> None:
    lue = declaration.read(typed(3, architecture="mutualisee", nombre_ris="2", region="guadeloupe"), zone=ZONE)
    assert (lue.nombre_pacs, lue.nombre_ris, lue.region) == (3, 2, "guadeloupe")


@pytest.mark.parametrize(("asked", "given_"), [(2, 1), (1, 2), (3, 0)])
def test_there_are_exactly_as_many_pairs_of_hosts_as_pacs(asked: int, given_: int) -> None:
    assert "pacs" in faults({**typed(given_), "nombre_pacs": asked})


@pytest.mark.parametrize(
    ("change", "champ"),
    [
        ({"site": ""}, "site"),
        ({"site": "a\x07b"}, "site"),
        ({"sirens": []}, "sirens"),
        ({"sirens": ["123456789"]}, "sirens.0"),
        ({"sirens": [SIREN, SIREN]}, "sirens.1"),
        ({"sirens": "732829320"}, "sirens"),
        ({"nombre_pacs": "beaucoup"}, "nombre_pacs"),
        ({"nombre_pacs": 51}, "nombre_pacs"),
        ({"nombre_pacs": True}, "nombre_pacs"),
        ({"pacs": [{"hote_db": "192.0.2.1", "hote_vi": "vi.operateur.test"}]}, "pacs.0.hote_db"),
        ({"pacs": [{"hote_db": "db.operateur.test", "hote_vi": f"vi9.{ZONE}"}]}, "pacs.0.hote_vi"),
        ({"pacs": [{"hote_db": "localhost", "hote_vi": "vi.operateur.test"}]}, "pacs.0.hote_db"),
        ({"pacs": ["db.operateur.test"]}, "pacs.0"),
        ({"pacs": [{"hote_db": ["a"], "hote_vi": {}}]}, "pacs.0"),
        ({"architecture": "autre"}, "architecture"),
        ({"region": "atlantide"}, "region"),
        ({"contact_projet": "pas un mail"}, "contact_projet"),
        ({"commentaire": "x" * 5000}, "commentaire"),
    ],
)
def test_a_wrong_value_is_told_beside_its_field(change: dict[str, Any], champ: str) -> None:
    assert champ in faults({**typed(1), **change})


def test_every_fault_is_told_at_once() -> None:
    found = faults({"nombre_pacs": 1, "pacs": [{"hote_db": "1.2.3.4", "hote_vi": "x"}]})
    assert {"site", "sirens", "pacs.0.hote_db", "pacs.0.hote_vi"} <= found


def test_a_siren_is_never_quoted_in_an_error() -> None:
    with pytest.raises(FormulaireRefuse) as refused:
        declaration.read({**typed(1), "sirens": ["123456789"]}, zone=ZONE)
    assert "123456789" not in str(refused.value)
    assert all("123456789" not in one.message for one in refused.value.fautes)


@pytest.mark.parametrize("number", ["356000000", "732829320"])
def test_la_poste_and_the_others_have_a_valid_siren(number: str) -> None:
    assert declaration.read({**typed(1), "sirens": [number]}, zone=ZONE).clients[0].siren == number


def test_a_form_too_large_or_not_of_values_is_refused() -> None:
    for donnees in ({"site": "x" * 70_000}, {"site": object()}, {"site": "\x00"}, {"site": "\ud800"}):
        with pytest.raises(FormulaireRefuse):
            declaration.read(donnees, zone=ZONE)


@given(st.dictionaries(st.sampled_from(sorted(declaration.CHAMPS)), JSON))
def test_any_values_are_read_or_refused(donnees: dict[str, Any]) -> None:
    try:
        lue = declaration.read(donnees, zone=ZONE)
    except FormulaireRefuse:
        return
    assert str(lue.nombre_pacs) == str(donnees["nombre_pacs"]).strip()
    assert lue.nombre_pacs == len(lue.hotes) == len(donnees["pacs"])


@given(st.dictionaries(st.sampled_from(sorted(integration.CHAMPS)), JSON))
def test_any_integration_is_read_or_refused(donnees: dict[str, Any]) -> None:
    try:
        lue = integration.read(donnees)
    except FormulaireRefuse:
        return
    assert len(lue.certificats) == len(donnees["certificats"])


def test_an_integration_needs_a_telephone_a_mail_and_a_dn() -> None:
    with pytest.raises(FormulaireRefuse) as refused:
        integration.read({})
    assert {one.champ for one in refused.value.fautes} == {"denomination", "support_telephone", "support_mail", "certificats"}


def test_a_name_has_one_dn() -> None:
    rows = [{"db": "db1.1.x", "dn": "CN=a"}, {"db": "DB1.1.x", "dn": "CN=b"}]
    with pytest.raises(FormulaireRefuse) as refused:
        integration.read({"denomination": "O", "support_telephone": "0102030405", "support_mail": "a@b.test", "certificats": rows})
    assert [one.champ for one in refused.value.fautes] == ["certificats.1.db"]


def test_after_a_reintegration_the_clients_sign() -> None:
    with pytest.raises(FormulaireRefuse):
        va.read({"reintegration": True})
    assert va.read({"reintegration": True, "signature_client": "on"}).signature_client
    assert not va.read({}).reintegration


@pytest.mark.parametrize("where", [{"site": "a\x00"}, {"a\x00": ""}, {"pacs": [{"hote_db": "\x00"}]}])
def test_a_nul_is_refused_before_the_database_sees_it(where: dict[str, Any]) -> None:
    with pytest.raises(FormulaireRefuse, match="interdits"):
        check_size(where)


def test_a_backslash_before_zeros_is_a_text_like_another() -> None:
    check_size({"commentaire": r"C:\u0000 et \\u0000"})
