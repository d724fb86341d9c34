# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""States of a received message."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EtatMessage(models.TextChoices):
    """Where a message stands; every one was acknowledged (AA) after it was stored."""

    RECU = "recu", _("Reçu")
    LU = "lu", _("Lu")
    ATTENTE_PERSONNE = "attente_personne", _("En attente de traitement par une personne")
    ECARTE = "ecarte", _("Écarté par une personne")


TRANSITIONS: dict[EtatMessage, frozenset[EtatMessage]] = {
    EtatMessage.RECU: frozenset({EtatMessage.LU, EtatMessage.ATTENTE_PERSONNE}),
    EtatMessage.ATTENTE_PERSONNE: frozenset({EtatMessage.RECU, EtatMessage.ECARTE}),
    EtatMessage.LU: frozenset({EtatMessage.RECU}),
    EtatMessage.ECARTE: frozenset({EtatMessage.RECU}),
}


class EtatNote(models.TextChoices):
    """Where a rejection note of a PACS (IOCM) stands; every one was kept before the PACS was told so."""

    RECUE = "recue", _("Reçue")
    APPLIQUEE = "appliquee", _("Appliquée")
    ATTENTE_PERSONNE = "attente_personne", _("En attente de traitement par une personne")


TRANSITIONS_NOTE: dict[EtatNote, frozenset[EtatNote]] = {
    EtatNote.RECUE: frozenset({EtatNote.APPLIQUEE, EtatNote.ATTENTE_PERSONNE}),
    EtatNote.ATTENTE_PERSONNE: frozenset({EtatNote.RECUE}),
    EtatNote.APPLIQUEE: frozenset(),
}
