# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Demandes, that the pages may insert, and publications, that only the process ``signataire`` may write."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from espace.liste_blanche.states import Avis, Etat, Origine


class Demande(models.Model):
    """Somebody asks for the list to be published. The row never changes."""

    demandee_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("demandée le"))
    auteur: models.CharField[str, str] = models.CharField(_("auteur"), max_length=150)
    origine: models.CharField[str, str] = models.CharField(
        _("origine"), max_length=12, choices=Origine, default=Origine.PERSONNE, db_default="personne"
    )
    retrait_massif: models.BooleanField[bool, bool] = models.BooleanField(_("retrait massif confirmé"), default=False, db_default=False)

    class Meta:
        verbose_name = _("demande de publication")
        verbose_name_plural = _("demandes de publication")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=models.Q(origine__in=[str(value) for value in Origine.values]), name="demande_origine_connue"),
        )

    def __str__(self) -> str:
        return f"demande {self.pk}"


class Publication(models.Model):
    """What came of a demande: a list in force since ``publiee_le``, or a refusal with its code. Finished rows never change."""

    demande: models.OneToOneField[Demande, Demande] = models.OneToOneField(
        Demande, on_delete=models.PROTECT, related_name="publication", verbose_name=_("demande")
    )
    etat: models.CharField[str, str] = models.CharField(_("état"), max_length=10, choices=Etat, default=Etat.DEMANDEE)
    prise_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("prise en charge le"))
    terminee_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("terminée le"), null=True)
    code: models.CharField[str, str] = models.CharField(_("code du refus"), max_length=80, blank=True)
    sequence: models.PositiveIntegerField[int | None, int | None] = models.PositiveIntegerField(_("numéro"), null=True, unique=True)
    date_generation: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("date de génération"), null=True, unique=True
    )
    signing_time: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("heure de signature"), null=True)
    signataire: models.CharField[str, str] = models.CharField(_("signataire"), max_length=1000, blank=True)
    signataire_expire_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("fin de validité du signataire"), null=True
    )
    domaines: models.PositiveIntegerField[int | None, int | None] = models.PositiveIntegerField(_("nombre de domaines"), null=True)
    sha256: models.CharField[str, str] = models.CharField(_("SHA-256"), max_length=64, blank=True)
    contenu: models.BinaryField[bytes | None, bytes | None] = models.BinaryField(_("fichier"), null=True)
    lignes_sha256: models.CharField[str, str] = models.CharField(_("SHA-256 des lignes"), max_length=64, blank=True, db_default="")
    ajouts: models.PositiveIntegerField[int | None, int | None] = models.PositiveIntegerField(_("lignes ajoutées"), null=True)
    retraits: models.PositiveIntegerField[int | None, int | None] = models.PositiveIntegerField(_("lignes retirées"), null=True)
    modifications: models.PositiveIntegerField[int | None, int | None] = models.PositiveIntegerField(_("lignes modifiées"), null=True)

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=models.Q(etat__in=[str(value) for value in Etat.values]), name="publication_etat_connu"),
            models.CheckConstraint(
                condition=~models.Q(etat="publiee")
                | models.Q(
                    sequence__isnull=False,
                    date_generation__isnull=False,
                    signing_time__isnull=False,
                    contenu__isnull=False,
                    terminee_le__isnull=False,
                    sha256__regex="^[0-9a-f]{64}$",
                ),
                name="publication_publiee_complete",
            ),
            models.CheckConstraint(
                condition=models.Q(etat="publiee") | models.Q(sequence__isnull=True, contenu__isnull=True, date_generation__isnull=True),
                name="publication_vide_avant",
            ),
            models.CheckConstraint(condition=~models.Q(etat="refusee") | ~models.Q(code=""), name="publication_refusee_motivee"),
        )

    def __str__(self) -> str:
        return f"publication {self.sequence or self.pk}"


class Approbation(models.Model):
    """What a second person answered to a demande, about exactly these rows. The row never changes."""

    demande: models.OneToOneField[Demande, Demande] = models.OneToOneField(
        Demande, on_delete=models.PROTECT, related_name="approbation", verbose_name=_("demande")
    )
    avis: models.CharField[str, str] = models.CharField(_("avis"), max_length=10, choices=Avis)
    auteur: models.CharField[str, str] = models.CharField(_("auteur"), max_length=150)
    demandeur: models.CharField[str, str] = models.CharField(_("auteur de la demande"), max_length=150)
    lignes_sha256: models.CharField[str, str] = models.CharField(_("SHA-256 des lignes"), max_length=64)
    donnee_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("donnée le"))

    class Meta:
        verbose_name = _("approbation")
        verbose_name_plural = _("approbations")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=models.Q(avis__in=[str(value) for value in Avis.values]), name="approbation_avis_connu"),
            models.CheckConstraint(condition=~models.Q(auteur=models.F("demandeur")), name="approbation_par_un_autre"),
        )

    def __str__(self) -> str:
        return f"{self.avis} sur {self.demande}"
