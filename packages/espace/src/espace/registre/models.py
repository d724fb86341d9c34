# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Names and who holds them. A name belongs for ever to one PACS of one Site; only its Operateur may change.

The rights given in the migrations make it true whatever the code does: the columns of a name are never updated, no row is deleted, and
``NomAttribue`` and ``IdRegistre`` refuse UPDATE and DELETE to their owner too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from espace.acteurs.models import Commande, Operateur, Site
from espace.registre.states import Motif, Statut

_LDH = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"


class IdRegistre(models.Model):
    """ID_Registre: the label of one Site in its names, given once."""

    label: models.CharField[str, str] = models.CharField(_("ID_Registre"), max_length=63, primary_key=True)
    site: models.OneToOneField[Site, Site] = models.OneToOneField(
        Site, on_delete=models.PROTECT, related_name="id_registre", verbose_name=_("Site")
    )
    attribue_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("attribué le"))

    class Meta:
        verbose_name = _("ID_Registre")
        verbose_name_plural = _("ID_Registre")
        constraints = (models.CheckConstraint(condition=models.Q(label__regex=_LDH), name="id_registre_ldh"),)

    def __str__(self) -> str:
        return self.label


class Pacs(models.Model):
    """One PACS of a Commande, and the hosts of the Operateur that serve its two names."""

    commande: models.ForeignKey[Commande, Commande] = models.ForeignKey(
        Commande, on_delete=models.PROTECT, related_name="pacs", verbose_name=_("Commande")
    )
    rang: models.PositiveSmallIntegerField[int, int] = models.PositiveSmallIntegerField(_("rang"))
    libelle: models.CharField[str, str] = models.CharField(_("libellé"), max_length=255, blank=True)
    hote_db: models.CharField[str, str] = models.CharField(_("hôte de la DRIMbox"), max_length=253)
    hote_vi: models.CharField[str, str] = models.CharField(_("hôte de la visionneuse"), max_length=253)

    class Meta:
        verbose_name = _("PACS")
        verbose_name_plural = _("PACS")
        constraints = (models.UniqueConstraint(fields=["commande", "rang"], name="pacs_rang_unique"),)

    def __str__(self) -> str:
        return self.libelle or f"PACS {self.rang}"


class CoupleFqdn(models.Model):
    """The two names given for ever to one PACS."""

    id_registre: models.ForeignKey[IdRegistre, IdRegistre] = models.ForeignKey(
        IdRegistre, on_delete=models.PROTECT, related_name="couples", verbose_name=_("ID_Registre"), db_column="id_registre"
    )
    number: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("numéro"))
    db: models.CharField[str, str] = models.CharField(_("nom de la DRIMbox"), max_length=253, unique=True)
    vi: models.CharField[str, str] = models.CharField(_("nom de la visionneuse"), max_length=253, unique=True)
    pacs: models.OneToOneField[Pacs, Pacs] = models.OneToOneField(
        Pacs, on_delete=models.PROTECT, related_name="couple", verbose_name=_("PACS")
    )
    operateur: models.ForeignKey[Operateur, Operateur] = models.ForeignKey(
        Operateur, on_delete=models.PROTECT, related_name="couples", verbose_name=_("Opérateur")
    )
    tri: models.CharField[str, str] = models.CharField(max_length=80, editable=False)
    recherche: models.TextField[str, str] = models.TextField(editable=False)
    mots = models.GeneratedField(
        expression=models.Func(models.F("recherche"), function="registre_mots", output_field=SearchVectorField()),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    """What a word of a search may begin: computed by the database, so that it never disagrees with ``recherche``."""
    attribue_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("attribué le"))
    modifie_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("modifié le"))

    class Meta:
        verbose_name = _("couple de FQDN")
        verbose_name_plural = _("couples de FQDN")
        ordering = ("tri", "number")
        constraints = (
            models.UniqueConstraint(fields=["id_registre", "number"], name="couple_unique"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="couple_numero_des_1"),
        )
        indexes = (
            models.Index(fields=["tri", "number"], name="couple_tri"),
            models.Index(fields=["operateur", "tri", "number"], name="couple_operateur_tri"),
            models.Index(fields=["attribue_le"], name="couple_attribue_le"),
            GinIndex(fields=["mots"], name="couple_mots"),
        )

    def __str__(self) -> str:
        return self.db


class NomAttribue(models.Model):
    """A name that was given once. The row never changes and never leaves: a name is never given again."""

    fqdn: models.CharField[str, str] = models.CharField(_("nom"), max_length=253, primary_key=True)
    couple: models.ForeignKey[CoupleFqdn, CoupleFqdn] = models.ForeignKey(
        CoupleFqdn, on_delete=models.PROTECT, related_name="noms", verbose_name=_("couple")
    )
    attribue_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("attribué le"))

    class Meta:
        verbose_name = _("nom attribué")
        verbose_name_plural = _("noms attribués")

    def __str__(self) -> str:
        return self.fqdn


