# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from collections.abc import Iterable

from espace.guichet import queries as guichet
from espace.guichet.models import Dossier
from espace.guichet.natures import Verdict
from espace.guichet.verification import Constat

_TO_READ = frozenset({Verdict.A_VERIFIER, Verdict.NON_CONFORME})


def unseen(dossier: Dossier, constats: Iterable[Constat]) -> list[Constat]:
    """Return those of these findings that call for a person and that the last round of checks does not hold.

    Args:
        dossier: submitted.
        constats: what the machine finds now.
    """
    seen = {(row.code, row.sujet, row.detail) for row in guichet.last_checks(dossier)}
    return [one for one in constats if one.verdict in _TO_READ and (one.code, one.sujet, one.detail_garde) not in seen]
