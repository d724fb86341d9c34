# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from espace.registre.models import CoupleFqdn


class Cible(models.Model):
    """One couple watched from one instant, until another or still. A couple has at most one open target."""

    couple: models.ForeignKey[CoupleFqdn, CoupleFqdn] = models.ForeignKey(
        CoupleFqdn, on_delete=models.PROTECT, related_name="cibles", verbose_name=_("couple")
    )
    depuis: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("depuis"))
    jusqu_a: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("jusqu'à"), null=True, blank=True)

    class Meta:
        verbose_name = _("cible de la Météo")
        verbose_name_plural = _("cibles de la Météo")
        ordering = ("-depuis", "-id")
        constraints = (
            models.UniqueConstraint(fields=["couple"], condition=models.Q(jusqu_a__isnull=True), name="cible_une_ouverte"),
            models.CheckConstraint(
                condition=models.Q(jusqu_a__isnull=True) | models.Q(jusqu_a__gte=models.F("depuis")), name="cible_ordre"
            ),
        )

    def __str__(self) -> str:
        return str(self.couple)
