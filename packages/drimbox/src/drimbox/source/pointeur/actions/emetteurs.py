# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who may speak of an exam that is known already: the RIS whose report made it, and no other.

Accession numbers are local to a RIS, and several RIS of several hospitals may speak to one DRIMbox: without this rule, the cancellation
of one takes out the exam of another.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from drimbox.config import DrimboxSettings
from drimbox.source.pointeur.errors import AutreEmetteur
from drimbox.source.pointeur.models import Examen
from drimbox.source.pointeur.rules import may_speak
from drimbox.source.reception.models import MessageRecu


def speaks_of(examen: Examen, message_id: UUID) -> bool:
    """Tell whether the sender of a message may change an exam."""
    drimbox: DrimboxSettings = settings.DRIMBOX
    known = frozenset(ris.name for ris in drimbox.reception.ris)
    if not known:
        return True  # the settings name no RIS: there is one, whatever it writes in MSH
    sender = _source(message_id)
    served = frozenset(couple.db for couple in drimbox.couples_of_ris(sender))
    return may_speak(sender, _source(examen.message_id), known=known, served=served, db=examen.db)


def check_sender(examen: Examen, message_id: UUID) -> None:
    """Check the same.

    Raises:
        AutreEmetteur: it may not.
    """
    if not speaks_of(examen, message_id):
        raise AutreEmetteur


def _source(message_id: UUID) -> str:
    return MessageRecu.objects.filter(pk=message_id).values_list("source", flat=True).first() or ""
