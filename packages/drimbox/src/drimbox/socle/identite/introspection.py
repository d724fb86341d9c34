# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Introspection (RFC 7662): reading of the answer, and the bounded memory of active ones."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from drimbox.socle.identite.errors import JetonRefuse
from drimbox.socle.identite.limits import Limites
from drimbox.socle.identite.session import JetonActif

MAX_IDENTIFIER: Final = 255


def read_introspection(body: Mapping[str, Any], *, issuer: str, at: datetime) -> JetonActif:
    """Read an introspection answer.

    Args:
        body: the JSON object.
        issuer: expected ``iss``, when the answer tells one.
        at: instant of the check.

    Raises:
        JetonRefuse: inactive, ended, of another issuer, or not an access token.
    """
    if body.get("active") is not True or body.get("iss", issuer) != issuer:
        raise JetonRefuse
    # refresh tokens may be introspected too: an answer that does not say Bearer is not about an access token
    if str(body.get("typ", body.get("token_type"))).lower() != "bearer":
        raise JetonRefuse("Le jeton présenté n'est pas un jeton d'accès.")
    expires_at, subject = _instant(body.get("exp")), _identifier(body.get("sub"))
    if expires_at is None or expires_at <= at or subject is None:
        raise JetonRefuse
    return JetonActif(
        subject=subject,
        subject_name_id=_identifier(body.get("SubjectNameID")),
        expires_at=expires_at,
        scope=frozenset(str(body.get("scope") or "").split()),
        client=str(body.get("azp") or body.get("client_id") or ""),
    )


def _identifier(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= MAX_IDENTIFIER and value.isprintable() else None


def _instant(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


class IntrospectionCache:
    """Remembers active tokens by their SHA-256, never the tokens themselves. The oldest answer leaves first."""

    def __init__(self, limits: Limites) -> None:
        self._limits = limits
        self._kept: OrderedDict[bytes, tuple[JetonActif, datetime]] = OrderedDict()

    @staticmethod
    def key(token: str) -> bytes:
        """Return the key of a token."""
        return hashlib.sha256(token.encode()).digest()

    def get(self, key: bytes, at: datetime) -> JetonActif | None:
        """Return a token known as active at this instant, or None."""
        jeton, until = self._kept.get(key, (None, at))
        if jeton is None or at >= until:
            self._kept.pop(key, None)
            return None
        return jeton

    def put(self, key: bytes, jeton: JetonActif, at: datetime) -> None:
        """Remember an answer received at this instant."""
        until = min(jeton.expires_at, at + timedelta(seconds=self._limits.introspection_seconds))
        self._kept.pop(key, None)
        self._kept[key] = (jeton, until)
        while len(self._kept) > self._limits.introspection_entries:
            self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)
