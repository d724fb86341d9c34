# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Secrets sealed to one row of one table."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confiance.exploitation.coffre.cles import Trousseau, TrousseauInvalide, read
from confiance.exploitation.coffre.scelle import Coffre, CoffreFerme, key_id_of
from confiance.exploitation.settings import SettingsError

OLD, NEW = b"o" * 32, b"n" * 32
BOX = Coffre(Trousseau({"k1": OLD}), "drimbox")


def ring(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "trousseau"
    path.write_text(text)
    path.chmod(mode)
    return path


@given(st.binary(max_size=300), st.text(max_size=20), st.uuids())
def test_what_is_sealed_opens_on_the_same_row(plain: bytes, table: str, row: object) -> None:
    assert BOX.open(BOX.seal(plain, table=table, row=row), table=table, row=row) == plain


def test_the_same_secret_never_gives_the_same_bytes() -> None:
    assert BOX.seal(b"secret", table="t", row=1) != BOX.seal(b"secret", table="t", row=1)


@pytest.mark.parametrize(("table", "row"), [("t", 2), ("autre", 1)])
def test_what_is_copied_elsewhere_does_not_open(table: str, row: int) -> None:
    sealed = BOX.seal(b"secret", table="t", row=1)
    with pytest.raises(CoffreFerme):
        BOX.open(sealed, table=table, row=row)


@given(st.binary(max_size=100))
def test_any_bytes_are_refused_by_our_own_error(data: bytes) -> None:
    with pytest.raises(CoffreFerme):
        BOX.open(data, table="t", row=1)


@given(st.integers(0, 200), st.integers(1, 255))
def test_one_changed_byte_closes_it(at: int, change: int) -> None:
    sealed = bytearray(BOX.seal(b"secret", table="t", row=1))
    sealed[at % len(sealed)] ^= change
    with pytest.raises(CoffreFerme):
        BOX.open(bytes(sealed), table="t", row=1)


def test_an_old_key_still_opens_and_the_first_one_seals() -> None:
    both = Coffre(Trousseau({"k2": NEW, "k1": OLD}), "drimbox")
    old = BOX.seal(b"secret", table="t", row=1)
    assert both.open(old, table="t", row=1) == b"secret"
    assert (key_id_of(old), key_id_of(both.seal(b"x", table="t", row=1))) == ("k1", "k2")


def test_a_key_that_left_the_ring_opens_nothing() -> None:
    with pytest.raises(CoffreFerme):
        Coffre(Trousseau({"k2": NEW}), "drimbox").open(BOX.seal(b"secret", table="t", row=1), table="t", row=1)


def test_a_ring_is_read_in_the_order_of_its_file(tmp_path: Path) -> None:
    lines = [f"{name} {base64.b64encode(key).decode()}" for name, key in (("k2", NEW), ("k1", OLD))]
    trousseau = read(ring(tmp_path, "# la première scelle\n" + "\n".join(lines) + "\n"))
    assert (trousseau.current, trousseau.keys) == ("k2", {"k2": NEW, "k1": OLD})
    assert "nnnn" not in repr(trousseau)


@pytest.mark.parametrize(
    "text", ["# rien", "k1", "k1 court", f"k1 {base64.b64encode(b'x' * 31).decode()}", "k1 %%%", f"é {base64.b64encode(OLD).decode()}"]
)
def test_a_wrong_ring_is_refused_without_showing_a_key(text: str, tmp_path: Path) -> None:
    with pytest.raises(TrousseauInvalide) as caught:
        read(ring(tmp_path, text))
    assert base64.b64encode(OLD).decode() not in str(caught.value)


def test_a_repeated_id_is_refused(tmp_path: Path) -> None:
    line = f"k1 {base64.b64encode(OLD).decode()}\n"
    with pytest.raises(TrousseauInvalide):
        read(ring(tmp_path, line * 2))


def test_a_ring_that_others_can_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        read(ring(tmp_path, f"k1 {base64.b64encode(OLD).decode()}", 0o644))


def test_what_one_program_sealed_does_not_open_in_another_program() -> None:
    with pytest.raises(CoffreFerme):
        Coffre(BOX.trousseau, "espace").open(BOX.seal(b"secret", table="t", row=1), table="t", row=1)
