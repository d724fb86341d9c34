# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the provider remembers: logins under way, codes, sessions, tokens. In memory, bounded; tokens only by their SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from banc.psc.config import PscConfig
from banc.psc.professionnels import ProfessionnelTest

T = TypeVar("T", bound="Ending")


@dataclass(frozen=True, slots=True)
class Ending:
    """A record that ends."""

    ends_at: datetime


@dataclass(frozen=True, slots=True)
class LoginUnderWay(Ending):
    """A checked authorization request, in front of a person."""

    client_id: str
    redirect_uri: str
    scope: str
    state: str
    nonce: str
    acr: str
    challenge: str


@dataclass(frozen=True, slots=True)
class Session(Ending):
    """A person logged in for one client."""

    id: str
    client_id: str
    person: ProfessionnelTest
    scope: str
    nonce: str
    acr: str
    auth_time: datetime


@dataclass(frozen=True, slots=True)
class Code(Ending):
    """An authorization code; kept after use so that a second use is seen."""

    session_id: str
    login: LoginUnderWay
    used: bool = False


@dataclass(frozen=True, slots=True)
class Token(Ending):
    """An access or refresh token."""

    session_id: str
    jti: str
    issued_at: datetime


@dataclass
class Book(Generic[T]):
    """Records by key; ended ones are not given, the oldest leaves when there are too many."""

    limit: int
    kept: OrderedDict[str, T] = field(default_factory=OrderedDict)

    def put(self, key: str, record: T) -> None:
        """Keep a record under the digest of its key."""
        self.kept[digest(key)] = record
        while len(self.kept) > self.limit:
            self.kept.popitem(last=False)

    def get(self, key: str, at: datetime) -> T | None:
        """Return a record that has not ended, or None."""
        record = self.kept.get(digest(key))
        return record if record is not None and at < record.ends_at else None

    def pop(self, key: str, at: datetime) -> T | None:
        """Return a record that has not ended, for the last time."""
        record = self.get(key, at)
        self.kept.pop(digest(key), None)
        return record

    def items(self) -> Iterator[tuple[str, T]]:
        """Yield (digest, record)."""
        yield from list(self.kept.items())


class Records:
    """Memory of one provider."""

    def __init__(self, config: PscConfig) -> None:
        self._config = config
        self.logins: Book[LoginUnderWay] = Book(config.max_records)
        self.codes: Book[Code] = Book(config.max_records)
        self.sessions: Book[Session] = Book(config.max_records)
        self.access: Book[Token] = Book(config.max_records)
        self.refresh: Book[Token] = Book(config.max_records)

    def ends_in(self, seconds: int) -> datetime:
        """Return the instant that many seconds from now."""
        return self._config.now() + timedelta(seconds=seconds)

    def open_session(self, login: LoginUnderWay, person: ProfessionnelTest) -> str:
        """Open a session for a person who just proved who they are; return a new code."""
        session = Session(
            ends_at=self.ends_in(self._config.lives.session),
            id=secrets.token_hex(16),
            client_id=login.client_id,
            person=person,
            scope=login.scope,
            nonce=login.nonce,
            acr=login.acr,
            auth_time=self._config.now(),
        )
        self.sessions.put(session.id, session)
        code = secrets.token_urlsafe(32)
        self.codes.put(code, Code(self.ends_in(self._config.lives.code), session.id, login))
        return code

    def use_code(self, code: str) -> Code | None:
        """Return a code used for the first time; a second use ends its session (RFC 6749 §4.1.2)."""
        found = self.codes.get(code, self._config.now())
        if found is None:
            return None
        if found.used:
            self.close_session(found.session_id)
            return None
        self.codes.put(code, replace(found, used=True))
        return found

    def close_session(self, session_id: str) -> None:
        """End a session and every token of it."""
        self.sessions.kept.pop(digest(session_id), None)
        for book in (self.access, self.refresh):
            for key, token in book.items():
                if token.session_id == session_id:
                    book.kept.pop(key, None)

    def session_of(self, token: Token) -> Session | None:
        """Return the living session of a token."""
        return self.sessions.get(token.session_id, self._config.now())


def digest(key: str) -> str:
    """Return the SHA-256 of a secret, as hex."""
    return hashlib.sha256(key.encode()).hexdigest()
