# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Making tokens: signed JWT in the shape of PSC's, remembered so that introspection can tell them from forged ones."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import timedelta
from typing import Any

from joserfc import jwt

from banc.psc.config import PscConfig
from banc.psc.records import Records, Session, Token


def issue(config: PscConfig, records: Records, session: Session) -> dict[str, Any]:
    """Return the body of a token answer for a session."""
    access, refresh = (_token(config, records, session, kind) for kind in ("Bearer", "Refresh"))
    return {
        "access_token": access,
        "expires_in": config.lives.access,
        "refresh_expires_in": config.lives.refresh,
        "refresh_token": refresh,
        "token_type": "Bearer",
        "id_token": _sign(config, id_claims(config, session, access)),
        "not-before-policy": 0,
        "session_state": session.id,
        "scope": session.scope,
    }


def id_claims(config: PscConfig, session: Session, access: str) -> dict[str, Any]:
    """Return the claims of an id_token."""
    digest = hashlib.sha256(access.encode()).digest()
    return {
        **_common(config, session, config.lives.access),
        "typ": "ID",
        "at_hash": base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode(),
        "preferred_username": session.person.subject_name_id,
        "given_name": session.person.prenom,
        "family_name": session.person.nom,
    }


def introspection(config: PscConfig, session: Session, token: Token, *, kind: str) -> dict[str, Any]:
    """Return what introspection says of a living token of that kind: ``Bearer`` or ``Refresh``."""
    return {
        "active": True,
        "exp": int(token.ends_at.timestamp()),
        "iat": int(token.issued_at.timestamp()),
        "auth_time": int(session.auth_time.timestamp()),
        "jti": token.jti,
        "iss": config.issuer,
        "sub": session.person.sub,
        "typ": kind,
        "azp": session.client_id,
        "client_id": session.client_id,
        "nonce": session.nonce,
        "session_state": session.id,
        "acr": session.acr,
        "scope": session.scope,
        "SubjectNameID": session.person.subject_name_id,
    }


def _token(config: PscConfig, records: Records, session: Session, kind: str) -> str:
    refresh = kind == "Refresh"
    life = config.lives.refresh if refresh else config.lives.access
    ends_at = min(records.ends_in(life), session.ends_at)
    jti = secrets.token_hex(16)
    claims = {**_common(config, session, life), "typ": kind, "jti": jti, "scope": session.scope}
    text = _sign(config, claims if refresh else {**claims, "SubjectNameID": session.person.subject_name_id})
    (records.refresh if refresh else records.access).put(text, Token(ends_at, session.id, jti, config.now()))
    return text


def _common(config: PscConfig, session: Session, life: int) -> dict[str, Any]:
    now = config.now()
    return {
        "exp": int((now + timedelta(seconds=life)).timestamp()),
        "iat": int(now.timestamp()),
        "auth_time": int(session.auth_time.timestamp()),
        "iss": config.issuer,
        "aud": session.client_id,
        "sub": session.person.sub,
        "azp": session.client_id,
        "nonce": session.nonce,
        "session_state": session.id,
        "acr": session.acr,
    }


def _sign(config: PscConfig, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": config.algorithm, "kid": config.key.kid}, claims, config.key, algorithms=[config.algorithm])
