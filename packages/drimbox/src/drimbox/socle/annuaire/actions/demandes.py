# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a person asks of the process ``ouvrier``, the only one that writes the list in force."""

from __future__ import annotations

from django.db import transaction

from drimbox.socle.jobs.actions import QUEUE_SOCLE, defer
from drimbox.socle.journal.actions import record

PULL_NOW = "drimbox.socle.annuaire.jobs.pull_now"
ACCEPT_REMOVAL = "drimbox.socle.annuaire.jobs.accept_removal"
ACKNOWLEDGE_CLOCK = "drimbox.socle.annuaire.jobs.acknowledge_clock_now"
ACKNOWLEDGE_ALARM = "drimbox.socle.annuaire.jobs.acknowledge_alarm_now"
RESTART_TETES = "drimbox.socle.annuaire.jobs.restart_tetes_now"
LOCK = "annuaire"


@transaction.atomic
def ask_pull() -> None:
    """Have the list pulled as soon as it can be."""
    record("annuaire:releve:asked")
    defer(PULL_NOW, queue=QUEUE_SOCLE, lock=LOCK)


@transaction.atomic
def ask_removal(sha256: str) -> None:
    """Have a list pulled whose mass removal a person confirmed; only that very list is let in by it."""
    record("annuaire:retrait:confirmed", sha256=sha256)
    defer(ACCEPT_REMOVAL, queue=QUEUE_SOCLE, lock=LOCK, sha256=sha256)


@transaction.atomic
def ask_clock() -> None:
    """Have the time of now taken as right, whatever was seen before."""
    record("annuaire:horloge:asked")
    defer(ACKNOWLEDGE_CLOCK, queue=QUEUE_SOCLE, lock=LOCK)


@transaction.atomic
def ask_alarm(code: str) -> None:
    """Have an alarm closed that only a person closes."""
    record("annuaire:alarme:asked", code=code)
    defer(ACKNOWLEDGE_ALARM, queue=QUEUE_SOCLE, lock=LOCK, code=code)


@transaction.atomic
def ask_restart() -> None:
    """Have every head seen before forgotten, on the word of a person."""
    record("annuaire:tete:asked")
    defer(RESTART_TETES, queue=QUEUE_SOCLE, lock=LOCK)
