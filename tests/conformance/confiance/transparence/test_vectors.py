# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The published test vectors are current, and the readers answer as they say. Nothing here looks at how they were made."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from confiance import horodatage
from confiance.transparence import ClePublique, TetePolicy, TransparenceRefused, Trousseau, TrustedTete, verify_tete
from confiance.transparence.canonical import NotCanonical, dump, load, load_canonical
from confiance.transparence.feuille import Feuille
from confiance.transparence.merkle import leaf_hash, root_of, verify_consistency, verify_inclusion
from confiance.transparence.preuves import rotation_name
from tests.conformance.confiance.transparence.vectors import FOLDER, VECTORS, text_of


def _read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", VECTORS)
def test_the_published_vectors_are_those_that_the_generator_writes(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == text_of(name)


def test_canonical_json_vectors() -> None:
    vectors = _read("canonical.json")
    assert len(vectors["accepted"]) == 5
    for one in vectors["accepted"]:
        assert dump(one["value"]).decode() == one["canonical"]
        assert load_canonical(one["canonical"].encode()) == one["value"]
    for text in vectors["refused"]:
        with pytest.raises(NotCanonical):
            load(text.encode())
    for text in vectors["not_canonical"]:
        load(text.encode())
        with pytest.raises(NotCanonical):
            load_canonical(text.encode())


def test_merkle_vectors() -> None:
    vectors = _read("merkle.json")
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in vectors["leaves"]]
    roots = [bytes.fromhex(one) for one in vectors["roots"]]
    assert [one.hex() for one in hashes] == vectors["leaf_hashes"]
    assert [root_of(hashes[:size]) for size in range(9)] == roots
    assert (len(vectors["inclusion"]), len(vectors["consistency"])) == (36, 36)
    for one in vectors["inclusion"]:
        path = [bytes.fromhex(step) for step in one["path"]]
        verify_inclusion(hashes[one["index"]], one["index"], one["size"], path, roots[one["size"]])
    for one in vectors["consistency"]:
        path = [bytes.fromhex(step) for step in one["path"]]
        verify_consistency(one["first"], one["second"], roots[one["first"]], roots[one["second"]], path)


def test_leaf_vectors() -> None:
    vectors = _read("feuille.json")
    for one in vectors["feuilles"]:
        assert Feuille.read(one["feuille"]).to_bytes().decode() == one["data"]
        assert leaf_hash(one["data"].encode()).hex() == one["hash"]
    for value in vectors["refused"]:
        with pytest.raises(NotCanonical):
            Feuille.read(value)


def _policy(value: Any) -> TetePolicy:
    cles = (ClePublique(one["id"], bytes.fromhex(one["public_key"])) for one in value["cles"])
    skew, validity = timedelta(seconds=value["clock_skew_seconds"]), timedelta(days=value["max_validity_days"])
    return TetePolicy(Trousseau.of(cles, value["seuil"]), skew, validity)


def _file(value: Any) -> bytes:
    return value["file"].encode() if "file" in value else base64.b64decode(value["file_base64"])


def _at(value: Any) -> datetime:
    return horodatage.parse(value["at"])


@pytest.mark.parametrize("case", _read("tete.json")["cases"], ids=lambda case: case["name"])
def test_head_vectors(case: Any) -> None:
    if case["expected"] == "acceptee":
        assert verify_tete(_file(case), _policy(case["policy"]), at=_at(case)).tete.sequence == 3
    else:
        with pytest.raises(TransparenceRefused) as refusal:
            verify_tete(_file(case), _policy(case["policy"]), at=_at(case))
        assert refusal.value.code == case["expected"]


@pytest.mark.parametrize("run", _read("suivi.json")["runs"], ids=lambda run: run["name"])
def test_tracking_vectors(run: Any) -> None:
    reader = TrustedTete(_policy(run["policy"]))
    for step in run["steps"]:
        assert _answer(reader, step) == step["expected"]


def _answer(reader: TrustedTete, step: Any) -> str:
    try:
        if "rotation" in step:
            assert step["name"] == rotation_name(reader.memory.trousseau.empreinte)
            reader.rotate(step["rotation"].encode())
            return "suivie"
        proof = step["consistency"].encode() if "consistency" in step else None
        return reader.update(_file(step), at=_at(step), consistency=proof).value
    except TransparenceRefused as refusal:
        return refusal.code
