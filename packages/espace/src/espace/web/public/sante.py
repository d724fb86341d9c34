# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The health answer of the Espace. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from espace.liste_blanche.queries import EnVigueur

FORMAT = "1.0"
SIGNATAIRE_SILENT_AFTER = timedelta(seconds=60)
"""A demande older than this means that nobody signs."""


def state(*, base: bool, liste: EnVigueur | None, waiting_since: datetime | None, now: datetime) -> dict[str, Any]:
    """Return the answer: ``etat`` is ``ok`` or ``degrade``, with the causes. Readers ignore unknown fields.

    Args:
        base: PostgreSQL answers.
        liste: the list in force.
        waiting_since: instant of the oldest demande that is not finished.
        now: aware instant.
    """
    causes = []
    if not base:
        causes.append("base_injoignable")
    if waiting_since is not None and now - waiting_since > SIGNATAIRE_SILENT_AFTER:
        causes.append("signataire_muet")
    if liste is not None and liste.signataire_expire_le is not None and liste.signataire_expire_le <= now:
        causes.append("signataire_expire")
    return {
        "format": FORMAT,
        "etat": "degrade" if causes else "ok",
        "causes": causes,
        "liste_blanche": None if liste is None else _liste(liste, now),
    }


def _liste(liste: EnVigueur, now: datetime) -> dict[str, Any]:
    return {
        "sequence": liste.sequence,
        "sha256": liste.sha256,
        "date_generation": liste.date_generation.isoformat(),
        "signing_time": liste.signing_time.isoformat(),
        "domaines": liste.domaines,
        "age_seconds": int((now - liste.publiee_le).total_seconds()),
    }
