# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Forged and misused id_tokens. Each attack changes one thing of a token that is otherwise right."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from drimbox.socle.identite import LIMITES, PscReponseInvalide
from drimbox.socle.identite.id_token import Expected, UnknownKeyError, read_keys, verify_id_token

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
ISSUER, CLIENT, ACCESS = "https://psc.test/realm", "drimbox-a", "jeton-acces"
KEY = RSAKey.generate_key(2048, parameters={"kid": "1", "use": "sig"})
OTHER = RSAKey.generate_key(2048, parameters={"kid": "1", "use": "sig"})
KEYS = KeySet.import_key_set({"keys": [KEY.as_dict(private=False)]})
EXPECTED = Expected(ISSUER, CLIENT, "hasard", None, ACCESS, NOW)
AT_HASH = base64.urlsafe_b64encode(hashlib.sha256(ACCESS.encode()).digest()[:16]).rstrip(b"=").decode()
CLAIMS: dict[str, Any] = {"iss": ISSUER, "aud": CLIENT, "sub": "s", "nonce": "hasard", "iat": AT, "exp": AT + 120, "at_hash": AT_HASH}


def token(key: Any = KEY, alg: str = "RS256", kid: str = "1", **changes: Any) -> str:
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": kid}, claims, key, algorithms=[alg])


def test_right_token_gives_its_subject() -> None:
    assert verify_id_token(token(), KEYS, EXPECTED, LIMITES) == "s"


def test_elliptic_key_is_accepted() -> None:
    key = ECKey.generate_key("P-256", parameters={"kid": "1", "use": "sig"})
    keys = read_keys({"keys": [key.as_dict(private=False)]})
    assert verify_id_token(token(key, "ES256"), keys, EXPECTED, LIMITES) == "s"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://autre.test"},
        {"iss": None},
        {"aud": "autre"},
        {"aud": None},
        {"aud": [CLIENT, "autre"]},
        {"aud": [CLIENT, "autre"], "azp": "autre"},
        {"azp": "autre"},
        {"nonce": "autre"},
        {"nonce": None},
        {"sub": ""},
        {"sub": None},
        {"exp": AT - 31},
        {"exp": None},
        {"exp": "9999999999"},
        {"iat": AT + 31},
        {"iat": None},
        {"at_hash": "x"},
    ],
    ids=str,
)
def test_signed_token_that_is_not_for_this_login_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(PscReponseInvalide):
        verify_id_token(token(**changes), KEYS, EXPECTED, LIMITES)


def test_audience_list_with_us_as_authorized_party_is_accepted() -> None:
    assert verify_id_token(token(aud=[CLIENT, "autre"], azp=CLIENT), KEYS, EXPECTED, LIMITES) == "s"


def test_token_of_another_key_is_refused() -> None:
    with pytest.raises(PscReponseInvalide):
        verify_id_token(token(OTHER), KEYS, EXPECTED, LIMITES)


def test_token_without_signature_is_refused() -> None:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none", "kid": "1"}, CLAIMS)]
    with pytest.raises(PscReponseInvalide):
        verify_id_token(".".join([*parts, ""]), KEYS, EXPECTED, LIMITES)


def test_token_signed_by_hmac_with_the_public_key_is_refused() -> None:
    forged = token(OctKey.import_key(KEY.as_pem(private=False).replace(b"-----BEGIN PUBLIC KEY-----", b"").strip()), "HS256")
    with pytest.raises(PscReponseInvalide):
        verify_id_token(forged, KEYS, EXPECTED, LIMITES)


def test_unknown_key_is_told_apart_so_that_keys_are_read_again() -> None:
    with pytest.raises(UnknownKeyError):
        verify_id_token(token(kid="2"), KEYS, EXPECTED, LIMITES)


def test_refreshed_token_of_another_person_is_refused() -> None:
    expected = Expected(ISSUER, CLIENT, None, "quelqu'un d'autre", ACCESS, NOW)
    with pytest.raises(PscReponseInvalide):
        verify_id_token(token(nonce=None), KEYS, expected, LIMITES)


def test_oversized_token_is_refused() -> None:
    with pytest.raises(PscReponseInvalide):
        verify_id_token(token(fill="x" * LIMITES.token_characters), KEYS, EXPECTED, LIMITES)


@given(st.text(max_size=300) | st.binary(max_size=200).map(lambda b: ".".join([base64.urlsafe_b64encode(b).decode()] * 3)))
def test_no_text_breaks_the_verifier(text: str) -> None:
    with pytest.raises(PscReponseInvalide):
        verify_id_token(text, KEYS, EXPECTED, LIMITES)


def test_encryption_and_private_keys_are_left_aside() -> None:
    encryption = {**OTHER.as_dict(private=False), "kid": "2", "use": "enc"}
    with pytest.raises(PscReponseInvalide):
        read_keys({"keys": [encryption, KEY.as_dict(private=True)]})


@given(
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda i: st.lists(i) | st.dictionaries(st.sampled_from(["kty", "n", "e", "crv", "x"]), i),
    )
)
def test_no_set_of_keys_breaks_the_reader(value: Any) -> None:
    for document in ({"keys": value}, {"keys": [value]}, {"keys": [{"kty": "RSA", "n": value, "e": "AQAB"}]}):
        with pytest.raises(PscReponseInvalide):
            read_keys(document)
