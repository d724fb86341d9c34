# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Exams known to this Drimbox and the KOS that point at them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from drimbox.socle.coffre.fields import SealedField, seal, unseal
from drimbox.source.pointeur.patient_pacs import PatientPacs
from drimbox.source.pointeur.states import EtatExamen, EtatKos


class Examen(models.Model):
    """One imaging study named by a report. Purpose: care. Holds no trait of the patient: these stay in the message.

    ``visibilite`` are the flags that say from whom it is hidden (MASQUE_PS, INVISIBLE_*), as its messages set them one after the other;
    None for what an earlier version published.
    """

    message_id: UUID

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    study_instance_uid: models.CharField[str, str] = models.CharField(_("StudyInstanceUID"), max_length=64, unique=True)
    message: models.ForeignKey[Any, Any] = models.ForeignKey(
        "reception.MessageRecu", on_delete=models.PROTECT, related_name="examens", verbose_name=_("message")
    )
    compte_rendu: models.CharField[str, str] = models.CharField(_("identifiant du compte rendu"), max_length=200)
    compte_rendu_sha256: models.CharField[str, str] = models.CharField(_("empreinte du compte rendu"), max_length=64)
    accession: models.CharField[str, str] = models.CharField(
        _("numéro de demande"), max_length=64, default="", db_default="", blank=True, db_index=True
    )
    visibilite: models.JSONField[list[str] | None, list[str] | None] = models.JSONField(_("caché à"), null=True, blank=True)
    db: models.CharField[str, str] = models.CharField(_("nom db"), max_length=253, default="", blank=True)
    state: models.CharField[str, str] = models.CharField(_("état"), max_length=20, choices=EtatExamen.choices, default=EtatExamen.A_TRAITER)
    code: models.CharField[str, str] = models.CharField(_("code"), max_length=80, default="", blank=True)
    attempts: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("essais"), default=0)
    next_attempt_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("prochain essai"), null=True, blank=True
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("connu le"))
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("dernier changement"))

    class Meta:
        db_table = "pointeur_examen"
        verbose_name = _("examen")
        verbose_name_plural = _("examens")
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["state", "-created_at"], name="pointeur_examen_state"),
            models.Index(fields=["next_attempt_at"], name="pointeur_examen_next", condition=models.Q(next_attempt_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"examen {self.id}"


class Kos(models.Model):
    """One KOS, kept for ever with its history: the former ones of an exam stay, replaced or withdrawn.

    Purpose: care. The object names the patient: it is sealed (``scelle``), and what serving images does not need of it leaves after the
    time of the settings (``purged_at``). ``patient_scelle`` is the patient of the PACS on that day: images of another one are never
    served. ``clair`` is where earlier versions kept the object: nothing writes there any more.
    """

    examen_id: UUID

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    examen: models.ForeignKey[Any, Any] = models.ForeignKey(Examen, on_delete=models.PROTECT, related_name="kos", verbose_name=_("examen"))
    sop_instance_uid: models.CharField[str, str] = models.CharField(_("SOPInstanceUID"), max_length=64, unique=True)
    series_instance_uid: models.CharField[str, str] = models.CharField(_("SeriesInstanceUID"), max_length=64)
    study_instance_uid: models.CharField[str, str] = models.CharField(_("StudyInstanceUID"), max_length=64, db_index=True)
    db: models.CharField[str, str] = models.CharField(_("nom db"), max_length=253)
    version: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("version"), default=1)
    accession: models.CharField[str, str] = models.CharField(_("numéro de demande"), max_length=64, default="", blank=True)
    modalites: models.CharField[str, str] = models.CharField(_("modalités"), max_length=100, default="", blank=True)
    scelle: SealedField = SealedField(_("objet DICOM"), null=True, blank=True)
    clair: models.BinaryField[bytes | None, bytes | None] = models.BinaryField(
        _("objet DICOM en clair"), null=True, blank=True, editable=False, db_column="contenu"
    )
    patient_scelle: SealedField = SealedField(_("patient dans le PACS"), null=True, blank=True)
    purged_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("traits effacés le"), null=True, blank=True)
    sha256: models.CharField[str, str] = models.CharField(_("empreinte"), max_length=64)
    series_count: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("séries"))
    instances_count: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("instances"))
    state: models.CharField[str, str] = models.CharField(_("état"), max_length=20, choices=EtatKos.choices, default=EtatKos.EN_VIGUEUR)
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("créé le"))
    ended_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("fin de vigueur"), null=True, blank=True)
    remplace: models.OneToOneField[Any, Any] = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="remplacant", verbose_name=_("remplace")
    )

    class Meta:
        db_table = "pointeur_kos"
        verbose_name = _("pointeur (KOS)")
        verbose_name_plural = _("pointeurs (KOS)")
        ordering: ClassVar = ["examen", "version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["examen", "version"], name="pointeur_kos_version"),
            models.UniqueConstraint(fields=["examen"], condition=models.Q(state="en_vigueur"), name="pointeur_kos_one_in_force"),
        ]

    def __str__(self) -> str:
        return f"KOS {self.sop_instance_uid}"

    @property
    def patient(self) -> PatientPacs | None:
        """The patient of the PACS when this KOS was made; None for a KOS that was made elsewhere, or before this was written down.

        Raises:
            CoffreFerme: the key that sealed it has left the ring.
        """
        return PatientPacs.decode(unseal(self, self.patient_scelle)) if self.patient_scelle else None

    @patient.setter
    def patient(self, patient: PatientPacs | None) -> None:
        self.patient_scelle = None if patient is None else seal(self, patient.encode())

    @property
    def contenu(self) -> bytes:
        """The object, a Part 10 file; empty once it was erased. Sealed when it is set.

        Raises:
            CoffreFerme: the key that sealed it has left the ring.
        """
        return unseal(self, self.scelle) if self.scelle else bytes(self.clair or b"")

    @contenu.setter
    def contenu(self, data: bytes) -> None:
        self.scelle, self.clair = (seal(self, data) if data else None), None


class InstanceRejetee(models.Model):
    """One instance that a PACS said to reject (IHE IOCM). Purpose: care. Kept for ever: no later KOS of that PACS may reference it.

    ``pacs`` is empty where an earlier version did not write it down: every PACS is then meant.
    """

    study_instance_uid: models.CharField[str, str] = models.CharField(_("StudyInstanceUID"), max_length=64)
    sop_instance_uid: models.CharField[str, str] = models.CharField(_("SOPInstanceUID"), max_length=64)
    note_uid: models.CharField[str, str] = models.CharField(_("note de rejet"), max_length=64)
    pacs: models.CharField[str, str] = models.CharField(_("PACS"), max_length=100, default="", db_default="", blank=True)
    motif: models.CharField[str, str] = models.CharField(_("motif"), max_length=40)
    received_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("reçu le"))

    class Meta:
        db_table = "pointeur_instance_rejetee"
        verbose_name = _("instance rejetée")
        verbose_name_plural = _("instances rejetées")
        ordering: ClassVar = ["study_instance_uid", "sop_instance_uid"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pacs", "study_instance_uid", "sop_instance_uid"], name="pointeur_instance_rejetee_of")
        ]

    def __str__(self) -> str:
        return f"instance rejetée {self.sop_instance_uid}"
