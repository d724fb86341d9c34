# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Evenement(models.Model):
    """One line of the journal. The database refuses UPDATE and DELETE, to the owner of the table too."""

    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("instant"))
    event: models.CharField[str, str] = models.CharField(_("événement"), max_length=80)
    process: models.CharField[str, str] = models.CharField(_("processus"), max_length=40)
    auteur: models.CharField[str, str] = models.CharField(_("auteur"), max_length=150, blank=True)
    objet: models.CharField[str, str] = models.CharField(_("objet"), max_length=300, blank=True)
    trace: models.CharField[str, str] = models.CharField(_("trace"), max_length=32, blank=True)
    code: models.CharField[str, str] = models.CharField(_("code"), max_length=80, blank=True)
    modifies: ArrayField[list[str], list[str]] = ArrayField(
        models.CharField(max_length=80), verbose_name=_("champs modifiés"), default=list, blank=True
    )
    fields: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("précisions"), default=dict, blank=True)

    class Meta:
        db_table = "journal"
        verbose_name = _("ligne du journal")
        verbose_name_plural = _("journal")
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=["objet", "-at"], name="journal_objet"),
            models.Index(fields=["-at"], name="journal_at"),
            models.Index(fields=["trace"], name="journal_trace", condition=~models.Q(trace="")),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.event}"


class Sceau(models.Model):
    """One link of the chain: the fingerprint of one line, and that of the whole journal up to it. The row never changes.

    The seal is apart from the line, so that a line never changes; docs/formats/journal.md gives the bytes that are hashed.
    """

    rang: models.BigIntegerField[int, int] = models.BigIntegerField(_("rang"), primary_key=True)
    evenement: models.OneToOneField[Evenement, Evenement] = models.OneToOneField(
        Evenement, on_delete=models.PROTECT, related_name="sceau", verbose_name=_("ligne du journal")
    )
    empreinte: models.BinaryField[bytes, bytes] = models.BinaryField(_("empreinte de la ligne"), max_length=32)
    chaine: models.BinaryField[bytes, bytes] = models.BinaryField(_("empreinte de la chaîne"), max_length=32)
    scelle_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("scellé le"))

    class Meta:
        db_table = "journal_sceau"
        verbose_name = _("sceau du journal")
        verbose_name_plural = _("sceaux du journal")
        constraints = (models.CheckConstraint(condition=models.Q(rang__gte=1), name="journal_sceau_rang"),)

    def __str__(self) -> str:
        return f"{self.rang}"
