# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The door of heads: what is signed comes out, anything else is refused by the first check that fails."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from banc.attaques.publication import Publication, cle, trousseau_of
from banc.attaques.terrain import NOW
from confiance.liste_blanche import NaiveTime
from confiance.transparence import (
    CrlNommee,
    Feuille,
    SignataireAnnonce,
    Tete,
    TetePolicy,
    TeteVerifiee,
    assemble,
    payload_of,
    sha256_of,
    sign_payload,
)
from confiance.transparence import refusals as r
from confiance.transparence.canonical import dump
from tests.unit.confiance.transparence.tetes import POLICY, STRANGER, A, B, C, head, sign, verify


def test_what_was_signed_comes_out(publication: Publication, liste: bytes) -> None:
    draft = publication.draft(
        NOW,
        trousseau=POLICY.trousseau,
        signataires=(SignataireAnnonce("CN=Liste Blanche,O=AGENCE", "ab" * 32, NOW, NOW + timedelta(days=90)),),
        crls=(CrlNommee("CN=AC,O=AGENCE", "cd" * 32, NOW + timedelta(days=6)),),
        retrait_massif=True,
    )
    payload = payload_of(draft)
    verified = verify(sign(payload))
    assert verified.tete == draft
    assert (verified.payload, verified.sha256, verified.signed_by) == (payload, sha256_of(payload), {"signataire", "temoin"})
    assert verified.tete.length == len(liste)
    assert "numero 1" in repr(verified)


def test_only_the_verifier_makes_a_verified_head(publication: Publication) -> None:
    verified = verify(sign(dump(head(publication))))
    with pytest.raises(TypeError):
        TeteVerifiee(object(), verified.data, verified._parts, verified.tete, verified.signed_by)  # type: ignore[arg-type]  # the point


def test_a_time_without_zone_is_our_fault(publication: Publication) -> None:
    with pytest.raises(NaiveTime):
        verify(sign(dump(head(publication))), at=datetime(2026, 11, 1))  # noqa: DTZ001  # the point


def test_members_we_do_not_know_and_later_minor_formats_are_read(publication: Publication) -> None:
    data = sign(dump(head(publication, format="1.7", nouveau={"a": [1]})))
    value = json.loads(data) | {"autre": "x"}
    value["signatures"][0]["header"] = {"kid": "menteur"}
    assert verify(json.dumps(value, indent=2).encode()).tete.numero == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"numero": 0},
        {"numero": 2, "previous": None},
        {"previous": "ab" * 32},
        {"length": 1 << 53},
        {"sha256": "AB" * 32},
        {"racine": b"short"},
        {"signataires": (SignataireAnnonce("", "ab" * 32, NOW, NOW),)},
        {"signataires": (SignataireAnnonce("x" * 1025, "ab" * 32, NOW, NOW),)},
        {"crls": (CrlNommee("\ud800", "ab" * 32, NOW),)},
        {"crls": (CrlNommee("CN=AC", "ab" * 32, NOW),) * 65},
    ],
)
def test_a_head_that_nobody_could_read_is_not_written(publication: Publication, changes: dict[str, Any]) -> None:
    with pytest.raises(r.TeteImpossible):
        payload_of(publication.draft(NOW, **changes))


def test_times_are_cut_to_the_second_when_written(publication: Publication) -> None:
    later = NOW + timedelta(milliseconds=900)
    draft = publication.draft(later, trousseau=POLICY.trousseau)
    assert verify(sign(payload_of(draft))).tete.this_update == NOW


