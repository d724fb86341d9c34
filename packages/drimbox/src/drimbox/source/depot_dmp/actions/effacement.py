# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Erasing requests to the DMP whose time is over. Rows stay: what was asked, when, and what the DMP answered."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from drimbox.socle.journal.actions import record
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.depot_dmp.queries import CORPS, erasable

BATCH = 200


@transaction.atomic
def erase_requests(before: datetime, now: datetime) -> int:
    """Erase a batch of requests made before a date; return how many.

    Args:
        before: aware date; later ones are left.
        now: aware date of the erasure.
    """
    found = Envoi.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=erasable(before, BATCH)).defer(*CORPS)
    locked = [row.pk for row in found]
    count = Envoi.objects.filter(pk__in=locked).update(scelle=None, clair=None, purged_at=now)
    if count:
        record("dmp:envoi:erased", at=now, count=count)
    return count
