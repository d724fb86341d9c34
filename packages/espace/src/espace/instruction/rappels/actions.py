# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only code that sends a reminder: its row and its mail, together, once per due date."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from espace.guichet import actions as guichet
from espace.guichet.models import Dossier, Rappel
from espace.instruction.annonces import annoncer
from espace.journal.actions import record


@transaction.atomic
def remind(dossier: Dossier, evenement: str, *, at: datetime) -> bool:
    """Send a reminder unless it left for this due date; return whether it left now.

    Args:
        dossier: with a due date.
        evenement: row of the table of mails.
        at: aware instant.
    """
    if dossier.echeance is None:
        return False
    _, first = Rappel.objects.get_or_create(dossier=dossier, evenement=evenement, echeance=dossier.echeance, defaults={"envoye_le": at})
    if first:
        annoncer(evenement, dossier, auteur="")
        record("instruction:dossier:reminded", objet=guichet.objet(dossier), dossier_id=dossier.pk, reason=evenement)
    return first
