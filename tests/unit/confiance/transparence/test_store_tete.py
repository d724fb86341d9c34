# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The memory of heads is kept, and a changed file gives no trust."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from banc.attaques.publication import Publication, cle, trousseau_of
from banc.attaques.terrain import NOW
from confiance.transparence import Contradiction, TetePolicy, TrustedTete, store
from confiance.transparence.refusals import TeteEquivoque, TeteEtatIllisible

HOUR = timedelta(hours=1)
A, B, C, D = cle("signataire"), cle("temoin"), cle("coffre"), cle("releve")


@pytest.fixture
def reader(publication: Publication) -> TrustedTete:
    """A reader that went through a change of keys and saw two truths."""
    reader = TrustedTete(publication.policy)
    reader.update(publication.tete(NOW), at=NOW)
    reader.update(publication.rotate((A, B, C), 2, NOW + HOUR), at=NOW + HOUR)
    reader.update(publication.tete(NOW + 2 * HOUR, signers=(B, C)), at=NOW + 2 * HOUR)
    lie = publication.fork().tete(NOW + HOUR, previous="ab" * 32)
    with pytest.raises(TeteEquivoque):
        reader.update(lie, at=NOW + 2 * HOUR)
    return reader


def test_everything_is_restored(reader: TrustedTete) -> None:
    again = store.from_bytes(store.to_bytes(reader), reader.policy)
    held, restored = reader.memory, again.memory
    assert (held.trousseau, held.rotations, held.repere, held.accepted_at) == (
        restored.trousseau,
        restored.rotations,
        restored.repere,
        restored.accepted_at,
    )
    assert held.equivoque == restored.equivoque
    assert restored.equivoque is not None
    assert restored.equivoque.contradiction is Contradiction.SUITE
    assert again.current is not None
    assert reader.current is not None
    assert (again.current.sha256, again.current.signed_by) == (reader.current.sha256, {"temoin", "coffre"})


def test_nothing_is_empty(publication: Publication) -> None:
    assert store.to_bytes(TrustedTete(publication.policy)) == b""
    assert store.from_bytes(b"", publication.policy).current is None


def test_the_head_that_changed_the_keys_may_be_the_one_held(publication: Publication) -> None:
    reader = TrustedTete(publication.policy)
    reader.update(publication.rotate((C, D), 2, NOW), at=NOW)
    again = store.from_bytes(store.to_bytes(reader), reader.policy)
    assert again.memory.trousseau == trousseau_of((C, D), 2)
    assert again.current is not None


def test_a_missed_change_that_was_followed_is_restored(publication: Publication) -> None:
    reader = TrustedTete(publication.policy)
    reader.update(publication.tete(NOW), at=NOW)
    reader.rotate(publication.rotate((C, D), 2, NOW + HOUR))
    again = store.from_bytes(store.to_bytes(reader), reader.policy)
    assert again.memory.trousseau == trousseau_of((C, D), 2)
    assert again.current is not None
    assert again.current.tete.numero == 1


def test_other_keys_in_the_settings_keep_the_ratchets_only(reader: TrustedTete) -> None:
    again = store.from_bytes(store.to_bytes(reader), TetePolicy(trousseau_of((D,), 1)))
    assert again.current is None
    assert again.memory.repere == reader.memory.repere
    assert again.equivoque == reader.equivoque
    assert again.memory.trousseau == trousseau_of((D,), 1)
    same = store.from_bytes(store.to_bytes(again), again.policy)
    assert same.memory.repere == reader.memory.repere


def test_keys_of_the_settings_that_signed_the_head_keep_it(reader: TrustedTete) -> None:
    again = store.from_bytes(store.to_bytes(reader), TetePolicy(trousseau_of((C,), 1)))
    assert again.current is not None


def _edited(reader: TrustedTete, edit: Callable[[dict[str, Any]], object]) -> bytes:
    value = json.loads(store.to_bytes(reader))
    edit(value)
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    "edit",
    [
        lambda v: v.update(format=2),
        lambda v: v.pop("format"),
        lambda v: v.pop("cles"),
        lambda v: v.pop("repere"),
        lambda v: v.update(repere={}),
        lambda v: v.update(tete="AAAA"),
        lambda v: v.update(tete="é"),
        lambda v: v.update(tete=1),
        lambda v: v.update(rotations=[]),
        lambda v: v.update(rotations=v["rotations"] * 65),
        lambda v: v.update(rotations=None),
        lambda v: v.update(rotations=[v["tete"]]),
        lambda v: v.update(accepted_at="hier"),
        lambda v: v.update(accepted_at=1),
        lambda v: v.update(equivoque={}),
        lambda v: v["equivoque"].update(contradiction="autre"),
        lambda v: v["equivoque"].update(seconde="é"),
    ],
)
def test_a_changed_file_is_refused(reader: TrustedTete, edit: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(TeteEtatIllisible):
        store.from_bytes(_edited(reader, edit), reader.policy)


@pytest.mark.parametrize("data", [b"x", b"[]", b"null", b"[" * 100_000, b"{}", b"\xff", b" " * (33 << 20)], ids=lambda data: repr(data[:4]))
def test_another_file_is_refused(data: bytes, publication: Publication) -> None:
    with pytest.raises(TeteEtatIllisible):
        store.from_bytes(data, publication.policy)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_never_makes_another_head(reader: TrustedTete, place: float, bit: int) -> None:
    data = bytearray(store.to_bytes(reader))
    data[int(place * len(data))] ^= 1 << bit
    try:
        again = store.from_bytes(bytes(data), reader.policy)
    except TeteEtatIllisible:
        return
    assert reader.current is not None
    assert again.current is None or again.current.sha256 == reader.current.sha256


def test_a_file_is_replaced_whole_and_read_back(reader: TrustedTete, tmp_path: Path) -> None:
    path = tmp_path / "tete.etat"
    assert store.load(path, reader.policy).current is None
    store.save(reader, path)
    assert store.load(path, reader.policy).current is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_used_is_told(reader: TrustedTete, tmp_path: Path) -> None:
    with pytest.raises(TeteEtatIllisible):
        store.save(reader, tmp_path / "absent" / "etat")
    with pytest.raises(TeteEtatIllisible):
        store.load(tmp_path, reader.policy)
