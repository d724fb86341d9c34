# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Introspection (RFC 7662): reading of the answer, and a bounded memory of what was answered."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias, TypeVar

from drimbox.socle.echeance import Echeance
from drimbox.socle.identite.errors import JetonRefuse, JetonSansPersonne, PscReponseInvalide
from drimbox.socle.identite.limits import Limites
from drimbox.socle.identite.session import JetonActif

MAX_IDENTIFIER: Final = 255
T = TypeVar("T")
_Refus: TypeAlias = tuple[type[JetonRefuse], str]


def read_introspection(body: Mapping[str, Any], *, issuer: str, at: datetime) -> JetonActif:
    """Read an introspection answer.

    Args:
        body: the JSON object.
        issuer: expected ``iss``, when the answer tells one.
        at: instant of the check.

    Raises:
        JetonRefuse: inactive, ended, of another issuer, or not an access token.
        JetonSansPersonne: active, and without SubjectNameID, which PSC gives of every access token of a professional.
        PscReponseInvalide: active, without an end or a subject that can be read: PSC is at fault, not who presents the token.
    """
    if body.get("active") is not True or body.get("iss", issuer) != issuer:
        raise JetonRefuse
    # refresh tokens may be introspected too: an answer that does not say Bearer is not about an access token
    if str(body.get("typ", body.get("token_type"))).lower() != "bearer":
        raise JetonRefuse("Le jeton présenté n'est pas un jeton d'accès.")
    expires_at, subject = _instant(body.get("exp")), _identifier(body.get("sub"))
    if expires_at is None or subject is None:
        raise PscReponseInvalide("Pro Santé Connect dit un jeton actif, sans fin ni sujet lisibles.")
    if expires_at <= at:
        raise JetonRefuse
    name_id = _identifier(body.get("SubjectNameID"))
    if name_id is None:
        raise JetonSansPersonne
    return JetonActif(
        subject=subject,
        subject_name_id=name_id,
        expires_at=expires_at,
        scope=frozenset(str(body.get("scope") or "").split()),
        client=_identifier(body.get("azp")) or _identifier(body.get("client_id")) or "",
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
    """Remembers answers by the SHA-256 of their tokens, never the tokens themselves. The oldest of each kind leaves first."""

    def __init__(self, limits: Limites, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._monotonic = limits, monotonic
        self._active: OrderedDict[bytes, tuple[JetonActif, Echeance]] = OrderedDict()
        self._refused: OrderedDict[bytes, tuple[_Refus, Echeance]] = OrderedDict()

    @staticmethod
    def key(token: str) -> bytes:
        """Return the key of a token."""
        return hashlib.sha256(token.encode()).digest()

    def get(self, key: bytes, at: datetime) -> JetonActif | None:
        """Return a token known as active at this instant, or None.

        Raises:
            JetonRefuse: it was refused a moment ago.
        """
        if (refused := self._living(self._refused, key, at)) is not None:
            kind, message = refused
            raise kind(message)
        return self._living(self._active, key, at)

    def put(self, key: bytes, jeton: JetonActif, at: datetime) -> None:
        """Remember an answer received at this instant."""
        self._keep(self._active, key, jeton, min(jeton.expires_at, at + timedelta(seconds=self._limits.introspection_seconds)), at)

    def refuse(self, key: bytes, error: JetonRefuse, at: datetime) -> None:
        """Remember why a token was refused."""
        self._keep(self._refused, key, (type(error), error.message), at + timedelta(seconds=self._limits.refusal_seconds), at)

    def _living(self, kept: OrderedDict[bytes, tuple[T, Echeance]], key: bytes, at: datetime) -> T | None:
        value, end = kept.get(key, (None, None))
        if end is not None and end.has_come(at, self._monotonic()):
            del kept[key]
            return None
        return value

    def _keep(self, kept: OrderedDict[bytes, tuple[T, Echeance]], key: bytes, value: T, until: datetime, at: datetime) -> None:
        kept.pop(key, None)
        kept[key] = (value, Echeance.of(until, at, self._monotonic()))
        while len(kept) > self._limits.introspection_entries:
            kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._active)
