# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The DN of a certificate as people type it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confiance.distinguished_name import DistinguishedName
from espace.guichet.natures import Verdict
from espace.instruction.verifications.departements import NUMBERS, canonical
from espace.instruction.verifications.dn import examine, normalised

DB = "db1.349.mesimagesmedicales.fr"
STRAIGHT = f"CN={DB},OU=373282932000074,O=Opérateur,ST=Paris (75),C=FR"


def verdicts(text: str) -> dict[str, Verdict]:
    return {one.code: one.verdict for one in examine(text, db=DB)}


@pytest.mark.parametrize(
    "text",
    [
        STRAIGHT,
        f"  CN = {DB} , OU = 3 73282932000074, O=Opérateur,ST=Paris (75), C = fr ",
        f"C=FR,ST=PARIS,O=Opérateur,OU=373282932000074,CN={DB.upper()}",
        f"CN={DB},OU=373282932000074,O=Ope\u0301rateur,S=paris(75),C=FR",
        f"CN={DB},OU=373282932000074,O=Opérateur,ST=75,C=FR",
        f"CN={DB},OU=373282932000074,O=Opérateur,ST=Paris\u00a0( 75 ),C=FR",
    ],
)
def test_what_is_tolerated_is_written_in_one_way(text: str) -> None:
    assert normalised(text) == STRAIGHT
    assert set(verdicts(text).values()) == {Verdict.CONFORME}


def test_the_official_example_is_read_with_its_finess_and_its_typo_is_shown() -> None:
    found = {one.code: one for one in examine("CN=db1.test1.mesimagesmediclae.fr, OU=10B0174462, O=Opérateur, ST=Paris, C=FR", db=DB)}
    assert found["dn_ou"].verdict is Verdict.CONFORME
    assert found["dn_cn"].verdict is Verdict.NON_CONFORME
    assert DB in found["dn_cn"].detail
    assert "mesimagesmediclae" in found["dn_cn"].detail


@pytest.mark.parametrize(
    ("text", "code", "verdict"),
    [
        ("not a dn", "dn_forme", Verdict.NON_CONFORME),
        ("", "dn_forme", Verdict.NON_CONFORME),
        (STRAIGHT.replace("OU=373282932000074", "OU=73282932000074"), "dn_ou", Verdict.NON_CONFORME),
        (STRAIGHT.replace("OU=373282932000074", "OU=31598513500187"), "dn_ou", Verdict.NON_CONFORME),
        (STRAIGHT.replace("OU=373282932000074,", ""), "dn_ou", Verdict.NON_CONFORME),
        (STRAIGHT.replace("OU=373282932000074", "OU=300000000300011"), "dn_ou", Verdict.A_VERIFIER),
        (STRAIGHT.replace("OU=373282932000074", "OU=335600000000048"), "dn_ou", Verdict.CONFORME),
        (STRAIGHT.replace("C=FR", "C=BE"), "dn_attributs", Verdict.NON_CONFORME),
        (STRAIGHT.replace("O=Opérateur,", ""), "dn_attributs", Verdict.NON_CONFORME),
        (STRAIGHT + ",L=Paris", "dn_attributs", Verdict.A_VERIFIER),
        (STRAIGHT.replace("O=Opérateur", "O=A,O=B"), "dn_attributs", Verdict.A_VERIFIER),
        (STRAIGHT.replace("ST=Paris (75)", "ST=Atlantide"), "dn_st", Verdict.A_VERIFIER),
        (STRAIGHT.replace("ST=Paris (75)", "ST=Paris (69)"), "dn_st", Verdict.A_VERIFIER),
        (STRAIGHT.replace(",ST=Paris (75)", ""), "dn_st", Verdict.A_VERIFIER),
    ],
)
def test_what_is_wrong_is_found_where_it_is(text: str, code: str, verdict: Verdict) -> None:
    assert verdicts(text)[code] is verdict


@pytest.mark.parametrize("number", NUMBERS)
def test_every_departement_is_known_by_number_and_by_name(number: str) -> None:
    written = f"{NUMBERS[number]} ({number})"
    assert canonical(number) == canonical(NUMBERS[number]) == canonical(written.upper()) == canonical(written) == written


def test_a_departement_written_without_accents_nor_hyphens_is_known() -> None:
    assert canonical("cote d or") == canonical("COTE D’OR (21)") == "Côte-d'Or (21)"
    assert len(NUMBERS) == 101


@given(st.text(max_size=120))
def test_any_text_is_judged_and_what_is_normalised_stays_as_it_is(text: str) -> None:
    assert list(examine(text, db=DB))
    straight = normalised(text)
    if straight is not None:
        assert normalised(straight) == straight
        assert DistinguishedName.parse(straight)