def test_a_policy_is_read_from_pem(publication: Publication) -> None:
    pems = {
        one.id: Ed25519PublicKey.from_public_bytes(one.public.public_key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        for one in (A, B, C)
    }
    assert TetePolicy.from_pem(pems, 2) == POLICY


# 3. the payload


@pytest.mark.parametrize("version", ["2.0", "0.9", "1", "1.", "01.0", "1.0.0", 1, None, ...])
def test_another_format_is_refused(publication: Publication, version: object) -> None:
    with pytest.raises(r.TeteFormat):
        verify(sign(dump(head(publication, format=version))))


def test_a_payload_in_another_writing_is_refused_although_it_is_signed(publication: Publication) -> None:
    value = head(publication)
    for payload in (json.dumps(value).encode(), json.dumps(value, sort_keys=True, indent=1).encode(), b"[]", b"", b"\xff"):
        with pytest.raises(r.TeteContenu):
            verify(sign(payload))


NUMBERS = ("numero", "sequence", "length", "taille", "seuil")
TIMES = ("date_generation", "signing_time", "this_update", "next_update")
DIGESTS = ("journal", "sha256", "racine")
WRONG: list[tuple[str, object]] = [
    *((name, value) for name in NUMBERS for value in (0, -1, True, "1", None, ...)),
    *((name, value) for name in TIMES for value in ("2026-11-01", "2026-11-01T12:00:00+00:00", "2026-13-01T12:00:00Z", "", 1, ...)),
    *((name, value) for name in DIGESTS for value in ("AB" * 32, "ab" * 31, "zz" * 32, None, ...)),
    *(("retrait_massif", value) for value in (0, "false", None, ...)),
    *(("previous", value) for value in ("ab" * 32, "", 1, ...)),
    *(("signataires", value) for value in ({}, [1], [{}], [{"dn": "", "spki_sha256": "ab" * 32}], ...)),
    *(("crls", value) for value in ({}, [1], [{"issuer": "x" * 1025}], ...)),
    *(("inclusion", value) for value in ({}, ["ab"], ["ab" * 32] * 65, ...)),
    *(("cles", value) for value in ([], {}, [{"id": "a", "public_key": "ab"}], [{"id": "a b", "public_key": "ab" * 32}], ...)),
    ("cles", [{"id": "a", "public_key": "ab" * 32}, {"id": "b", "public_key": "ab" * 32}]),
    ("seuil", 4),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_or_missing_member_is_refused(publication: Publication, name: str, value: object) -> None:
    with pytest.raises(r.TeteContenu):
        verify(sign(dump(head(publication, **{name: value}))))


def test_a_head_that_is_not_the_first_names_the_one_before(publication: Publication) -> None:
    assert verify(sign(dump(head(publication, numero=2, previous="ab" * 32)))).tete.previous == "ab" * 32
    with pytest.raises(r.TeteContenu):
        verify(sign(dump(head(publication, numero=2, previous=None))))


# 4. the keys announced


def test_keys_that_did_not_sign_cannot_be_announced(publication: Publication) -> None:
    announced = trousseau_of((A, STRANGER, cle("autre")), 2)
    payload = payload_of(publication.draft(NOW, trousseau=announced))
    with pytest.raises(r.TeteClesNonSignees):
        verify(sign(payload, A, B))
    with pytest.raises(r.TeteSignatureFausse):
        verify(assemble(payload, [*(sign_payload(payload, one) for one in (A, B)), replace(sign_payload(payload, STRANGER), value=b"")]))
    assert verify(sign(payload, A, B, STRANGER)).tete.trousseau == announced


# 5. the log


def test_a_list_that_is_not_in_the_log_is_refused(publication: Publication) -> None:
    for changes in ({"racine": "ab" * 32}, {"sha256": "ab" * 32}, {"taille": 2}, {"inclusion": ["ab" * 32]}, {"sequence": 2}):
        with pytest.raises(r.TeteInclusion):
            verify(sign(dump(head(publication, **changes))))


def test_a_list_that_is_not_the_last_of_the_log_is_refused(publication: Publication) -> None:
    first, draft = publication.feuilles[0], publication.draft(NOW)
    publication.publish_leaf(Feuille(2, "ab" * 32, first.date_generation, first.signing_time))
    later = publication.draft(NOW, trousseau=POLICY.trousseau)
    stale = replace(later, sequence=draft.sequence, sha256=draft.sha256, date_generation=draft.date_generation)
    with pytest.raises(r.TeteInclusion):
        verify(sign(payload_of(stale)))
    assert verify(sign(payload_of(later))).tete.sequence == 2


# 6. the times


def test_a_head_lives_from_its_update_to_the_next(publication: Publication) -> None:
    data, skew = sign(dump(head(publication))), POLICY.clock_skew
    for at in (NOW - skew, NOW, NOW + timedelta(hours=48) + skew):
        assert verify(data, at=at).tete.numero == 1
    with pytest.raises(r.TeteDateFuture):
        verify(data, at=NOW - skew - timedelta(seconds=1))
    with pytest.raises(r.TeteExpiree):
        verify(data, at=NOW + timedelta(hours=48) + skew + timedelta(seconds=1))


@pytest.mark.parametrize("validity", [timedelta(0), -timedelta(hours=1), timedelta(days=8), timedelta(days=3650)])
def test_a_head_good_for_too_long_or_for_no_time_is_refused(publication: Publication, validity: timedelta) -> None:
    draft = publication.draft(NOW, trousseau=POLICY.trousseau, next_update=NOW + validity)
    with pytest.raises(r.TeteValidite):
        verify(sign(payload_of(draft)))


def test_the_ends_of_the_calendar_are_times_like_others(publication: Publication) -> None:
    first, last = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"
    for changes, kind in (
        ({"this_update": last, "next_update": last}, r.TeteDateFuture),
        ({"this_update": first, "next_update": last}, r.TeteContenu),
        ({"next_update": last}, r.TeteValidite),
        ({"next_update": first}, r.TeteValidite),
    ):
        with pytest.raises(kind):
            verify(sign(dump(head(publication, **changes))))


@pytest.mark.parametrize("name", ["date_generation", "signing_time"])
def test_a_head_cannot_name_a_list_of_tomorrow(publication: Publication, name: str) -> None:
    feuille = replace(publication.feuilles[0], **{name: NOW + timedelta(hours=1)})
    other = Publication()
    other.publish_leaf(feuille)
    with pytest.raises(r.TeteContenu):
        verify(sign(payload_of(other.draft(NOW, trousseau=POLICY.trousseau))))


@settings(max_examples=300, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_refused_or_changes_nothing(place: float, bit: int) -> None:
    data = bytearray(HONEST)
    data[int(place * len(data))] ^= 1 << bit
    with suppress(r.TeteRefused):
        assert verify(bytes(data)).payload == HONEST_PAYLOAD


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(r.TeteRefused):
        verify(data)


TIME = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)).map(lambda value: value.replace(microsecond=0, tzinfo=UTC))  # noqa: DTZ001
DIGEST = st.binary(min_size=32, max_size=32)
DN = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), sequence=st.integers(1, 1 << 53), length=st.integers(1, 1 << 40), massive=st.booleans(), days=st.integers(1, 7))
def test_whatever_is_written_is_read_back_the_same(data: st.DataObject, sequence: int, length: int, massive: bool, days: int) -> None:
    sequence = min(sequence, (1 << 53) - 1)
    publication, generation = Publication(), data.draw(TIME)
    for rank in range(data.draw(st.integers(0, 4))):
        publication.noeuds.append(bytes([rank]) * 32)
        publication.feuilles.append(Feuille(1, "00" * 32, generation, generation))
        publication.lengths.append(1)
    publication.publish_leaf(Feuille(sequence, data.draw(DIGEST).hex(), generation, generation), length=length)
    names = data.draw(st.lists(st.builds(SignataireAnnonce, DN, DIGEST.map(bytes.hex), TIME, TIME), max_size=3))
    crls = data.draw(st.lists(st.builds(CrlNommee, DN, DIGEST.map(bytes.hex), TIME), max_size=3))
    draft: Tete = publication.draft(
        generation,
        next_update=generation + timedelta(days=days),
        signataires=tuple(names),
        crls=tuple(crls),
        retrait_massif=massive,
        trousseau=POLICY.trousseau,
    )
    assert verify(sign(payload_of(draft)), at=generation).tete == draft


def _honest() -> tuple[bytes, bytes]:
    publication = Publication()
    publication.publish_leaf(Feuille(1, "ab" * 32, NOW, NOW))
    payload = payload_of(publication.draft(NOW, trousseau=POLICY.trousseau))
    return sign(payload), payload


HONEST, HONEST_PAYLOAD = _honest()
