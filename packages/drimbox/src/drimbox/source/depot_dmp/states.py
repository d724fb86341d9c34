# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""States of one message of the outbox."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EtatEnvoi(models.TextChoices):
    """Where a deposit stands; only the answer of the DMP makes it deposited or refused."""

    A_ENVOYER = "a_envoyer", _("À envoyer")
    ATTENTE_DMP = "attente_dmp", _("DMP injoignable, nouvel essai prévu")
    DEPOSE = "depose", _("Déposé")
    REFUSE = "refuse", _("Refusé par le DMP")
    INCOMPLET = "incomplet", _("Incomplet : à compléter par une personne")


TRANSITIONS: dict[EtatEnvoi, frozenset[EtatEnvoi]] = {
    EtatEnvoi.A_ENVOYER: frozenset({EtatEnvoi.ATTENTE_DMP, EtatEnvoi.DEPOSE, EtatEnvoi.REFUSE, EtatEnvoi.INCOMPLET}),
    EtatEnvoi.ATTENTE_DMP: frozenset({EtatEnvoi.A_ENVOYER, EtatEnvoi.ATTENTE_DMP, EtatEnvoi.DEPOSE, EtatEnvoi.REFUSE}),
    EtatEnvoi.REFUSE: frozenset({EtatEnvoi.A_ENVOYER}),
    EtatEnvoi.INCOMPLET: frozenset({EtatEnvoi.A_ENVOYER}),
    EtatEnvoi.DEPOSE: frozenset(),
}

UNANSWERED = frozenset({EtatEnvoi.A_ENVOYER, EtatEnvoi.ATTENTE_DMP})

FOR_A_PERSON = frozenset({EtatEnvoi.REFUSE, EtatEnvoi.INCOMPLET})
"""States that only a person leaves."""


class ActionEnvoi(models.TextChoices):
    """What is asked of the DMP."""

    PUBLIER = "publier", _("Publication")
