# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Writing in the journal: always inside the transaction of what is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from confiance.errors import OwnError
from confiance.exploitation.logs import ALLOWED_FIELDS, EVENT, get_logger
from drimbox.socle.journal.models import Ligne

log = get_logger("journal")
_waiting: ContextVar[list[Ligne] | None] = ContextVar("waiting", default=None)


class JournalError(OwnError):
    """A line that the journal does not accept: malformed event, or a field outside the allow-list."""

    code = "journal.ligne_refusee"
    remede = "Un événement a la forme source:sujet:action ; les champs sont ceux que les journaux admettent."
    message = "Une ligne de journal porte un événement ou un champ inconnu."


def new_trace() -> str:
    """Return a new trace number: 32 hexadecimal digits that a person can quote."""
    return uuid4().hex


def record(event: str, *, trace: str | None = None, code: str | None = None, at: datetime | None = None, **fields: Any) -> Ligne:
    """Write one line, in the current transaction, and the same line in the logs once it is committed.

    Args:
        event: ``source:subject:action``.
        trace: number that a person can quote, from :func:`new_trace`.
        code: code of the error, when something failed.
        at: when it happened; now by default.
        fields: fields of the log allow-list; values are texts, numbers, UUID or dates.

    Raises:
        JournalError: the event or a field is not accepted.
    """
    unknown = sorted(set(fields) - ALLOWED_FIELDS)
    if unknown or not EVENT.fullmatch(event):
        raise JournalError(f"Ligne de journal refusée : {event} {', '.join(unknown)}.")
    values = {name: str(value) if isinstance(value, UUID) else value for name, value in fields.items() if value is not None}
    ligne = Ligne(at=at or timezone.now(), event=event, process=settings.DRIMM_PROCESS, trace=trace, code=code, fields=values)
    _keep(ligne)
    write = log.warning if code else log.info
    transaction.on_commit(lambda: write(event, trace=trace, code=code, **values))
    return ligne


@contextmanager
def together() -> Iterator[None]:
    """Write the lines of this block in one statement, at its end, in their order; none of them when it fails.

    For a block that is one transaction, or one part of it that is taken back whole: what a savepoint inside takes back would be told.
    """
    lines: list[Ligne] = []
    token = _waiting.set(lines)
    try:
        yield
    finally:
        _waiting.reset(token)
    Ligne.objects.bulk_create(lines)


def _keep(ligne: Ligne) -> None:
    lines = _waiting.get()
    if lines is None:
        ligne.save(force_insert=True)
    else:
        lines.append(ligne)
