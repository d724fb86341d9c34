# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One line of the journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class Ligne(models.Model):
    """One thing that happened. Purpose: audit and follow-up; no personal data ever gets in (fields are allow-listed)."""

    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("date"))
    event: models.CharField[str, str] = models.CharField(_("événement"), max_length=100)
    process: models.CharField[str, str] = models.CharField(_("processus"), max_length=20)
    trace: models.CharField[str | None, str | None] = models.CharField(_("trace"), max_length=32, null=True)  # noqa: DJ001 - absent is not empty: no trace was given
    code: models.CharField[str | None, str | None] = models.CharField(_("code"), max_length=80, null=True)  # noqa: DJ001 - absent is not empty: nothing failed
    fields: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("champs"), default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        db_table = "journal"
        verbose_name = _("ligne du journal")
        verbose_name_plural = _("journal")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["at"], name="journal_at"),
            models.Index(fields=["trace"], name="journal_trace", condition=models.Q(trace__isnull=False)),
            models.Index(models.F("fields__examen_id"), name="journal_examen"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.event}"
