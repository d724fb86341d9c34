# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Messages that wait for the other side of a dossier."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from espace.acteurs.acteur import Qui
from espace.courrier.gabarits.messages import TO_AGENTS, TO_OPERATEUR
from espace.guichet.models import Dossier, Message, Rappel
from espace.guichet.queries import DRAFT

ANNONCES = {Qui.AGENT: TO_OPERATEUR, Qui.OPERATEUR: TO_AGENTS}
"""Who wrote → the mail to the other side."""
_FORGOTTEN = timedelta(days=90)


def with_messages_waiting(de: Qui, now: datetime, silence: timedelta) -> QuerySet[Dossier]:
    """Return the dossiers where one side wrote long enough ago what the other one neither answered nor was told of.

    A draft waits for its submission: no agent may open it.

    Args:
        de: the side that wrote.
        now: aware instant.
        silence: how long a message waits, so that those of a moment are told once.
    """
    written = Message.objects.filter(qui=de, at__lte=now - silence, at__gt=now - _FORGOTTEN)
    answered = Message.objects.filter(dossier=OuterRef("dossier"), id__gt=OuterRef("pk")).exclude(qui=de)
    told = Rappel.objects.filter(dossier=OuterRef("dossier"), evenement=ANNONCES[de], echeance__gte=OuterRef("at"))
    waiting = written.filter(~Exists(answered), ~Exists(told))
    return Dossier.objects.filter(pk__in=waiting.values("dossier")).exclude(etat=DRAFT)
