# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Dossiers and what belongs to them. ``etat`` is written by :mod:`espace.instruction.actions` only."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from espace.acteurs.models import Commande, Operateur
from espace.coffre.fields import SealedField
from espace.guichet.natures import Nature, Verdict
from espace.registre.models import CoupleFqdn


class Compteur(models.Model):
    """The last number given to a dossier in one year: numbers follow one another."""

    annee: models.PositiveSmallIntegerField[int, int] = models.PositiveSmallIntegerField(_("année"), primary_key=True)
    dernier: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("dernier numéro"), default=0)

    class Meta:
        verbose_name = _("compteur de dossiers")
        verbose_name_plural = _("compteurs de dossiers")

    def __str__(self) -> str:
        return f"{self.annee} : {self.dernier}"


class Dossier(models.Model):
    """One step asked by an Operateur.

    ``donnees`` is what the form of its parcours wrote; ``version`` grows with every write, and who decides says which one was seen.
    """

    numero: models.CharField[str, str] = models.CharField(_("numéro"), max_length=20, unique=True)
    parcours: models.CharField[str, str] = models.CharField(_("parcours"), max_length=20)
    etat: models.CharField[str, str] = models.CharField(_("état"), max_length=30)
    operateur: models.ForeignKey[Operateur, Operateur] = models.ForeignKey(
        Operateur, on_delete=models.PROTECT, related_name="dossiers", verbose_name=_("Opérateur")
    )
    couple: models.ForeignKey[CoupleFqdn | None, CoupleFqdn | None] = models.ForeignKey(
        CoupleFqdn, on_delete=models.PROTECT, related_name="dossiers", verbose_name=_("couple"), null=True, blank=True
    )
    commande: models.ForeignKey[Commande | None, Commande | None] = models.ForeignKey(
        Commande, on_delete=models.PROTECT, related_name="dossiers", verbose_name=_("Commande"), null=True, blank=True
    )
    parent: models.ForeignKey[Dossier | None, Dossier | None] = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="suites", verbose_name=_("dossier d'origine"), null=True, blank=True
    )
    donnees: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("données"), default=dict, blank=True)
    jeton: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(_("jeton du formulaire"), unique=True, default=uuid.uuid4)
    cree_par: models.CharField[str, str] = models.CharField(_("créé par"), max_length=150)
    agent: models.CharField[str, str] = models.CharField(_("agent"), max_length=150, blank=True)
    cree_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("créé le"))
    modifie_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("modifié le"))
    depose_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("déposé le"), null=True, blank=True)
    echeance: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("échéance"), null=True, blank=True)
    version: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=models.Q(numero__regex=r"^DM-[0-9]{4}-[0-9]{6}$"), name="dossier_numero_forme"),
            models.CheckConstraint(condition=models.Q(parcours__regex=r"^[a-z_]+$"), name="dossier_parcours_forme"),
        )
        indexes = (
            models.Index(fields=["operateur", "-id"], name="dossier_operateur"),
            models.Index(fields=["etat", "echeance"], name="dossier_etat_echeance"),
            models.Index(fields=["parcours", "etat"], name="dossier_parcours_etat"),
        )

    def __str__(self) -> str:
        return self.numero


class Piece(models.Model):
    """One file of a dossier, sealed. Once purged, its name and its SHA-256 stay as the proof of what was received."""

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier: models.ForeignKey[Dossier, Dossier] = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="pieces", verbose_name=_("dossier")
    )
    nature: models.CharField[str, str] = models.CharField(_("nature"), max_length=20, choices=Nature)
    nom: models.CharField[str, str] = models.CharField(_("nom du fichier"), max_length=120)
    type: models.CharField[str, str] = models.CharField(_("type"), max_length=80)
    taille: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("taille en octets"))
    sha256: models.CharField[str, str] = models.CharField(_("SHA-256"), max_length=64)
    contenu: Any = SealedField(_("contenu"), null=True)
    deposee_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("déposée le"))
    par: models.CharField[str, str] = models.CharField(_("déposée par"), max_length=150)
    remplacee_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("remplacée le"), null=True, blank=True)
    purgee_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("purgée le"), null=True, blank=True)

    class Meta:
        verbose_name = _("pièce")
        verbose_name_plural = _("pièces")
        ordering = ("deposee_le", "id")
        constraints = (
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="piece_sha256_forme"),
            models.CheckConstraint(condition=models.Q(contenu__isnull=False) | models.Q(purgee_le__isnull=False), name="piece_vide_purgee"),
        )

    def __str__(self) -> str:
        return self.nom


