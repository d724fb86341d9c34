# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Words of the guichet: what a piece is, what a check found."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Nature(TextChoices):
    """What a piece is."""

    CGI = "cgi", _("Conditions Générales d'Intégration signées")
    DOCUMENT_VA = "document_va", _("document de VA")
    AUTRE = "autre", _("autre pièce")


class Verdict(TextChoices):
    """What a check by machine found."""

    CONFORME = "conforme", _("conforme")
    A_VERIFIER = "a_verifier", _("à vérifier")
    NON_CONFORME = "non_conforme", _("non conforme")
    EN_ATTENTE = "en_attente", _("en attente")
