# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Erasing the traits of the patient from pointers whose time is over. Rows stay: which KOS opened which study, and until when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from confiance.errors import DrimmError
from confiance.exploitation.coffre.scelle import CoffreFerme
from confiance.exploitation.logs import get_logger
from drimbox.socle.journal.actions import record
from drimbox.source.pointeur.errors import KosImpossible
from drimbox.source.pointeur.models import Kos
from drimbox.source.pointeur.states import EtatKos

log = get_logger("pointeur")


@transaction.atomic
def reduce_kos(numbers: Collection[UUID], now: datetime) -> int:
    """Reduce some KOS whose time is over; return how many.

    One that is replaced or withdrawn keeps nothing of its object. One in force keeps what serving its images needs, sealed. One that cannot
    be opened or read stays as it is, and is tried again the next time: nothing says that its traits are gone as long as they are not.

    Args:
        numbers: from :func:`~drimbox.source.pointeur.queries.reducible`.
        now: aware date of the erasure.
    """
    rows = Kos.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=numbers)
    left = Counter(error.code for kos in rows if (error := _reduce(kos, now)) is not None)
    count = len(rows) - left.total()
    if count:
        record("source:kos:reduced", at=now, count=count)
    for code, kept in left.items():
        record("source:kos:unreduced", at=now, code=code, count=kept)
    return count


def _reduce(kos: Kos, now: datetime) -> DrimmError | None:
    """Reduce one, or return what stops it: the others go on."""
    from drimbox.source.pointeur.reduction import reduce  # noqa: PLC0415 - the console loads this room without the DICOM libraries

    try:
        contenu, patient = (reduce(kos.contenu), kos.patient_scelle) if kos.state == EtatKos.EN_VIGUEUR else (b"", None)
    except (KosImpossible, CoffreFerme) as error:
        log.error("source:kos:unreadable", code=error.code, kos_id=str(kos.id), examen_id=str(kos.examen_id))
        return error
    kos.contenu, kos.patient_scelle, kos.purged_at = contenu, patient, now
    kos.save(update_fields=["scelle", "patient_scelle", "purged_at"])
    return None
