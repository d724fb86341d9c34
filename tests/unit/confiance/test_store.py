# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from banc.attaques import autorite
from banc.attaques.terrain import NOW, Terrain
from confiance.liste_blanche import Outcome, TrustedListeBlanche, store
from confiance.liste_blanche.store import StateUnreadable


@pytest.fixture
def reader(terrain: Terrain) -> TrustedListeBlanche:
    reader = TrustedListeBlanche(terrain.policy)
    reader.update(terrain.data, at=NOW)
    return reader


def _edited(reader: TrustedListeBlanche, **changes: object) -> bytes:
    line, _, rest = store.to_bytes(reader).partition(b"\n")
    return json.dumps(json.loads(line) | changes).encode() + b"\n" + rest


def test_the_memory_survives_a_restart(tmp_path: Path, reader: TrustedListeBlanche, terrain: Terrain) -> None:
    path = tmp_path / "etat"
    reader.update(terrain.data, at=NOW + timedelta(hours=1))
    store.save(reader, path)
    again = store.load(path, terrain.policy)
    assert store.to_bytes(again) == store.to_bytes(reader)
    assert again.require().domaines == terrain.brouillon.domaines
    assert again.update(terrain.data, at=NOW + timedelta(hours=2)) is Outcome.UNCHANGED
    assert [path.name for path in tmp_path.iterdir()] == ["etat"]


def test_an_absent_or_empty_state_is_an_empty_memory(tmp_path: Path, terrain: Terrain) -> None:
    assert store.load(tmp_path / "absent", terrain.policy).current is None
    assert store.to_bytes(TrustedListeBlanche(terrain.policy)) == b""


def test_a_list_whose_crls_are_now_stale_is_restored(reader: TrustedListeBlanche, terrain: Terrain) -> None:
    assert store.from_bytes(store.to_bytes(reader), terrain.with_crls()).current


def test_a_list_of_a_compromised_signer_is_not_restored(reader: TrustedListeBlanche, terrain: Terrain) -> None:
    compromised = x509.CRLReason(x509.ReasonFlags.key_compromise)
    entry = autorite.revoked_entry(terrain.key.certificate.serial_number, NOW + timedelta(days=1), compromised)
    policy = terrain.with_crls(autorite.crl(terrain.ca.name, terrain.ca.key, at=NOW + timedelta(days=2), revoked=[entry]))
    with pytest.raises(StateUnreadable):
        store.from_bytes(store.to_bytes(reader), policy)


def test_a_list_altered_on_disk_is_not_restored(reader: TrustedListeBlanche, terrain: Terrain) -> None:
    with pytest.raises(StateUnreadable):
        store.from_bytes(store.to_bytes(reader).replace(b"db1.3.", b"db1.4."), terrain.policy)


def test_a_list_of_another_signer_is_not_restored(reader: TrustedListeBlanche, terrain: Terrain) -> None:
    with pytest.raises(StateUnreadable):
        store.from_bytes(store.to_bytes(reader), replace(terrain.policy, signers=frozenset()))


def test_unknown_fields_are_ignored(reader: TrustedListeBlanche, terrain: Terrain) -> None:
    assert store.from_bytes(_edited(reader, demain="?"), terrain.policy).current


@pytest.mark.parametrize(
    "changes", [{"format": 2}, {"sha256": "0" * 64}, {"accepted_at": None}, {"confirmed_at": "hier"}, {"latest_seen": 3}]
)
def test_another_header_is_refused(reader: TrustedListeBlanche, terrain: Terrain, changes: dict[str, object]) -> None:
    with pytest.raises(StateUnreadable):
        store.from_bytes(_edited(reader, **changes), terrain.policy)


@pytest.mark.parametrize("data", [b"{", b"[]\n", b"\xff\n", b"[" * 60_000 + b"\n", b"{}" + b" " * 70_000 + b"\n"])
def test_what_is_no_state_is_refused(data: bytes, terrain: Terrain) -> None:
    with pytest.raises(StateUnreadable):
        store.from_bytes(data, terrain.policy)


def test_an_unreadable_or_unwritable_place_is_said(tmp_path: Path, reader: TrustedListeBlanche, terrain: Terrain) -> None:
    with pytest.raises(StateUnreadable):
        store.load(tmp_path, terrain.policy)
    with pytest.raises(StateUnreadable):
        store.save(reader, tmp_path / "absent" / "etat")


def test_a_failed_write_leaves_the_old_state_whole(tmp_path: Path, reader: TrustedListeBlanche, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "etat"
    store.save(reader, path)
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "disque plein")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StateUnreadable):
        store.save(reader, path)
    assert path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["etat"]
