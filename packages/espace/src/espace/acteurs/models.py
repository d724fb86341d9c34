# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fields of the Registre National that the Operateur communicates (Introduction à l'Espace de Confiance §2.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext_lazy as _

from espace.acteurs.architectures import Architecture


class Operateur(models.Model):
    """Legal person that deploys and maintains Drimboxes. Its denomination and support contact are published."""

    denomination: models.CharField[str, str] = models.CharField(_("dénomination"), max_length=255)
    siret: models.CharField[str, str] = models.CharField(_("SIRET"), max_length=14, unique=True)
    description: models.TextField[str, str] = models.TextField(_("description"), max_length=2000, blank=True)
    adresse: models.CharField[str, str] = models.CharField(_("adresse"), max_length=500, blank=True)
    contact_projet: models.EmailField[str, str] = models.EmailField(_("contact projet"), blank=True)
    contact_technique: models.EmailField[str, str] = models.EmailField(_("contact technique"), blank=True)
    support_mail: models.EmailField[str, str] = models.EmailField(_("mail générique du support"))
    support_telephone: models.CharField[str, str] = models.CharField(_("téléphone du support"), max_length=30, blank=True)
    cree_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("créé le"))
    modifie_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("modifié le"))

    class Meta:
        verbose_name = _("Opérateur")
        verbose_name_plural = _("Opérateurs")
        constraints = (models.CheckConstraint(condition=models.Q(siret__regex=r"^[0-9]{14}$"), name="operateur_siret_forme"),)

    def __str__(self) -> str:
        return self.denomination


class Client(models.Model):
    """Imaging centre or hospital that orders. Never published anywhere."""

    siren: models.CharField[str, str] = models.CharField(_("SIREN"), max_length=9, unique=True)
    denomination: models.CharField[str, str] = models.CharField(_("dénomination"), max_length=255, blank=True)
    cree_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("créé le"))

    class Meta:
        verbose_name = _("Client")
        verbose_name_plural = _("Clients")
        constraints = (models.CheckConstraint(condition=models.Q(siren__regex=r"^[0-9]{9}$"), name="client_siren_forme"),)

    def __str__(self) -> str:
        return self.siren


class Site(models.Model):
    """Place of one Commande, defined by the SIREN of its Clients; receives one ID_Registre. Never published."""

    libelle: models.CharField[str, str] = models.CharField(_("libellé"), max_length=255)
    clients: models.ManyToManyField[Client, Any] = models.ManyToManyField(Client, verbose_name=_("Clients"), related_name="sites")
    cree_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("créé le"))

    class Meta:
        verbose_name = _("Site")
        verbose_name_plural = _("Sites")

    def __str__(self) -> str:
        return self.libelle


class Commande(models.Model):
    """What Clients asked an Operateur: one Site, N PACS. Its architecture is empty when nobody said it."""

    operateur: models.ForeignKey[Operateur, Operateur] = models.ForeignKey(
        Operateur, on_delete=models.PROTECT, related_name="commandes", verbose_name=_("Opérateur")
    )
    site: models.OneToOneField[Site, Site] = models.OneToOneField(
        Site, on_delete=models.PROTECT, related_name="commande", verbose_name=_("Site")
    )
    nombre_pacs: models.PositiveSmallIntegerField[int, int] = models.PositiveSmallIntegerField(_("nombre de PACS"))
    # the default is the database's own: a version of the Espace that does not know the column goes on writing Commandes
    architecture: models.CharField[str, str] = models.CharField(
        _("architecture"), max_length=20, choices=Architecture, blank=True, db_default=""
    )
    nombre_ris: models.PositiveSmallIntegerField[int | None, int | None] = models.PositiveSmallIntegerField(
        _("nombre de RIS"), null=True, blank=True
    )
    cree_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("créée le"))

    class Meta:
        verbose_name = _("Commande")
        verbose_name_plural = _("Commandes")
        constraints = (models.CheckConstraint(condition=models.Q(nombre_pacs__gte=1), name="commande_un_pacs_au_moins"),)
        indexes = (models.Index(fields=["architecture", "-id"], name="commande_architecture"),)

    def __str__(self) -> str:
        return f"{self.operateur} — {self.site}"


class RoleMembre(models.TextChoices):
    """What a person is for its Operateur (Guide d'intégration §2)."""

    REPRESENTANT_LEGAL = "representant_legal", _("Représentant légal")
    MANDATAIRE = "mandataire", _("Mandataire")
    CONTRIBUTEUR = "contributeur", _("Contributeur")
    ADMINISTRATEUR_TECHNIQUE = "administrateur_technique", _("Administrateur technique")


class Membre(models.Model):
    """One person, one account, one Operateur. An account that has no such row belongs to no Operateur."""

    user: models.OneToOneField[User, User] = models.OneToOneField(
        User, on_delete=models.PROTECT, related_name="membre", verbose_name=_("compte")
    )
    operateur: models.ForeignKey[Operateur, Operateur] = models.ForeignKey(
        Operateur, on_delete=models.PROTECT, related_name="membres", verbose_name=_("Opérateur")
    )
    role: models.CharField[str, str] = models.CharField(_("rôle"), max_length=30, choices=RoleMembre.choices)
    actif: models.BooleanField[bool, bool] = models.BooleanField(_("actif"), default=True)
    cree_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("créé le"))

    class Meta:
        verbose_name = _("membre d'un Opérateur")
        verbose_name_plural = _("membres d'un Opérateur")
        # who holds this permission is an agent of the administrateur; a person of an Operateur never does
        permissions = (("console", _("Entrer dans la console de l'administrateur")),)

    def __str__(self) -> str:
        return f"{self.user.get_username()} — {self.operateur}"


class Invitation(models.Model):
    """A person asked to become a Membre: one link, once, for a while. Of the link only the fingerprint is kept."""

    operateur: models.ForeignKey[Operateur, Operateur] = models.ForeignKey(
        Operateur, on_delete=models.PROTECT, related_name="invitations", verbose_name=_("Opérateur")
    )
    mail: models.EmailField[str, str] = models.EmailField(_("adresse électronique"))
    role: models.CharField[str, str] = models.CharField(_("rôle"), max_length=30, choices=RoleMembre.choices)
    empreinte: models.CharField[str, str] = models.CharField(_("empreinte du lien"), max_length=64, unique=True)
    invite_par: models.CharField[str, str] = models.CharField(_("invité par"), max_length=150)
    cree_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("créée le"))
    expire_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("expire le"))
    acceptee_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("acceptée le"), null=True)
    annulee_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("annulée le"), null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"{self.mail} — {self.operateur}"
