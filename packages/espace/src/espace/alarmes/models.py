# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Alarme(models.Model):
    """One trouble. It is open once at most for one code and one object; a closed row never changes."""

    code: models.CharField[str, str] = models.CharField(_("code"), max_length=80)
    objet: models.CharField[str, str] = models.CharField(_("objet"), max_length=300, blank=True)
    message: models.CharField[str, str] = models.CharField(_("message"), max_length=500)
    remede: models.CharField[str, str] = models.CharField(_("remède"), max_length=500, blank=True)
    depuis: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("depuis"))
    vue_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("vue la dernière fois le"))
    occurrences: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("nombre de fois"), default=1)
    fermee_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("fermée le"), null=True)
    fermee_par: models.CharField[str, str] = models.CharField(_("fermée par"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("alarme")
        verbose_name_plural = _("alarmes")
        ordering = ("-depuis", "-id")
        constraints = (
            models.UniqueConstraint(fields=["code", "objet"], condition=models.Q(fermee_le__isnull=True), name="alarme_ouverte_une_fois"),
            models.CheckConstraint(
                condition=models.Q(fermee_le__isnull=True, fermee_par="") | (models.Q(fermee_le__isnull=False) & ~models.Q(fermee_par="")),
                name="alarme_fermee_par_quelqu_un",
            ),
        )
        indexes = (models.Index(fields=["-depuis"], name="alarme_depuis"),)

    def __str__(self) -> str:
        return f"{self.code} {self.objet}".strip()
