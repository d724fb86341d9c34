# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading: the id_token, verified as OpenID Connect Core §3.1.3.7 asks."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet, import_key

from drimbox.socle.identite.errors import PscReponseInvalide
from drimbox.socle.identite.limits import Limites

ALGORITHMS: Final = ("RS256", "PS256", "ES256")
"""Asymmetric only: an HMAC id_token could be made by whoever knows the client secret."""
MAX_KEYS: Final = 32
MIN_RSA_BITS: Final = 2048
MAX_MODULUS_TEXT: Final = 1366  # 8192 bits in base64url


class UnknownKeyError(PscReponseInvalide):
    """The id_token names a key that is not in the set at hand: the set may be old."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an id_token must say.

    Attributes:
        issuer: expected ``iss``.
        client_id: expected audience.
        nonce: nonce of the login; None after a refresh.
        sub: expected subject; None at login.
        access_token: token that ``at_hash``, when present, must bind.
        at: instant of the check.
    """

    issuer: str
    client_id: str
    nonce: str | None
    sub: str | None
    access_token: str
    at: datetime


def read_keys(document: Mapping[str, Any]) -> KeySet:
    """Read a set of public keys, those for signature only.

    Raises:
        PscReponseInvalide: no usable key.
    """
    told = document.get("keys")
    kept = [key for item in told[:MAX_KEYS] for key in _import(item)] if isinstance(told, list) else []
    if not kept:
        raise PscReponseInvalide("Pro Santé Connect ne publie aucune clé de signature lisible.")
    return KeySet(kept)


def _import(item: object) -> Iterator[Key]:
    """Yield the key, or nothing: one key that we cannot read must not hide the others."""
    if not isinstance(item, dict) or not _can_verify(item):
        return
    try:
        yield import_key(item)
    except (JoseError, ValueError, TypeError, KeyError):
        return


def _can_verify(key: Mapping[str, Any]) -> bool:
    """Keep RSA and EC public keys for signature; PSC publishes encryption keys in the same set."""
    if key.get("use", "sig") != "sig" or "d" in key:
        return False
    return key.get("kty") == "EC" or (key.get("kty") == "RSA" and _modulus_bits(key.get("n")) >= MIN_RSA_BITS)


def _modulus_bits(text: object) -> int:
    if not isinstance(text, str) or len(text) > MAX_MODULUS_TEXT:
        return 0
    try:
        return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))).bit_length()
    except ValueError:
        return 0


def verify_id_token(token: str, keys: KeySet, expected: Expected, limits: Limites) -> str:
    """Verify an id_token and return its subject.

    Raises:
        UnknownKeyError: its key is not in the set.
        PscReponseInvalide: wrong signature, issuer, audience, nonce, subject, at_hash or time.
    """
    claims, header = _decode(token, keys, limits)
    _check_audience(claims, expected)
    _check_time(claims, expected.at, limits.clock_skew_seconds)
    if claims.get("iss") != expected.issuer:
        raise PscReponseInvalide("L'id_token vient d'un autre émetteur.")
    if expected.nonce is not None and not _same(claims.get("nonce"), expected.nonce):
        raise PscReponseInvalide("L'id_token ne répond pas à cette demande (nonce).")
    sub = claims.get("sub")
    if not isinstance(sub, str) or not sub or (expected.sub is not None and sub != expected.sub):
        raise PscReponseInvalide("L'id_token ne désigne pas la personne attendue.")
    at_hash = claims.get("at_hash")
    if at_hash is not None and not _same(at_hash, _left_half(expected.access_token, str(header.get("alg")))):
        raise PscReponseInvalide("L'id_token ne va pas avec le jeton d'accès (at_hash).")
    return sub


def _decode(token: str, keys: KeySet, limits: Limites) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if len(token) > limits.token_characters:
        raise PscReponseInvalide
    try:
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS, registry=jws.JWSRegistry(strict_check_header=False))
    except InvalidKeyIdError:
        raise UnknownKeyError from None
    except (JoseError, ValueError, TypeError, RecursionError):
        raise PscReponseInvalide("La signature de l'id_token n'est pas valable.") from None
    return decoded.claims, decoded.header


def _check_audience(claims: Mapping[str, Any], expected: Expected) -> None:
    told = claims.get("aud")
    audience = told if isinstance(told, list) else [told]
    azp = claims.get("azp")
    if expected.client_id not in audience or (azp is None and len(audience) > 1) or (azp is not None and azp != expected.client_id):
        raise PscReponseInvalide("L'id_token est destiné à un autre client.")


def _check_time(claims: Mapping[str, Any], at: datetime, skew: int) -> None:
    exp, iat, now = claims.get("exp"), claims.get("iat"), at.timestamp()
    if not isinstance(exp, int | float) or not isinstance(iat, int | float) or not (exp > now - skew and iat <= now + skew):
        raise PscReponseInvalide("L'id_token n'est pas valable à cette heure.")


def _same(told: object, expected: str) -> bool:
    return isinstance(told, str) and hmac.compare_digest(told.encode(errors="replace"), expected.encode())


def _left_half(access_token: str, algorithm: str) -> str:
    digest = hashlib.new(f"sha{algorithm[2:]}", access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
