# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Whether an object is of the patient that its study had."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drimbox.source.pointeur.patient_pacs import PatientPacs

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x1f"), max_size=64)


@given(TEXTS, TEXTS)
def test_what_is_written_is_read_again(identifiant: str, autorite: str) -> None:
    assert PatientPacs.decode(PatientPacs(identifiant, autorite).encode()) == PatientPacs(identifiant, autorite)


@given(TEXTS, TEXTS)
def test_a_patient_never_contradicts_himself(identifiant: str, autorite: str) -> None:
    assert not PatientPacs(identifiant, autorite).is_contradicted_by(identifiant, autorite)


@pytest.mark.parametrize(
    ("known", "identifiant", "autorite", "contradicted"),
    [
        (PatientPacs("1", "A"), "1", "", False),
        (PatientPacs("1", "A"), "1", "B", True),
        (PatientPacs("1", ""), "1", "B", False),
        (PatientPacs("1"), "", "", True),
        (PatientPacs("1"), "2", "", True),
        (PatientPacs("É1"), "\xc3\x891", "", False),
        (PatientPacs(""), "2", "", False),
    ],
    ids=["no issuer", "issuer", "issuer unknown", "no number", "number", "character set", "nothing known"],
)
def test_a_number_or_an_authority_that_differs_contradicts(known: PatientPacs, identifiant: str, autorite: str, contradicted: bool) -> None:
    assert known.is_contradicted_by(identifiant, autorite) is contradicted
    assert identifiant not in repr(known) or not identifiant
