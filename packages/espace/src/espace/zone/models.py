# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the process ``zone`` knows of the DNS: kept by it alone, read by the pages. The truth of the names stays in the Registre."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from espace.registre.models import CoupleFqdn
from espace.zone.states import Etat, Nature, Travail


class PublicationNom(models.Model):
    """What was last written in the DNS for the names of one couple. No row: nothing was written yet."""

    couple: models.OneToOneField[CoupleFqdn, CoupleFqdn] = models.OneToOneField(
        CoupleFqdn, on_delete=models.PROTECT, related_name="publication_nom", verbose_name=_("couple")
    )
    etat: models.CharField[str, str] = models.CharField(_("état"), max_length=20, choices=Etat, default=Etat.A_PUBLIER)
    serial: models.PositiveBigIntegerField[int, int] = models.PositiveBigIntegerField(_("numéro de série"))
    cible_db: models.CharField[str, str] = models.CharField(_("cible écrite du nom db"), max_length=253, blank=True)
    cible_vi: models.CharField[str, str] = models.CharField(_("cible écrite du nom vi"), max_length=253, blank=True)
    www: models.BooleanField[bool, bool] = models.BooleanField(_("nom www.vi écrit"), default=False)
    depuis: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("depuis"))
    detail: models.CharField[str, str] = models.CharField(_("précision"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("publication des noms d'un couple")
        verbose_name_plural = _("publications des noms")
        constraints = (
            models.CheckConstraint(condition=models.Q(etat__in=[str(value) for value in Etat.values]), name="publication_nom_etat_connu"),
        )
        indexes = (models.Index(fields=["etat"], name="publication_nom_etat"),)

    def __str__(self) -> str:
        return f"{self.couple.db} {self.etat}"


class EcartZone(models.Model):
    """One name whose records in the DNS are not those of the Registre, as last compared."""

    nom: models.CharField[str, str] = models.CharField(_("nom"), max_length=253)
    nature: models.CharField[str, str] = models.CharField(_("nature"), max_length=20, choices=Nature)
    attendu: models.CharField[str, str] = models.CharField(_("attendu"), max_length=300, blank=True)
    trouve: models.CharField[str, str] = models.CharField(_("trouvé"), max_length=300, blank=True)
    depuis: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("depuis"))

    class Meta:
        verbose_name = _("écart de la zone")
        verbose_name_plural = _("écarts de la zone")
        ordering = ("nom",)
        constraints = (models.UniqueConstraint(fields=["nom"], name="ecart_zone_un_par_nom"),)

    def __str__(self) -> str:
        return f"{self.nom} {self.nature}"


class EtatZone(models.Model):
    """Where the publication of the zone stands (one row)."""

    adaptateur: models.CharField[str, str] = models.CharField(_("adaptateur"), max_length=20, blank=True)
    serial: models.PositiveBigIntegerField[int, int] = models.PositiveBigIntegerField(_("numéro de série du primaire"), default=0)
    serveurs: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        _("serveurs de noms"), default=list, blank=True
    )
    comparee_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("comparée le"), null=True)
    essayee_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("dernier essai le"), null=True)
    echecs: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("essais manqués de suite"), default=0)
    prochain_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("prochain essai le"), null=True)
    code: models.CharField[str, str] = models.CharField(_("code"), max_length=80, blank=True)
    detail: models.CharField[str, str] = models.CharField(_("précision"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("état de la zone")
        verbose_name_plural = _("état de la zone")
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="etat_zone_une_ligne"),)

    def __str__(self) -> str:
        return f"{self.adaptateur} {self.serial}"


class DemandeZone(models.Model):
    """What a person asks of the process ``zone``; it answers on the row."""

    travail: models.CharField[str, str] = models.CharField(_("travail"), max_length=20, choices=Travail)
    auteur: models.CharField[str, str] = models.CharField(_("auteur"), max_length=150)
    demandee_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("demandée le"))
    faite_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("faite le"), null=True)
    code: models.CharField[str, str] = models.CharField(_("code"), max_length=80, blank=True)
    detail: models.CharField[str, str] = models.CharField(_("résultat"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("demande à la zone")
        verbose_name_plural = _("demandes à la zone")
        ordering = ("-id",)
        indexes = (models.Index(fields=["id"], name="demande_zone_en_attente", condition=models.Q(faite_le__isnull=True)),)

    def __str__(self) -> str:
        return f"{self.travail} n° {self.pk}"
