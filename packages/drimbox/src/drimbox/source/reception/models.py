# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A message as it was received."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from drimbox.socle.coffre.fields import SealedField
from drimbox.source.reception.states import EtatMessage, EtatNote


class MessageRecu(models.Model):
    """One HL7 message, kept whole before it is acknowledged. Purpose: care, proof of receipt.

    Personal data is in ``corps`` alone, sealed, and leaves after the time of the settings (``purged_at``); the row stays, so that the same
    message is recognised for ever. ``body`` is where earlier versions kept it in clear: nothing writes there any more.
    """

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    received_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("reçu le"))
    peer: models.GenericIPAddressField[str, str] = models.GenericIPAddressField(_("adresse de l'émetteur"))
    sending_application: models.CharField[str, str] = models.CharField(_("application émettrice"), max_length=227)
    sending_facility: models.CharField[str, str] = models.CharField(_("établissement émetteur"), max_length=227)
    control_id: models.CharField[str, str] = models.CharField(_("identifiant du message"), max_length=199)
    trigger: models.CharField[str, str] = models.CharField(_("événement"), max_length=20)
    sha256: models.CharField[str, str] = models.CharField(_("empreinte"), max_length=64)
    source: models.CharField[str, str] = models.CharField(_("RIS"), max_length=64, default="", db_default="", blank=True)
    corps: SealedField = SealedField(_("message"), null=True, blank=True)
    body: models.BinaryField[bytes | None, bytes | None] = models.BinaryField(_("message en clair"), null=True, blank=True, editable=False)
    octets: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("taille en octets"), default=0, db_default=0)
    purged_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("contenu effacé le"), null=True, blank=True)
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
        indexes: ClassVar = [
            models.Index(fields=["state", "received_at"], name="reception_message_state"),
            models.Index(fields=["received_at"], name="reception_message_kept", condition=models.Q(purged_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.trigger} {self.id}"


class NoteRejet(models.Model):
    """A rejection note that a PACS sent (IHE RAD, Imaging Object Change Management). Purpose: care. Holds UIDs, no trait of the patient."""

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    received_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("reçue le"))
    pacs: models.CharField[str, str] = models.CharField(_("PACS"), max_length=100)
    sop_instance_uid: models.CharField[str, str] = models.CharField(_("SOPInstanceUID"), max_length=64)
    study_instance_uid: models.CharField[str, str] = models.CharField(_("StudyInstanceUID"), max_length=64)
    motif: models.CharField[str, str] = models.CharField(_("motif"), max_length=20)
    instances: models.JSONField[list[str], list[str]] = models.JSONField(_("instances rejetées"), default=list)
    state: models.CharField[str, str] = models.CharField(_("état"), max_length=20, choices=EtatNote.choices, default=EtatNote.RECUE)
    code: models.CharField[str, str] = models.CharField(_("code"), max_length=80, default="", blank=True)
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("dernier changement"))

    class Meta:
        db_table = "reception_note_rejet"
        verbose_name = _("note de rejet")
        verbose_name_plural = _("notes de rejet")
        ordering: ClassVar = ["-received_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pacs", "sop_instance_uid", "study_instance_uid"], name="reception_note_rejet_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "received_at"], name="reception_note_rejet_state")]

    def __str__(self) -> str:
        return f"note de rejet {self.id}"
