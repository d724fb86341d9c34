# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a contextual call allows. Pure: values and a clock in, a decision out."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import Enum

from drimbox.conso.appel.parameters import Accord

TOKEN_MARGIN = timedelta(seconds=30)
"""An access token lives two minutes, and a source may take a few seconds to ask about it."""


class Recherche(Enum):
    """What the search in the record becomes."""

    PERMISE = "permise"
    OPPOSITION = "opposition"
    A_RECUEILLIR = "a_recueillir"


def may_search(accord: Accord) -> Recherche:
    """Tell whether the record of the patient may be searched.

    Clause: the patient is informed and may oppose the consultation (Code de la santé publique, L1111-17); the RIS collects it.
    """
    return {
        Accord.ACCORD: Recherche.PERMISE,
        Accord.OPPOSITION: Recherche.OPPOSITION,
        Accord.INCONNU: Recherche.A_RECUEILLIR,
    }[accord]


def print_of(secret: str) -> str:
    """Return the print under which the one-time key of a call is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def opens(secret: str, kept: str, opened_at: datetime | None, expires_at: datetime, now: datetime) -> bool:
    """Tell whether a one-time key opens a call: right, never used, and in time."""
    right = hmac.compare_digest(print_of(secret), kept)
    return right and opened_at is None and now < expires_at


def may_take(taken_by: str, sujet: str, expires_at: datetime, now: datetime) -> bool:
    """Tell whether a professional may look at an opened call: the first one keeps it."""
    return now < expires_at and taken_by in {"", sujet}


def must_refresh(access_expires_at: datetime, now: datetime) -> bool:
    """Tell whether an access token must be renewed before it is used."""
    return now + TOKEN_MARGIN >= access_expires_at
