# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Contextual calls, logins under way and sessions of professionals. What names a person or opens a door is sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from drimbox.socle.coffre.fields import SealedField


class Appel(models.Model):
    """A contextual call. Purpose: care; kept until ``expires_at``, then purged with everything found from it.

    ``secret_sha256`` is the print of the one-time key of the address given to the RIS; the first browser that shows it takes the call.
    """

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    recu: SealedField = SealedField(_("appel reçu"))
    secret_sha256: models.CharField[str, str] = models.CharField(_("empreinte de la clé d'ouverture"), max_length=64)
    received_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("reçu le"))
    expires_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("expire le"))
    opened_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("ouvert le"), null=True, blank=True)
    taken_by: models.CharField[str, str] = models.CharField(_("professionnel"), max_length=64, default="", blank=True)
    searched_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("DMP interrogé le"), null=True, blank=True)

    class Meta:
        db_table = "appel"
        verbose_name = _("appel contextuel")
        verbose_name_plural = _("appels contextuels")
        ordering: ClassVar = ["-received_at"]
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="appel_expires")]

    def __str__(self) -> str:
        return f"appel {self.id}"


class Connexion(models.Model):
    """A login at Pro Santé Connect under way: state, nonce and verifier, for one browser and once. Purged when it expires."""

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    demande: SealedField = SealedField(_("demande"))
    appel: models.ForeignKey[Any, Any] = models.ForeignKey(
        Appel, on_delete=models.CASCADE, null=True, blank=True, related_name="connexions", verbose_name=_("appel")
    )
    expires_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("expire le"))

    class Meta:
        db_table = "appel_connexion"
        verbose_name = _("connexion en cours")
        verbose_name_plural = _("connexions en cours")

    def __str__(self) -> str:
        return f"connexion {self.id}"


class SessionProfessionnel(models.Model):
    """A professional logged in by Pro Santé Connect. Purpose: care; purged when it ends or expires.

    ``situation`` is the rank of the situation of exercise chosen among those of the professional; -1 until one is chosen.
    """

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    sujet: models.CharField[str, str] = models.CharField(_("identifiant national du professionnel"), max_length=64)
    contenu: SealedField = SealedField(_("session Pro Santé Connect"))
    situation: models.SmallIntegerField[int, int] = models.SmallIntegerField(_("situation d'exercice"), default=-1)
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("ouverte le"))
    expires_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("expire le"))

    class Meta:
        db_table = "appel_session"
        verbose_name = _("session d'un professionnel")
        verbose_name_plural = _("sessions des professionnels")
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="appel_session_expires")]

    def __str__(self) -> str:
        return f"session {self.id}"
