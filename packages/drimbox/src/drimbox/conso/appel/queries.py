# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading calls and sessions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from drimbox.conso.appel import kept
from drimbox.conso.appel.errors import SessionAbsente
from drimbox.conso.appel.models import Appel, SessionProfessionnel
from drimbox.conso.appel.parameters import AppelRecu
from drimbox.socle.coffre.fields import unseal
from drimbox.socle.identite import ProfessionnelPsc, SessionPsc, Situation


def current_session(session_id: UUID | None, now: datetime) -> SessionProfessionnel:
    """Return a session that is not over.

    Raises:
        SessionAbsente: none, or over.
    """
    row = SessionProfessionnel.objects.filter(pk=session_id, expires_at__gt=now).first() if session_id else None
    if row is None:
        raise SessionAbsente
    return row


def professionnel_of(row: SessionProfessionnel) -> ProfessionnelPsc:
    """Return who is logged in.

    Raises:
        SessionTerminee: kept by another version.
    """
    return SessionPsc.from_bytes(unseal(row, row.contenu)).professionnel


def situation_of(row: SessionProfessionnel) -> Situation | None:
    """Return the situation of exercise chosen, or None."""
    situations = professionnel_of(row).situations
    return situations[row.situation] if 0 <= row.situation < len(situations) else None


def recu_of(appel: Appel) -> AppelRecu:
    """Return what the RIS said."""
    return kept.from_bytes(unseal(appel, appel.recu))
