# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What passes between the browser, the DRIMbox and PSC. No value here shows a token in its repr."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from drimbox.socle.identite.errors import ConnexionRefusee, RetourInattendu, SessionTerminee
from drimbox.socle.identite.professionnel import Activite, Exercice, ProfessionnelPsc


@dataclass(frozen=True, slots=True)
class JetonActif:
    """An access token that PSC says is active.

    Attributes:
        subject: ``sub`` at PSC.
        subject_name_id: national identifier of the professional.
        expires_at: end of the token.
        scope: scopes granted.
        client: client that obtained the token (``azp`` or ``client_id``).
    """

    subject: str = field(repr=False)
    subject_name_id: str = field(repr=False)
    expires_at: datetime
    scope: frozenset[str]
    client: str


@dataclass(frozen=True, slots=True)
class DemandeConnexion:
    """A login under way, to be kept in the browser's server-side session until the return."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str
    asked_at: datetime

    def as_dict(self) -> dict[str, str]:
        """Return plain values for a server-side session; never for a cookie."""
        return {**asdict(self), "asked_at": self.asked_at.isoformat()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DemandeConnexion:
        """Take back what :meth:`as_dict` gave.

        Raises:
            RetourInattendu: it is not what :meth:`as_dict` gave.
        """
        try:
            return cls(**{**values, "asked_at": datetime.fromisoformat(values["asked_at"])})
        except (KeyError, TypeError, ValueError):
            raise RetourInattendu from None


@dataclass(frozen=True, slots=True)
class Retour:
    """What the browser brings back from PSC."""

    code: str = field(repr=False)
    state: str = field(repr=False)
    iss: str | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Retour:
        """Read the query of the return address.

        Raises:
            ConnexionRefusee: PSC returns an error.
            RetourInattendu: code or state is missing.
        """
        if "error" in query:
            raise ConnexionRefusee
        try:
            return cls(query["code"], query["state"], query.get("iss"))
        except KeyError:
            raise RetourInattendu from None


@dataclass(frozen=True, slots=True)
class SessionPsc:
    """A professional's session: kept encrypted, on our side only."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    id_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime
    professionnel: ProfessionnelPsc

    def to_bytes(self) -> bytes:
        """Return the session as bytes, to be encrypted before it is stored."""
        return json.dumps(asdict(self), default=datetime.isoformat).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> SessionPsc:
        """Take back what :meth:`to_bytes` gave.

        Raises:
            SessionTerminee: it was written by another version: the person logs in again.
        """
        try:
            values = json.loads(data)
            values["professionnel"] = _professionnel(values["professionnel"])
            for key in ("access_expires_at", "refresh_expires_at"):
                values[key] = datetime.fromisoformat(values[key])
            return cls(**values)
        except (KeyError, TypeError, ValueError):
            raise SessionTerminee from None


@dataclass(frozen=True, slots=True)
class FormulaireDeconnexion:
    """A form that the browser posts to PSC to end the session there; posted, so that no token enters a URL.

    Attributes:
        url: action of the form.
        state: comes back to the return address; keep it to recognise the return.
        fields: hidden fields.
    """

    url: str
    state: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)


def _professionnel(values: dict[str, Any]) -> ProfessionnelPsc:
    exercices = tuple(
        Exercice(**{**exercice, "activites": tuple(Activite(**activite) for activite in exercice["activites"])})
        for exercice in values["exercices"]
    )
    return ProfessionnelPsc(**{**values, "exercices": exercices})
