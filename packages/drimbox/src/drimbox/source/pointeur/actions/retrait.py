# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Taking an exam out of the DMP; inside the caller's transaction, the exam locked.

Images stop being served at once, before the DMP has answered: a removal is asked because something must no longer be seen.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from drimbox.socle.journal.actions import record
from drimbox.source.depot_dmp.actions import abandon, ask
from drimbox.source.depot_dmp.queries import last_deposit
from drimbox.source.depot_dmp.states import ActionEnvoi
from drimbox.source.pointeur.evenements import Motif
from drimbox.source.pointeur.models import Examen, Kos
from drimbox.source.pointeur.pointeurs import end
from drimbox.source.pointeur.states import EtatExamen, EtatKos
from drimbox.source.pointeur.suivi import move

_GONE = frozenset({EtatExamen.EN_RETRAIT, EtatExamen.RETIRE})


def withdraw(examen: Examen, motif: Motif, now: datetime, *, message_id: UUID | None = None) -> None:
    """Withdraw an exam, whatever it had reached. Asked twice, it has one effect."""
    if examen.state in _GONE:
        record("source:examen:repeated", at=now, examen_id=examen.id, message_id=message_id, reason=motif.value)
        return
    for kos in Kos.objects.filter(examen=examen, state__in=(EtatKos.EN_VIGUEUR, EtatKos.EN_ATTENTE)):
        end(kos, EtatKos.RETIRE, now)
    abandon(examen, now)
    deposit = last_deposit(examen.id)
    if deposit is None:
        _move(examen, EtatExamen.RETIRE, motif, now, message_id)
        return
    _move(examen, EtatExamen.EN_RETRAIT, motif, now, message_id)
    ask(deposit.kos, ActionEnvoi.RETIRER, now, message_id=message_id)


def _move(examen: Examen, state: EtatExamen, motif: Motif, now: datetime, message_id: UUID | None) -> None:
    move(examen, state, now, event="source:examen:withdrawn", reason=motif.value, message_id=message_id)
