# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The files that travel when a head is signed by hand, and the marks by which the témoin judges."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confiance.transparence.cles import ClePrivee
from confiance.transparence.jws import Signature, sign_payload
from espace.tete.errors import SignatureRefusee
from espace.tete.papier import MAX_BYTES, read, read_head, write
from espace.tete.rules import is_late

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@given(st.binary(max_size=200))
def test_a_signature_comes_back_as_it_was_written(payload: bytes) -> None:
    made = sign_payload(payload, ClePrivee.from_seed("secours", b"\7" * 32))
    assert read(write(made)) == made


@given(st.binary(max_size=400))
def test_any_other_file_is_refused_as_a_signature_and_as_a_head(data: bytes) -> None:
    for door in (read, read_head):
        with pytest.raises(SignatureRefusee):
            door(data)


_VALUES = st.one_of(st.none(), st.text(max_size=20), st.integers(), st.lists(st.text(max_size=3), max_size=2))


@given(st.dictionaries(st.sampled_from(["format", "cle", "protected", "signature", "autre"]), _VALUES))
def test_a_signature_of_any_shape_is_read_or_refused(source: dict[str, object]) -> None:
    try:
        made = read(json.dumps(source).encode())
    except SignatureRefusee:
        return
    assert isinstance(made, Signature)
    assert (made.key_id, made.protected) == (source["cle"], source["protected"])


def test_a_file_too_large_is_not_read() -> None:
    made = write(sign_payload(b"x", ClePrivee.from_seed("secours", b"\7" * 32)))
    with pytest.raises(SignatureRefusee):
        read(made + b" " * MAX_BYTES)


@pytest.mark.parametrize(("hours", "late"), [(0, False), (26, False), (27, True), (36, True), (90, True)])
def test_a_head_is_late_when_a_quarter_of_its_validity_is_left(hours: int, late: bool) -> None:
    assert is_late(NOW + timedelta(hours=36), NOW, NOW + timedelta(hours=hours)) is late
