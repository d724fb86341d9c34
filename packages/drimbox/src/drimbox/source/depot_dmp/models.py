# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The outbox towards the DMP."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from drimbox.socle.coffre.fields import SealedField, seal, unseal
from drimbox.source.depot_dmp.states import ActionEnvoi, EtatEnvoi


class Envoi(models.Model):
    """One request to the DMP, kept until it is answered and after. Purpose: care, proof of deposit.

    Personal data is in the request alone, sealed (``scelle``). It leaves after the time of the settings (``purged_at``), but for the
    deposit of a pointer in force: withdrawing it, changing who sees it or handing it over needs the request that made it. ``clair`` is
    where earlier versions kept requests: nothing writes there any more.

    ``sequence`` orders the requests of one exam: the next one leaves when the previous is answered. ``message`` is the one that asked for
    it; ``structure`` the one under whose certificates it leaves.
    """

    examen_id: UUID
    kos_id: UUID
    message_id: UUID | None

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    examen: models.ForeignKey[Any, Any] = models.ForeignKey(
        "pointeur.Examen", on_delete=models.PROTECT, related_name="envois", verbose_name=_("examen")
    )
    kos: models.ForeignKey[Any, Any] = models.ForeignKey(
        "pointeur.Kos", on_delete=models.PROTECT, related_name="envois", verbose_name=_("pointeur (KOS)")
    )
    message: models.ForeignKey[Any, Any] = models.ForeignKey(
        "reception.MessageRecu", on_delete=models.PROTECT, null=True, blank=True, related_name="envois", verbose_name=_("message")
    )
    sequence: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("ordre"))
    action: models.CharField[str, str] = models.CharField(
        _("action"), max_length=20, choices=ActionEnvoi.choices, default=ActionEnvoi.PUBLIER
    )
    structure: models.CharField[str, str] = models.CharField(_("structure"), max_length=40, default="", db_default="", blank=True)
    content_type: models.TextField[str, str] = models.TextField(_("type du corps"), default="", blank=True)
    scelle: SealedField = SealedField(_("corps"), null=True, blank=True)
    clair: models.BinaryField[bytes | None, bytes | None] = models.BinaryField(
        _("corps en clair"), null=True, blank=True, editable=False, db_column="body"
    )
    purged_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("corps effacé le"), null=True, blank=True)
    built_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("corps écrit le"), null=True, blank=True)
    state: models.CharField[str, str] = models.CharField(_("état"), max_length=20, choices=EtatEnvoi.choices, default=EtatEnvoi.A_ENVOYER)
    code: models.CharField[str, str] = models.CharField(_("code"), max_length=80, default="", blank=True)
    dmp_codes: models.CharField[str, str] = models.CharField(_("codes du DMP"), max_length=300, default="", blank=True)
    attempts: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("essais"), default=0)
    next_attempt_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("prochain essai"), null=True, blank=True
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("créé le"))
    answered_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("réponse du DMP"), null=True, blank=True)

    class Meta:
        db_table = "depot_dmp_envoi"
        verbose_name = _("envoi au DMP")
        verbose_name_plural = _("envois au DMP")
        ordering: ClassVar = ["examen", "sequence"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["examen", "sequence"], name="depot_dmp_envoi_order")]
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], name="depot_dmp_envoi_next", condition=models.Q(next_attempt_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"envoi {self.id}"

    @property
    def body(self) -> bytes | None:
        """The request as it leaves, or None when it is not written yet, or erased. Sealed when it is set.

        Raises:
            CoffreFerme: the key that sealed it has left the ring.
        """
        if self.scelle:
            return unseal(self, self.scelle)
        return bytes(self.clair) if self.clair is not None else None

    @body.setter
    def body(self, data: bytes | None) -> None:
        self.scelle, self.clair = (seal(self, data) if data else None), None
