# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only place that changes the state of an exam; always inside the caller's transaction, always with its line of journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from drimbox.socle.journal.actions import record
from drimbox.source.pointeur.errors import TransitionInterdite
from drimbox.source.pointeur.models import Examen
from drimbox.source.pointeur.states import TRANSITIONS, EtatExamen


def locked(examen_id: UUID) -> Examen:
    """Return an exam, locked until the end of the transaction."""
    return Examen.objects.select_for_update(of=("self",)).get(pk=examen_id)


def move(
    examen: Examen,
    state: EtatExamen,
    now: datetime,
    *,
    event: str,
    code: str = "",
    next_attempt_at: datetime | None = None,
    trace: str | None = None,
    columns: tuple[str, ...] = (),
    **fields: Any,
) -> None:
    """Move a locked exam.

    Args:
        examen: locked.
        state: where it goes.
        now: aware.
        event: line of the journal that tells it.
        code: why, when something stopped it.
        next_attempt_at: when it is tried again.
        trace: number that a person can quote.
        columns: what else of the row changed and is saved with it.
        fields: of the line of the journal.

    Raises:
        TransitionInterdite: the table of states does not go that way.
    """
    before = EtatExamen(examen.state)
    if state not in TRANSITIONS[before]:
        raise TransitionInterdite
    examen.state, examen.code, examen.changed_at, examen.next_attempt_at = state, code, now, next_attempt_at
    examen.save(update_fields=["state", "code", "changed_at", "next_attempt_at", "attempts", *columns])
    record(
        event,
        trace=trace,
        code=code or None,
        at=now,
        examen_id=examen.id,
        from_state=before.value,
        to_state=state.value,
        next_attempt_at=next_attempt_at,
        **fields,
    )
