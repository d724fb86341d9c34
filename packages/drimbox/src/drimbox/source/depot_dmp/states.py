# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""States of one message of the outbox."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EtatEnvoi(models.TextChoices):
    """Where a request stands; only the answer of the DMP makes it deposited, done or refused."""

    A_ENVOYER = "a_envoyer", _("À envoyer")
    ATTENTE_DMP = "attente_dmp", _("DMP injoignable, nouvel essai prévu")
    DEPOSE = "depose", _("Déposé")
    REFUSE = "refuse", _("Refusé par le DMP")
    INCOMPLET = "incomplet", _("Incomplet : à compléter par une personne")
    FAIT = "fait", _("Fait")
    ABANDONNE = "abandonne", _("Abandonné : un envoi plus récent le remplace")


_ANSWERED = frozenset({EtatEnvoi.DEPOSE, EtatEnvoi.FAIT, EtatEnvoi.REFUSE, EtatEnvoi.INCOMPLET})

TRANSITIONS: dict[EtatEnvoi, frozenset[EtatEnvoi]] = {
    EtatEnvoi.A_ENVOYER: _ANSWERED | {EtatEnvoi.ATTENTE_DMP, EtatEnvoi.ABANDONNE},
    EtatEnvoi.ATTENTE_DMP: _ANSWERED | {EtatEnvoi.A_ENVOYER, EtatEnvoi.ATTENTE_DMP},
    EtatEnvoi.REFUSE: frozenset({EtatEnvoi.A_ENVOYER, EtatEnvoi.ABANDONNE}),
    EtatEnvoi.INCOMPLET: frozenset({EtatEnvoi.A_ENVOYER, EtatEnvoi.ABANDONNE}),
    EtatEnvoi.DEPOSE: frozenset(),
    EtatEnvoi.FAIT: frozenset(),
    EtatEnvoi.ABANDONNE: frozenset(),
}

UNANSWERED = frozenset({EtatEnvoi.A_ENVOYER, EtatEnvoi.ATTENTE_DMP})

FOR_A_PERSON = frozenset({EtatEnvoi.REFUSE, EtatEnvoi.INCOMPLET})
"""States that only a person leaves."""


class ActionEnvoi(models.TextChoices):
    """What is asked of the DMP."""

    PUBLIER = "publier", _("Publication")
    REMPLACER = "remplacer", _("Remplacement")
    RETIRER = "retirer", _("Retrait")
    VISIBILITE = "visibilite", _("Changement de visibilité")


DEPOTS = frozenset({ActionEnvoi.PUBLIER, ActionEnvoi.REMPLACER})
"""Actions after which the DMP holds the KOS."""
