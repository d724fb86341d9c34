# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading: the discovery document of PSC, its expected issuer, its endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from drimbox.socle.identite.errors import PscReponseInvalide


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the discovery document says. Every address is https.

    Attributes:
        end_session: None when PSC offers no logout.
        iss_in_return: the return carries ``iss`` (RFC 9207), and must.
        secret_in_body: client_secret_post is offered and client_secret_basic is not.
    """

    issuer: str
    authorization: str
    token: str
    userinfo: str
    introspection: str
    jwks: str
    end_session: str | None
    iss_in_return: bool
    secret_in_body: bool


def read_metadata(document: Mapping[str, Any], *, issuer: str) -> Metadata:
    """Read a discovery document.

    Args:
        document: the JSON object.
        issuer: the issuer that the settings expect; PSC serves its document under a name of its own, so this check is what binds them.

    Raises:
        PscReponseInvalide: another issuer, or an endpoint missing or not https.
    """
    if document.get("issuer") != issuer:
        raise PscReponseInvalide("Le document de découverte n'est pas celui de l'émetteur attendu.")
    methods = document.get("token_endpoint_auth_methods_supported")
    offered = methods if isinstance(methods, list) else ["client_secret_basic"]
    return Metadata(
        issuer=issuer,
        authorization=_https(document, "authorization_endpoint"),
        token=_https(document, "token_endpoint"),
        userinfo=_https(document, "userinfo_endpoint"),
        introspection=_https(document, "introspection_endpoint"),
        jwks=_https(document, "jwks_uri"),
        end_session=_https(document, "end_session_endpoint") if document.get("end_session_endpoint") else None,
        iss_in_return=document.get("authorization_response_iss_parameter_supported") is True,
        secret_in_body="client_secret_basic" not in offered and "client_secret_post" in offered,
    )


def is_https(url: str) -> bool:
    """Tell whether a text is an https address without user name."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False


def _https(document: Mapping[str, Any], key: str) -> str:
    url = document.get(key)
    if not isinstance(url, str) or not is_https(url):
        raise PscReponseInvalide(f"Le document de découverte ne donne pas d'adresse https pour {key}.")
    return url