class Drimbox(models.Model):
    """One registered instance behind a couple. What the Liste Blanche says of it comes from here."""

    couple: models.OneToOneField[CoupleFqdn, CoupleFqdn] = models.OneToOneField(
        CoupleFqdn, on_delete=models.PROTECT, related_name="drimbox", verbose_name=_("couple")
    )
    identifiant: models.PositiveIntegerField[int | None, int | None] = models.PositiveIntegerField(
        _("identifiant DRIM-M"), null=True, blank=True
    )
    dn_serv_ssl: models.CharField[str, str] = models.CharField(_("DN du certificat SERV_SSL"), max_length=1000, blank=True)
    statut: models.CharField[str, str] = models.CharField(_("statut"), max_length=20, choices=Statut, default=Statut.DECLAREE)
    motif: models.CharField[str, str] = models.CharField(_("motif d'exclusion"), max_length=20, choices=Motif, blank=True)
    cree_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("créée le"))
    modifie_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("modifiée le"))

    class Meta:
        verbose_name = _("DRIMbox")
        verbose_name_plural = _("DRIMbox")
        constraints = (
            models.CheckConstraint(condition=models.Q(statut__in=[str(value) for value in Statut.values]), name="drimbox_statut_connu"),
            models.CheckConstraint(
                condition=models.Q(statut__in=["declaree", "retiree"]) | (~models.Q(dn_serv_ssl="") & models.Q(identifiant__gte=1)),
                name="drimbox_integree_complete",
            ),
            models.CheckConstraint(condition=~models.Q(statut="exclue") | ~models.Q(motif=""), name="drimbox_exclue_motivee"),
        )
        indexes = (
            models.Index(fields=["statut"], name="drimbox_statut"),
            models.Index(fields=["modifie_le"], name="drimbox_modifie_le"),
        )

    def __str__(self) -> str:
        return self.couple.db


class DnRemplace(models.Model):
    """A DN that a newer SERV_SSL certificate replaces: until ``jusqua`` the list names the Drimbox under both, then the row is memory."""

    drimbox: models.ForeignKey[Drimbox, Drimbox] = models.ForeignKey(
        Drimbox, on_delete=models.PROTECT, related_name="dn_remplaces", verbose_name=_("DRIMbox")
    )
    dn: models.CharField[str, str] = models.CharField(_("DN du certificat SERV_SSL remplacé"), max_length=1000)
    remplace_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("remplacé le"))
    jusqua: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("admis jusqu'au"))

    class Meta:
        verbose_name = _("DN remplacé")
        verbose_name_plural = _("DN remplacés")
        constraints = (
            models.CheckConstraint(condition=models.Q(jusqua__gte=models.F("remplace_le")), name="dn_remplace_fenetre"),
            models.CheckConstraint(condition=~models.Q(dn=""), name="dn_remplace_dn"),
        )
        indexes = (models.Index(fields=["jusqua"], name="dn_remplace_jusqua"),)

    def __str__(self) -> str:
        return self.dn


class Revision(models.Model):
    """What one transaction changed in one row of the Registre. Written by the database alone; it never changes and never leaves.

    Attributes:
        relation: table of the row.
        ligne: its number.
        nature: ``reprise`` (the row as it was when its history began), ``ajout``, ``modification`` or ``suppression``.
        champs: columns that changed.
        avant: their values before; of the whole row for a ``suppression``.
        apres: their values after; of the whole row for a ``reprise`` and an ``ajout``.
        auteur: login given to the journal in the same transaction, else the PostgreSQL role that wrote.
        evenement: number of the last line of the journal of the same transaction.
        operation: number of the transaction, shared by all that it changed.
    """

    relation: models.CharField[str, str] = models.CharField(_("table"), max_length=63)
    ligne: models.BigIntegerField[int, int] = models.BigIntegerField(_("ligne"))
    nature: models.CharField[str, str] = models.CharField(_("nature"), max_length=12)
    champs: ArrayField[list[str], list[str]] = ArrayField(models.CharField(max_length=63), verbose_name=_("champs modifiés"))
    avant: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("avant"), default=dict)
    apres: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("après"), default=dict)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("instant"))
    auteur: models.CharField[str, str] = models.CharField(_("auteur"), max_length=150)
    process: models.CharField[str, str] = models.CharField(_("processus"), max_length=64)
    motif: models.TextField[str, str] = models.TextField(_("motif"), blank=True)
    evenement: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(_("ligne du journal"), null=True)
    operation: models.BigIntegerField[int, int] = models.BigIntegerField(_("transaction"))

    class Meta:
        verbose_name = _("révision")
        verbose_name_plural = _("révisions")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["relation", "ligne", "-id"], name="revision_ligne"),
            models.Index(fields=["operation"], name="revision_operation"),
        )

    def __str__(self) -> str:
        return f"{self.relation} {self.ligne} {self.at:%Y-%m-%d %H:%M:%S}"


class SerieZone(models.Model):
    """The serial number of the zone (one row): it grows with every change of a name, in the same transaction."""

    serial: models.PositiveBigIntegerField[int, int] = models.PositiveBigIntegerField(_("numéro de série"))
    modifie_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("modifié le"))

    class Meta:
        verbose_name = _("numéro de série de la zone")
        verbose_name_plural = _("numéro de série de la zone")
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="serie_zone_une_ligne"),)

    def __str__(self) -> str:
        return str(self.serial)
