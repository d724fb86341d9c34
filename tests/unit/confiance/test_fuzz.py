# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The reader refuses or returns exactly what was signed, whatever it is given."""

from __future__ import annotations

import copy
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from banc.attaques.terrain import NOW, Terrain, make_terrain
from banc.soak.fuzz_liste import _TOKENS, check, run
from confiance.liste_blanche import ListeBlancheRefused, TrustedListeBlanche, read_unverified, verify

KEPT = Path(__file__).parent / "corpus" / "plantages"
RELAXED = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
TOKENS = st.sampled_from(_TOKENS)


@RELAXED
@given(data=st.binary(max_size=400))
def test_any_bytes_are_refused(terrain: Terrain, data: bytes) -> None:
    with pytest.raises(ListeBlancheRefused):
        verify(data, terrain.policy, at=NOW)


@RELAXED
@given(cut=st.tuples(st.floats(0, 1), st.floats(0, 1)), token=TOKENS | st.binary(max_size=8))
def test_any_splice_is_refused_or_harmless(terrain: Terrain, cut: tuple[float, float], token: bytes) -> None:
    start, end = sorted(int(place * len(terrain.data)) for place in cut)
    check(terrain.data[:start] + token + terrain.data[end:], terrain)


@RELAXED
@given(place=st.floats(0, 1), token=TOKENS)
def test_any_insertion_is_refused_or_harmless(terrain: Terrain, place: float, token: bytes) -> None:
    at = int(place * len(terrain.data))
    check(terrain.data[:at] + token + terrain.data[at:], terrain)


@RELAXED
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_any_flipped_bit_is_refused_or_harmless(terrain: Terrain, place: float, bit: int) -> None:
    data = bytearray(terrain.data)
    data[int(place * len(data))] ^= 1 << bit
    check(bytes(data), terrain)


def _remove(element: etree._Element, _other: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _move(element: etree._Element, other: etree._Element) -> None:
    if element not in other.iterancestors() and element is not other:
        other.append(element)


def _repeat(element: etree._Element, other: etree._Element) -> None:
    other.insert(0, copy.deepcopy(element))


def _wrap(element: etree._Element, other: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        holder = etree.SubElement(parent, other.tag)
        holder.append(element)


def _rename(element: etree._Element, other: etree._Element) -> None:
    element.tag = other.tag


def _give_attributes(element: etree._Element, other: etree._Element) -> None:
    element.attrib.update(other.attrib)
    element.set("Id", "x")


def _swap_texts(element: etree._Element, other: etree._Element) -> None:
    element.text, other.text = other.text, element.text


STEPS = st.tuples(
    st.sampled_from([_remove, _move, _repeat, _wrap, _rename, _give_attributes, _swap_texts]), st.floats(0, 1), st.floats(0, 1)
)


@RELAXED
@given(steps=st.lists(STEPS, min_size=1, max_size=4))
def test_any_other_structure_is_refused_or_harmless(terrain: Terrain, steps: list[tuple[Any, float, float]]) -> None:
    root = etree.fromstring(terrain.data)
    for step, first, second in steps:
        found = list(root.iter())
        step(found[int(first * (len(found) - 1))], found[int(second * (len(found) - 1))])
    check(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), terrain)


@RELAXED
@given(data=st.binary(max_size=200), keep=st.floats(0, 1))
def test_a_reader_with_a_memory_stays_as_it_was(terrain: Terrain, data: bytes, keep: float) -> None:
    reader = TrustedListeBlanche(terrain.policy)
    reader.update(terrain.data, at=NOW)
    before = reader.memory
    with pytest.raises(ListeBlancheRefused):
        reader.update(terrain.data[: int(keep * len(terrain.data) * 0.9)] + data, at=NOW)
    assert reader.memory is before


@RELAXED
@given(data=st.binary(max_size=200))
def test_an_unverified_reading_is_refused_or_a_draft(data: bytes) -> None:
    with pytest.raises(ListeBlancheRefused):
        read_unverified(data)


def test_kept_cases_stay_harmless() -> None:
    kept = sorted(KEPT.glob("*.xml"))
    assert kept, "the corpus of kept cases is empty"
    terrain = make_terrain()
    for path in kept:
        check(path.read_bytes(), terrain)


def test_the_oracle_sees_a_row_that_nobody_signed(terrain: Terrain) -> None:
    """A reader that would return less or more than what was signed is caught."""
    import dataclasses

    from banc.soak.fuzz import Surprise

    other = dataclasses.replace(terrain, brouillon=dataclasses.replace(terrain.brouillon, domaines=terrain.brouillon.domaines[:-1]))
    with pytest.raises(Surprise):
        check(terrain.data, other)


def test_a_short_run_finds_no_surprise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of the certificates it is fed
        assert run(0.02, tmp_path) == 0
    assert "0 surprises" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
