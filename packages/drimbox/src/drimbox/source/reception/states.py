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


TRANSITIONS: dict[EtatMessage, frozenset[EtatMessage]] = {
    EtatMessage.RECU: frozenset({EtatMessage.LU, EtatMessage.ATTENTE_PERSONNE}),
    EtatMessage.ATTENTE_PERSONNE: frozenset({EtatMessage.RECU}),
    EtatMessage.LU: frozenset({EtatMessage.RECU}),
}
