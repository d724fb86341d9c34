# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Erasing the traits of the patient from pointers whose time is over. Rows stay: which KOS opened which study, and until when."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from confiance.exploitation.logs import get_logger
from drimbox.socle.journal.actions import record
from drimbox.source.pointeur.errors import KosImpossible
from drimbox.source.pointeur.models import Kos
from drimbox.source.pointeur.queries import reducible
from drimbox.source.pointeur.states import EtatKos

BATCH = 100
log = get_logger("pointeur")


@transaction.atomic
def reduce_kos(before: datetime, now: datetime) -> int:
    """Reduce a batch of KOS made, or ended, before a date; return how many.

    One that is replaced or withdrawn keeps nothing of its object. One in force keeps what serving its images needs, sealed.

    Args:
        before: aware date; later ones are left.
        now: aware date of the erasure.
    """
    rows = Kos.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=reducible(before, BATCH))
    count = sum(_reduce(kos, now) for kos in rows)
    if count:
        record("source:kos:reduced", at=now, count=count)
    return count


def _reduce(kos: Kos, now: datetime) -> int:
    from drimbox.source.pointeur.reduction import reduce  # noqa: PLC0415 - the console loads this room without the DICOM libraries

    if kos.state == EtatKos.EN_VIGUEUR:
        try:
            kos.contenu = reduce(kos.contenu)
        except KosImpossible as error:
            log.error("source:kos:unreadable", code=error.code, kos_id=str(kos.id))
    else:
        kos.contenu, kos.patient = b"", None
    kos.purged_at = now
    kos.save(update_fields=["scelle", "patient_scelle", "purged_at"])
    return 1
