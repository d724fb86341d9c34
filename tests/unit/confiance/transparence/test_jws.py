# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The file of a head: its JWS, and who signed it, before anything of the payload is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from banc.attaques.publication import Publication, cle
from confiance.transparence import assemble, sign_payload
from confiance.transparence import refusals as r
from confiance.transparence.canonical import dump
from tests.unit.confiance.transparence.tetes import STRANGER, A, B, C, b64, head, sign, verify

# 1. the file


@pytest.mark.parametrize("data", [b"", b" " * (256 << 10) + b"{}"])
def test_an_empty_or_huge_file_is_refused_unread(data: bytes) -> None:
    with pytest.raises(r.TeteTaille):
        verify(data)


def _edited(publication: Publication, edit: Callable[[dict[str, Any]], object]) -> bytes:
    value = json.loads(sign(dump(head(publication))))
    edit(value)
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    "edit",
    [
        lambda v: v.pop("payload"),
        lambda v: v.pop("signatures"),
        lambda v: v.update(payload=1),
        lambda v: v.update(payload="é"),
        lambda v: v.update(payload=v["payload"] + "="),
        lambda v: v.update(payload=v["payload"] + "\n"),
        lambda v: v.update(payload=v["payload"] + "A" * (1 + -len(v["payload"]) % 4)),
        lambda v: v.update(signatures={}),
        lambda v: v.update(signatures=[]),
        lambda v: v.update(signatures=[1]),
        lambda v: v.update(signatures=v["signatures"] * 20),
        lambda v: v["signatures"].append(v["signatures"][0]),
        lambda v: v["signatures"][0].pop("protected"),
        lambda v: v["signatures"][0].pop("signature"),
        lambda v: v["signatures"][0].update(signature="+/=="),
        lambda v: v["signatures"][0].update(protected=b64(b"[]")),
        lambda v: v["signatures"][0].update(protected=b64(b'{"alg":"EdDSA"}')),
        lambda v: v["signatures"][0].update(protected=b64(b'{"kid":1}')),
        lambda v: v["signatures"][0].update(protected=b64(b'{"kid":"a","kid":"a"}')),
        lambda v: v["signatures"][0].update(protected=b64(b'{"kid":"a b"}')),
    ],
)
def test_what_is_not_that_jws_is_unreadable(publication: Publication, edit: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(r.TeteIllisible):
        verify(_edited(publication, edit))


@pytest.mark.parametrize("data", [b"x", b"[]", b"null", b'{"payload":"","payload":""}', b"[" * 100_000, b"\xff", b'{"payload":1.0}'])
def test_what_is_not_plain_json_is_unreadable(data: bytes) -> None:
    with pytest.raises(r.TeteIllisible):
        verify(data)


def test_a_compact_jws_is_unreadable(publication: Publication) -> None:
    value = json.loads(sign(dump(head(publication))))
    with pytest.raises(r.TeteIllisible):
        verify(".".join([value["signatures"][0]["protected"], value["payload"], value["signatures"][0]["signature"]]).encode())


# 2. the signatures


@pytest.mark.parametrize(
    "header", [{"alg": "none"}, {"alg": "HS256"}, {"typ": "JWT"}, {"crit": ["b64"], "b64": False}, {"alg": ...}, {"typ": ...}]
)
def test_a_known_key_signs_by_eddsa_for_this_use_only(publication: Publication, header: dict[str, Any]) -> None:
    payload = dump(head(publication))
    value = json.loads(sign(payload))
    honest = {"alg": "EdDSA", "kid": A.id, "typ": "drimm-tete+json"}
    protected = b64(dump({name: item for name, item in (honest | header).items() if item is not ...}))
    value["signatures"][0] = {"protected": protected, "signature": b64(A.sign(f"{protected}.{value['payload']}".encode()))}
    with pytest.raises(r.TeteAlgorithme):
        verify(json.dumps(value).encode())


def test_a_false_signature_of_a_known_key_is_refused_even_beyond_the_threshold(publication: Publication) -> None:
    payload = dump(head(publication))
    good = [sign_payload(payload, one) for one in (A, B)]
    for bad in (
        replace(sign_payload(payload, C), value=b"\0" * 64),
        replace(sign_payload(payload, C), value=b""),
        sign_payload(b"other", C),
    ):
        with pytest.raises(r.TeteSignatureFausse):
            verify(assemble(payload, [*good, bad]))


def test_a_signature_under_the_name_of_another_key_is_false(publication: Publication) -> None:
    payload = dump(head(publication))
    usurped = replace(cle("inconnue"), id="temoin")
    with pytest.raises(r.TeteSignatureFausse):
        verify(sign(payload, A, usurped))


def test_fewer_signatures_than_the_threshold_are_refused(publication: Publication) -> None:
    payload = dump(head(publication))
    with pytest.raises(r.TetePeuSignee):
        verify(sign(payload, A))
    with pytest.raises(r.TeteCleInconnue):
        verify(sign(payload, A, STRANGER))
    with pytest.raises(r.TeteCleInconnue):
        verify(sign(payload, STRANGER))


def test_signatures_of_others_harm_nothing_whatever_their_algorithm(publication: Publication) -> None:
    payload = dump(head(publication))
    value = json.loads(sign(payload, A, B, STRANGER))
    value["signatures"].append({"protected": b64(b'{"alg":"ML-DSA-44","kid":"demain"}'), "signature": "AAAA"})
    assert verify(json.dumps(value).encode()).signed_by == {"signataire", "temoin"}


def test_any_two_of_three_keys_are_enough(publication: Publication) -> None:
    payload = dump(head(publication))
    for pair in ((A, B), (A, C), (B, C), (C, A)):
        assert verify(sign(payload, *pair)).signed_by == {one.id for one in pair}


def test_the_payload_of_another_head_under_these_signatures_is_refused(publication: Publication) -> None:
    one, other = (json.loads(sign(dump(head(publication, length=length)))) for length in (1, 2))
    with pytest.raises(r.TeteSignatureFausse):
        verify(json.dumps(one | {"payload": other["payload"]}).encode())
