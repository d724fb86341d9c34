# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How a pull of the list may end."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ResultatReleve(models.TextChoices):
    """Whatever the result, the last verified list stays in force until a newer one is verified."""

    NOUVELLE = "nouvelle", _("Nouvelle liste en vigueur")
    INCHANGEE = "inchangee", _("Liste inchangée")
    REFUSEE = "refusee", _("Liste refusée")
    INJOIGNABLE = "injoignable", _("Liste inaccessible")
