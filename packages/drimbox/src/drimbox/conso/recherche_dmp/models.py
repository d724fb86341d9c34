# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The KOS found in the DMP for one call."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from drimbox.socle.coffre.fields import SealedField


class KosTrouve(models.Model):
    """One KOS of the patient of a call. Purpose: care; purged with its call.

    ``fiche`` and ``contenu`` (the KOS itself) hold the patient's data and are sealed; ``code`` says why ``contenu`` is empty.
    """

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    appel: models.ForeignKey[Any, Any] = models.ForeignKey(
        "appel.Appel", on_delete=models.CASCADE, related_name="kos", verbose_name=_("appel")
    )
    sop_instance_uid: models.CharField[str, str] = models.CharField(_("SOPInstanceUID"), max_length=64)
    fiche: SealedField = SealedField(_("fiche du DMP"))
    contenu: SealedField = SealedField(_("objet DICOM"), default=b"")
    code: models.CharField[str, str] = models.CharField(_("code"), max_length=80, default="", blank=True)
    found_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("trouvé le"))

    class Meta:
        db_table = "recherche_dmp_kos_trouve"
        verbose_name = _("KOS trouvé")
        verbose_name_plural = _("KOS trouvés")
        constraints: ClassVar = [models.UniqueConstraint(fields=["appel", "sop_instance_uid"], name="recherche_dmp_kos_once")]

    def __str__(self) -> str:
        return f"KOS trouvé {self.id}"
