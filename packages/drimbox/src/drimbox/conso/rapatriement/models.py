# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is brought from the sources into the local PACS."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from drimbox.conso.rapatriement.states import EtatRapatriement, EtatSerie


class Rapatriement(models.Model):
    """One KOS to bring. Purpose: care; purged with its call. Holds no trait of the patient."""

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kos: models.OneToOneField[Any, Any] = models.OneToOneField(
        "recherche_dmp.KosTrouve", on_delete=models.CASCADE, related_name="rapatriement", verbose_name=_("KOS")
    )
    session: models.ForeignKey[Any, Any] = models.ForeignKey(
        "appel.SessionProfessionnel", on_delete=models.SET_NULL, null=True, related_name="rapatriements", verbose_name=_("session")
    )
    state: models.CharField[str, str] = models.CharField(
        _("état"), max_length=20, choices=EtatRapatriement.choices, default=EtatRapatriement.DEMANDE
    )
    trace: models.CharField[str, str] = models.CharField(_("trace"), max_length=32)
    asked_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("demandé le"))
    started_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("commencé le"), null=True, blank=True)
    ended_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("fini le"), null=True, blank=True)

    class Meta:
        db_table = "rapatriement"
        verbose_name = _("rapatriement")
        verbose_name_plural = _("rapatriements")
        ordering: ClassVar = ["-asked_at"]

    def __str__(self) -> str:
        return f"rapatriement {self.id}"


class SerieRapatriee(models.Model):
    """One series of a rapatriement, with its counts; ``stored`` moves only when the PACS said so.

    ``code``, ``message`` and ``remede`` say why it failed; they come from the source when ``peer_trace`` is filled.
    """

    rapatriement: models.ForeignKey[Any, Any] = models.ForeignKey(
        Rapatriement, on_delete=models.CASCADE, related_name="series", verbose_name=_("rapatriement")
    )
    position: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("rang"))
    series_instance_uid: models.CharField[str, str] = models.CharField(_("SeriesInstanceUID"), max_length=64)
    db: models.CharField[str, str] = models.CharField(_("nom db"), max_length=253, default="", blank=True)
    state: models.CharField[str, str] = models.CharField(_("état"), max_length=20, choices=EtatSerie.choices, default=EtatSerie.ATTENTE)
    expected: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("instances attendues"))
    received: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("instances reçues"), default=0)
    stored: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("instances rangées"), default=0)
    refused: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("instances refusées"), default=0)
    bytes: models.PositiveBigIntegerField[int, int] = models.PositiveBigIntegerField(_("octets"), default=0)
    http_status: models.PositiveSmallIntegerField[int | None, int | None] = models.PositiveSmallIntegerField(
        _("statut HTTP"), null=True, blank=True
    )
    code: models.CharField[str, str] = models.CharField(_("code"), max_length=80, default="", blank=True)
    message: models.CharField[str, str] = models.CharField(_("motif"), max_length=300, default="", blank=True)
    remede: models.CharField[str, str] = models.CharField(_("remède"), max_length=300, default="", blank=True)
    peer_trace: models.CharField[str, str] = models.CharField(_("trace chez la source"), max_length=64, default="", blank=True)

    class Meta:
        db_table = "rapatriement_serie"
        verbose_name = _("série rapatriée")
        verbose_name_plural = _("séries rapatriées")
        ordering: ClassVar = ["rapatriement", "position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["rapatriement", "series_instance_uid"], name="rapatriement_serie_once")]

    def __str__(self) -> str:
        return f"série {self.position}"

    @property
    def missing(self) -> int:
        """Instances that the KOS names and that the PACS does not keep."""
        return max(0, self.expected - self.stored)
