# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A message as it was received."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from drimbox.source.reception.states import EtatMessage


class MessageRecu(models.Model):
    """One HL7 message, kept whole before it is acknowledged. Purpose: care, proof of receipt. Holds personal data in ``body``."""

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    received_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("reçu le"))
    peer: models.GenericIPAddressField[str, str] = models.GenericIPAddressField(_("adresse de l'émetteur"))
    sending_application: models.CharField[str, str] = models.CharField(_("application émettrice"), max_length=227)
    sending_facility: models.CharField[str, str] = models.CharField(_("établissement émetteur"), max_length=227)
    control_id: models.CharField[str, str] = models.CharField(_("identifiant du message"), max_length=199)
    trigger: models.CharField[str, str] = models.CharField(_("événement"), max_length=20)
    sha256: models.CharField[str, str] = models.CharField(_("empreinte"), max_length=64)
    body: models.BinaryField[bytes, bytes] = models.BinaryField(_("message"))
    state: models.CharField[str, str] = models.CharField(_("état"), max_length=20, choices=EtatMessage.choices, default=EtatMessage.RECU)
    code: models.CharField[str, str] = models.CharField(_("code"), max_length=80, default="", blank=True)
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("dernier changement"))

    class Meta:
        db_table = "reception_message"
        verbose_name = _("message reçu")
        verbose_name_plural = _("messages reçus")
        ordering: ClassVar = ["-received_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sending_application", "sending_facility", "control_id", "sha256"], name="reception_message_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "received_at"], name="reception_message_state")]

    def __str__(self) -> str:
        return f"{self.trigger} {self.id}"
