# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from espace.guichet.models import Dossier
from espace.registre.models import CoupleFqdn
from espace.registre.states import Motif


class Exclusion(models.Model):
    """An exclusion pronounced by the administrateur, with the words of its written notice. The row never changes."""

    couple: models.ForeignKey[CoupleFqdn, CoupleFqdn] = models.ForeignKey(
        CoupleFqdn, on_delete=models.PROTECT, related_name="exclusions", verbose_name=_("couple")
    )
    motif: models.CharField[str, str] = models.CharField(_("motif"), max_length=20, choices=Motif)
    expose: models.TextField[str, str] = models.TextField(_("exposé des motifs"), max_length=4000)
    remediation_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("fin du délai de remédiation"), null=True, blank=True
    )
    dossier: models.ForeignKey[Dossier | None, Dossier | None] = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="exclusions", verbose_name=_("dossier"), null=True, blank=True
    )
    auteur: models.CharField[str, str] = models.CharField(_("auteur"), max_length=150)
    prononcee_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("prononcée le"))

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        ordering = ("-prononcee_le", "-id")
        constraints = (models.CheckConstraint(condition=~models.Q(expose=""), name="exclusion_motivee"),)

    def __str__(self) -> str:
        return f"{self.couple} : {self.motif}"
