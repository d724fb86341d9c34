# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Programs that nobody here wrote read our heads: the format is not our own opinion of itself."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet, OKPKey

from banc.attaques.publication import Publication, liste_at
from banc.attaques.terrain import NOW
from confiance.transparence import TeteVerifiee, verify_tete

HERE = Path(__file__).parent
VECTORS = HERE.parents[3] / "docs" / "formats" / "vectors"
JOSE_WARNS = pytest.mark.filterwarnings(
    "ignore::joserfc.errors.SecurityWarning"
)  # RFC 9864 renames EdDSA, which we write for older readers
# JSON.parse keeps the last of two members of one name and says nothing
BLIND = {"key twice in the container"}


@pytest.fixture(scope="module")
def answers() -> Any:
    """What a reader written in another language, from the documentation, answers to the vectors."""
    done = subprocess.run(["node", str(HERE / "lecteur.mjs"), str(VECTORS)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.peer("node")
def test_a_reader_in_another_language_follows_the_proofs(answers: Any) -> None:
    assert [answers[name] for name in ("inclusion", "consistency", "feuilles")] == [[True] * 36, [True] * 36, [True] * 2]


@pytest.mark.peer("node")
def test_a_reader_in_another_language_accepts_and_refuses_the_same_heads(answers: Any) -> None:
    cases = json.loads((VECTORS / "tete.json").read_text(encoding="utf-8"))["cases"]
    expected = {case["name"]: case["expected"] == "acceptee" for case in cases if case["name"] not in BLIND}
    assert {name: answers["tetes"][name] == "acceptee" for name in expected} == expected


@pytest.fixture
def verified() -> TeteVerifiee:
    publication = Publication()
    publication.publish(liste_at(0), at=NOW)
    return verify_tete(publication.tete(NOW), publication.policy, at=NOW)


def _keys(verified: TeteVerifiee) -> KeySet:
    import base64

    cles = verified.tete.trousseau.cles
    return KeySet(
        [
            OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "kid": one.id, "x": base64.urlsafe_b64encode(one.public_key).decode()[:43]})
            for one in cles
        ]
    )


@JOSE_WARNS
def test_a_general_jose_library_verifies_our_signatures(verified: TeteVerifiee) -> None:
    found = jws.deserialize_json(json.loads(verified.data), _keys(verified), algorithms=["EdDSA"])
    assert found.payload == verified.payload


@JOSE_WARNS
def test_a_general_jose_library_refuses_another_payload(verified: TeteVerifiee) -> None:
    value = json.loads(verified.data)
    value["payload"] = "e30"
    with pytest.raises(BadSignatureError):
        jws.deserialize_json(value, _keys(verified), algorithms=["EdDSA"])
