# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading requests: who calls, and whether an authorization request may be shown to a person."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from banc.psc.config import ClientPsc, PscConfig

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
ACR = "eidas1"


class NobodyError(Exception):
    """The caller is not one of our clients, or does not prove it."""


class PageRefusedError(Exception):
    """The request must not be shown, nor the browser sent back: client or return address are not known. Holds a French sentence."""


@dataclass
class SentBackError(Exception):
    """The request is refused at its return address, with an OAuth error."""

    redirect_uri: str
    error: str
    state: str


def authenticated_client(config: PscConfig, authorization: str | None, form: Mapping[str, str]) -> ClientPsc:
    """Return the client that proves who it is, by Basic or in the body.

    Raises:
        NobodyError: unknown client, wrong secret, or two ways at once.
    """
    if authorization is not None and "client_secret" in form:
        raise NobodyError
    client_id, secret = _basic(authorization) if authorization is not None else (form.get("client_id", ""), form.get("client_secret", ""))
    client = config.client(client_id)
    if client is None or not hmac.compare_digest(client.secret.encode(), secret.encode()):
        raise NobodyError
    return client


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a PKCE verifier (RFC 7636 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, value = authorization.partition(" ")
    try:
        pair = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise NobodyError from None
    client_id, colon, secret = pair.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise NobodyError
    return unquote_plus(client_id), unquote_plus(secret)


def check_authorization(config: PscConfig, query: Mapping[str, str]) -> tuple[ClientPsc, str]:
    """Check an authorization request.

    Returns:
        The client and the return address.

    Raises:
        PageRefusedError: unknown client or undeclared return address.
        SentBackError: anything else that is wrong.
    """
    client = config.client(query.get("client_id", ""))
    if client is None:
        raise PageRefusedError("Cette application n'est pas déclarée.")
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri not in client.redirect_uris:
        raise PageRefusedError("L'adresse de retour n'est pas déclarée pour cette application.")
    error = _fault(query)
    if error:
        raise SentBackError(redirect_uri, error, query.get("state", ""))
    return client, redirect_uri


def _fault(query: Mapping[str, str]) -> str:
    if query.get("response_type") != "code":
        return "unsupported_response_type"
    if not {"openid", "scope_all"} <= set(query.get("scope", "").split()):
        return "invalid_scope"
    if not query.get("state") or not query.get("nonce") or query.get("acr_values", ACR) != ACR:
        return "invalid_request"
    if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(query.get("code_challenge", "")):
        return "invalid_request"
    return ""
