# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Erasing the content of messages whose time is over. The row stays: the same message is still recognised, and its story can be told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from drimbox.socle.journal.actions import record
from drimbox.source.reception.models import MessageRecu
from drimbox.source.reception.queries import erasable

BATCH = 200


@transaction.atomic
def erase(received_before: datetime, now: datetime) -> int:
    """Erase the content of a batch of messages; return how many.

    Args:
        received_before: aware date; later messages are left.
        now: aware date of the erasure.
    """
    numbers = erasable(received_before, BATCH)
    # locked rows are being treated: they wait for the next time
    rows = MessageRecu.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=numbers).defer("body", "corps")
    locked = [row.pk for row in rows]
    count = MessageRecu.objects.filter(pk__in=locked, purged_at__isnull=True).update(corps=None, body=None, purged_at=now)
    if count:
        record("reception:message:erased", at=now, count=count)
    return count
