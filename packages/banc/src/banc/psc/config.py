# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What one instance of the simulator knows: its name, its key, its clients, its people, its lives of tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from joserfc.jwk import ECKey, KeySet, RSAKey

from banc.psc.professionnels import TEST_PROFESSIONNELS, ProfessionnelTest

REALM = "/auth/realms/esante-wallet"
"""Path of the issuer at PSC."""


@dataclass(frozen=True, slots=True)
class ClientPsc:
    """A client declared at PSC: nobody else is served.

    Attributes:
        client_id: its identifier.
        secret: its secret.
        redirect_uris: exact return addresses of logins.
        logout_uris: exact return addresses of logouts.
    """

    client_id: str
    secret: str = field(repr=False)
    redirect_uris: tuple[str, ...] = ()
    logout_uris: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PscLives:
    """Lives in seconds; those of tokens and session are PSC's.

    Attributes:
        login: time given to a person in front of the page.
        code: authorization code.
        access: access token.
        refresh: refresh token.
        session: longest session, refreshes included.
    """

    login: int = 600
    code: int = 60
    access: int = 120
    refresh: int = 1800
    session: int = 4 * 3600


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _new_key() -> RSAKey:
    return RSAKey.generate_key(2048, parameters={"use": "sig", "alg": "RS256"}, auto_kid=True)


@dataclass(frozen=True)
class PscConfig:
    """One instance.

    Attributes:
        base_url: scheme, host and port under which people and programs reach it, without final slash.
        clients: who may use it.
        professionnels: who may log in.
        key: RSA (RS256) or EC P-256 (ES256) signing key, with a key id.
        name: shown on the page: two instances must not be taken for one another.
        lives: lives of tokens.
        now: clock.
        max_records: pending logins, sessions and tokens kept.
    """

    base_url: str
    clients: tuple[ClientPsc, ...]
    professionnels: tuple[ProfessionnelTest, ...] = TEST_PROFESSIONNELS
    key: RSAKey | ECKey = field(default_factory=_new_key, repr=False)
    name: str = "Pro Santé Connect du banc"
    lives: PscLives = PscLives()
    now: Callable[[], datetime] = _utc_now
    max_records: int = 10_000

    @property
    def issuer(self) -> str:
        """Issuer, in PSC's shape."""
        return self.base_url + REALM

    @property
    def discovery_url(self) -> str:
        """Address of the discovery document that carries the right authorization endpoint."""
        return f"{self.issuer}/.well-known/wallet-openid-configuration"

    @property
    def algorithm(self) -> str:
        """JWS algorithm of the key."""
        return "RS256" if isinstance(self.key, RSAKey) else "ES256"

    @property
    def keys(self) -> KeySet:
        """Keys of this instance."""
        return KeySet([self.key])

    def client(self, client_id: str) -> ClientPsc | None:
        """Return the client of that identifier, or None."""
        return next((client for client in self.clients if client.client_id == client_id), None)

    def professionnel(self, subject_name_id: str) -> ProfessionnelTest | None:
        """Return the person of that national identifier, or None."""
        return next((person for person in self.professionnels if person.subject_name_id == subject_name_id), None)
