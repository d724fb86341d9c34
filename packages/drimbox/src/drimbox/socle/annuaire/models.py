# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The list in force, and the story of its pulls."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from drimbox.socle.annuaire.states import ResultatReleve

ONLY_ROW = 1


class ListeEnVigueur(models.Model):
    """The one row that holds what this DRIMbox last verified. Public data: the list is published.

    ``state`` is the memory of the reader (times and the last good list); it is verified again whenever it is loaded. ``date_generation``
    and ``signing_time`` are the floor of the ratchet: they outlive a ``state`` that no longer verifies.
    """

    id: models.PositiveSmallIntegerField[int, int] = models.PositiveSmallIntegerField(primary_key=True, default=ONLY_ROW, editable=False)
    state: models.BinaryField[bytes, bytes] = models.BinaryField(_("état du lecteur"), default=b"")
    revision: models.PositiveBigIntegerField[int, int] = models.PositiveBigIntegerField(_("révision"), default=0)
    sha256: models.CharField[str, str] = models.CharField(_("empreinte"), max_length=64, default="", blank=True)
    url: models.CharField[str, str] = models.CharField(_("adresse du dernier relevé"), max_length=2000, default="", blank=True)
    etag: models.CharField[str, str] = models.CharField(_("étiquette du dernier relevé"), max_length=200, default="", blank=True)
    changed_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("dernier changement"), null=True, blank=True
    )
    date_generation: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("date de génération de la liste"), null=True, blank=True
    )
    signing_time: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("date de signature de la liste"), null=True, blank=True
    )

    class Meta:
        db_table = "annuaire_liste_en_vigueur"
        verbose_name = _("Liste Blanche en vigueur")
        verbose_name_plural = _("Liste Blanche en vigueur")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=ONLY_ROW), name="annuaire_only_row")]

    def __str__(self) -> str:
        return f"Liste Blanche {self.sha256[:12]}"


class Releve(models.Model):
    """One pull of the list. Purpose: follow-up of the service; kept without personal data."""

    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("date"))
    result: models.CharField[str, str] = models.CharField(_("résultat"), max_length=20, choices=ResultatReleve.choices)
    code: models.CharField[str, str] = models.CharField(_("code"), max_length=80, default="", blank=True)
    trace: models.CharField[str, str] = models.CharField(_("trace"), max_length=32)
    sha256: models.CharField[str, str] = models.CharField(_("empreinte de la liste en vigueur"), max_length=64, default="", blank=True)
    domaines: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("domaines en vigueur"), default=0)

    class Meta:
        db_table = "annuaire_releve"
        verbose_name = _("relevé de la Liste Blanche")
        verbose_name_plural = _("relevés de la Liste Blanche")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["-at"], name="annuaire_releve_at")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.result}"
