# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The six grounds of refusal that the texts list; the list is not limitative, so a text may stand alone."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MotifRefus(TextChoices):
    """Ground of a refusal (Conditions Générales d'Intégration §6)."""

    DOCUMENTS = "documents", _("non-réception des documents")
    REMPLISSAGE = "remplissage", _("non-validation du remplissage des documents par l'Auditeur")
    CONTROLE = "controle", _("non-validation du contrôle des conditions de déploiement et maintien par l'Auditeur")
    REFERENCEMENT = "referencement", _("non-respect de l'obtention du référencement DRIMbox")
    SPECIFICATIONS = "specifications", _("non-respect des spécifications")
    CONDITIONS = "conditions", _("non-respect des Conditions Générales d'Intégration")
