# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How the installation of a Commande is built (Introduction à l'Espace de Confiance §2.2)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Architecture(TextChoices):
    """The three cases of the official text. The number of names follows the PACS only; the RIS count for none."""

    SIMPLE = "simple", _("cas simple")
    MUTUALISEE = "mutualisee", _("cas complexe ou mutualisé")
    NATIVE = "native", _("cas natif")
