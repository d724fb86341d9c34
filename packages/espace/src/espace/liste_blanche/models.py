# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Demandes, that the pages may insert, and publications, that only the process ``signataire`` may write."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from espace.liste_blanche.states import Etat


class Demande(models.Model):
    """Somebody asks for the list to be published. The row never changes."""

    demandee_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("demandée le"))
    auteur: models.CharField[str, str] = models.CharField(_("auteur"), max_length=150)

    class Meta:
        verbose_name = _("demande de publication")
        verbose_name_plural = _("demandes de publication")
        ordering = ("-id",)

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