class Etape(models.Model):
    """One change of state of a dossier. The row never changes."""

    dossier: models.ForeignKey[Dossier, Dossier] = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="etapes", verbose_name=_("dossier")
    )
    from_state: models.CharField[str, str] = models.CharField(_("de"), max_length=30, blank=True)
    to_state: models.CharField[str, str] = models.CharField(_("à"), max_length=30)
    verb: models.CharField[str, str] = models.CharField(_("décision"), max_length=30)
    acteur: models.CharField[str, str] = models.CharField(_("auteur"), max_length=150)
    qui: models.CharField[str, str] = models.CharField(_("qualité"), max_length=10)
    motif: models.TextField[str, str] = models.TextField(_("motif"), blank=True)
    motifs: ArrayField[list[str], list[str]] = ArrayField(
        models.CharField(max_length=30), verbose_name=_("motifs de refus"), default=list, blank=True
    )
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("instant"))

    class Meta:
        verbose_name = _("étape")
        verbose_name_plural = _("étapes")
        ordering = ("id",)
        indexes = (models.Index(fields=["dossier", "id"], name="etape_dossier"),)

    def __str__(self) -> str:
        return f"{self.dossier} : {self.verb}"


class Message(models.Model):
    """A question of an agent or an answer of the Operateur. The row never changes."""

    dossier: models.ForeignKey[Dossier, Dossier] = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="messages", verbose_name=_("dossier")
    )
    auteur: models.CharField[str, str] = models.CharField(_("auteur"), max_length=150)
    qui: models.CharField[str, str] = models.CharField(_("qualité"), max_length=10)
    texte: models.TextField[str, str] = models.TextField(_("texte"), max_length=4000)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("instant"))

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.dossier} : {self.auteur}"


class Verification(models.Model):
    """What the machine found in a dossier before a person looked, kept with the version that was looked at."""

    dossier: models.ForeignKey[Dossier, Dossier] = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="verifications", verbose_name=_("dossier")
    )
    tour: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("version examinée"))
    rang: models.PositiveSmallIntegerField[int, int] = models.PositiveSmallIntegerField(_("rang"))
    code: models.CharField[str, str] = models.CharField(_("code"), max_length=40)
    sujet: models.CharField[str, str] = models.CharField(_("sujet"), max_length=253, blank=True)
    libelle: models.CharField[str, str] = models.CharField(_("libellé"), max_length=200)
    verdict: models.CharField[str, str] = models.CharField(_("verdict"), max_length=20, choices=Verdict)
    detail: models.CharField[str, str] = models.CharField(_("détail"), max_length=500, blank=True)
    interne: models.BooleanField[bool, bool] = models.BooleanField(_("réservée aux agents"), default=False)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("instant"))

    class Meta:
        verbose_name = _("vérification")
        verbose_name_plural = _("vérifications")
        ordering = ("tour", "rang", "id")
        constraints = (models.UniqueConstraint(fields=["dossier", "tour", "rang"], name="verification_unique"),)
        indexes = (models.Index(fields=["verdict"], name="verification_verdict"),)

    def __str__(self) -> str:
        return f"{self.code} : {self.verdict}"


class Rappel(models.Model):
    """A reminder that left, so that it leaves once per due date."""

    dossier: models.ForeignKey[Dossier, Dossier] = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="rappels", verbose_name=_("dossier")
    )
    evenement: models.CharField[str, str] = models.CharField(_("événement"), max_length=60)
    echeance: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("échéance rappelée"))
    envoye_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("envoyé le"))

    class Meta:
        verbose_name = _("rappel")
        verbose_name_plural = _("rappels")
        constraints = (models.UniqueConstraint(fields=["dossier", "evenement", "echeance"], name="rappel_unique"),)

    def __str__(self) -> str:
        return f"{self.dossier} : {self.evenement}"
