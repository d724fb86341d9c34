# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only code that sends a reminder: its row and its mail, together, once per due date or per message."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from espace.acteurs.acteur import Qui
from espace.guichet import actions as guichet
from espace.guichet.models import Dossier, Message, Rappel
from espace.instruction.annonces import annoncer
from espace.instruction.rappels.queries import ANNONCES
from espace.journal.actions import record


@transaction.atomic
def remind(dossier: Dossier, evenement: str, *, at: datetime) -> bool:
    """Send a reminder unless it left for this due date; return whether it left now.

    Args:
        dossier: with a due date.
        evenement: row of the table of mails.
        at: aware instant.
    """
    return dossier.echeance is not None and _once(dossier, evenement, dossier.echeance, at)


@transaction.atomic
def announce_messages(dossier: Dossier, de: Qui, *, at: datetime) -> bool:
    """Tell the other side, without their text, of the messages written so far; return whether a mail left now.

    Args:
        dossier: submitted once.
        de: the side that wrote.
        at: aware instant.
    """
    last = Message.objects.filter(dossier=dossier, qui=de).order_by("-id").first()
    return last is not None and _once(dossier, ANNONCES[de], last.at, at)


def _once(dossier: Dossier, evenement: str, about: datetime, at: datetime) -> bool:
    _, first = Rappel.objects.get_or_create(dossier=dossier, evenement=evenement, echeance=about, defaults={"envoye_le": at})
    if first:
        annoncer(evenement, dossier, auteur="")
        record("instruction:dossier:reminded", objet=guichet.objet(dossier), dossier_id=dossier.pk, reason=evenement)
    return first
