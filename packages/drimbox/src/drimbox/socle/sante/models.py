# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Last answer of each PACS."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class EchoPacs(models.Model):
    """Last C-ECHO to one PACS, written by ``ouvrier``, read by ``pages``."""

    pacs: models.CharField[str, str] = models.CharField(_("PACS"), max_length=100, primary_key=True)
    checked_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("vérifié le"))
    answers: models.BooleanField[bool, bool] = models.BooleanField(_("répond"))
    code: models.CharField[str, str] = models.CharField(_("code"), max_length=80, default="", blank=True)
    since: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("depuis le"))

    class Meta:
        db_table = "sante_echo_pacs"
        verbose_name = _("réponse d'un PACS")
        verbose_name_plural = _("réponses des PACS")

    def __str__(self) -> str:
        return self.pacs
