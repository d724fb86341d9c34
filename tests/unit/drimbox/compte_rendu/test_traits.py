# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Names and numbers compared across systems."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banc.jeux import IDENTITE
from drimbox.source.compte_rendu.traits import nir_contradicts, nir_is_valid, normalise


@pytest.mark.parametrize(
    ("left", "right"),
    [("Œuvrard", "OEUVRARD"), ("d'Étang", "D ETANG"), ("LE-GOFF", "le goff"), ("  Ça   va ", "CA VA")],
)
def test_writing_does_not_count(left, right):
    assert normalise(left) == normalise(right)


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(name):
    assert normalise(normalise(name)) == normalise(name)


@pytest.mark.parametrize("value", ["285063523804223", "185063523804273"])
def test_a_nir_with_its_key_is_one(value):
    assert nir_is_valid(value)


def test_a_corsican_nir_is_computed_with_its_own_numbers():
    key = 97 - int("2850619004042") % 97
    assert nir_is_valid(f"285062A004042{key:02}")


@pytest.mark.parametrize("value", ["285063523804224", "IPP-000042", "", "28506352380422", "985063523804223"])
def test_anything_else_is_not(value):
    assert not nir_is_valid(value)


def test_a_nir_that_agrees_with_its_traits_contradicts_nothing():
    ins = IDENTITE.patient.ins
    assert ins is not None
    assert not nir_contradicts(ins.value, IDENTITE.patient.traits)
