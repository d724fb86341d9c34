# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Etat(TextChoices):
    """Where an Attestation is."""

    DEMANDEE = "demandee", _("en préparation")
    SCELLEE = "scellee", _("délivrée")
    REVOQUEE = "revoquee", _("révoquée")


TRANSITIONS: dict[Etat, tuple[Etat, ...]] = {
    Etat.DEMANDEE: (Etat.SCELLEE, Etat.REVOQUEE),
    Etat.SCELLEE: (Etat.REVOQUEE,),
    Etat.REVOQUEE: (),
}
