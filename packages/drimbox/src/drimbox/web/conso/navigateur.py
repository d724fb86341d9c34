# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the session of a browser holds: numbers of rows, and nothing else."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

_APPELS, _SESSION, _CONNEXION = "conso_appels", "conso_session", "conso_connexion"
MAX_APPELS = 20


def remember_appel(request: HttpRequest, appel_id: UUID) -> None:
    """Remember that this browser opened a call."""
    known = [number for number in request.session.get(_APPELS, []) if number != str(appel_id)]
    request.session[_APPELS] = [*known, str(appel_id)][-MAX_APPELS:]


def has_opened(request: HttpRequest, appel_id: UUID) -> bool:
    """Tell whether this browser opened a call."""
    return str(appel_id) in request.session.get(_APPELS, [])


def session_id(request: HttpRequest) -> UUID | None:
    """Return the number of the professional's session, or None."""
    return _uuid(request.session.get(_SESSION))


def log_in(request: HttpRequest, number: UUID) -> None:
    """Remember who logged in, under a new session key."""
    request.session.cycle_key()
    request.session[_SESSION] = str(number)


def log_out(request: HttpRequest) -> None:
    """Forget everything of this browser."""
    request.session.flush()


def remember_connexion(request: HttpRequest, number: UUID) -> None:
    """Remember the login under way."""
    request.session[_CONNEXION] = str(number)


def take_connexion(request: HttpRequest) -> UUID | None:
    """Return the login under way and forget it."""
    return _uuid(request.session.pop(_CONNEXION, None))


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
