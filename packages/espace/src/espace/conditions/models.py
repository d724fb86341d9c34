# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Rows of the conditions. A row is never changed into another truth: it is withdrawn, and a new one is written."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from espace.acteurs.models import Operateur
from espace.coffre.fields import SealedField
from espace.conditions.rules import TEXTES, CodePrerequis, Preuve
from espace.registre.models import CoupleFqdn


class Prerequis(models.Model):
    """One condition that an agent judged met: when, on which proof, until when."""

    operateur: models.ForeignKey[Operateur, Operateur] = models.ForeignKey(
        Operateur, on_delete=models.PROTECT, related_name="prerequis", verbose_name=_("Opérateur")
    )
    condition: models.CharField[str, str] = models.CharField(
        _("condition"), max_length=30, choices=[(code.value, texte.libelle) for code, texte in TEXTES.items()]
    )
    nature: models.CharField[str, str] = models.CharField(
        _("nature de la preuve"),
        max_length=20,
        choices=[(Preuve.PIECE.value, _("pièce demandée")), (Preuve.AUTRE_DOCUMENT.value, _("autre document probant"))],
        default=Preuve.PIECE.value,
    )
    preuve: models.CharField[str, str] = models.CharField(_("preuve"), max_length=500)
    fait_le: models.DateField[date, date] = models.DateField(_("date de la pièce"))
    valable_jusqu_au: models.DateField[date | None, date | None] = models.DateField(_("valable jusqu'au"), null=True, blank=True)
    accepte_par: models.CharField[str, str] = models.CharField(_("accepté par"), max_length=150)
    accepte_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("accepté le"))
    retire_par: models.CharField[str, str] = models.CharField(_("retiré par"), max_length=150, blank=True)
    retire_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("retiré le"), null=True)
    motif_retrait: models.CharField[str, str] = models.CharField(_("motif du retrait"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("prérequis")
        verbose_name_plural = _("prérequis")
        constraints = (
            models.UniqueConstraint(
                fields=("operateur", "condition"), condition=models.Q(retire_le__isnull=True), name="prerequis_un_en_vigueur"
            ),
        )

    def __str__(self) -> str:
        return f"{self.operateur} — {TEXTES[CodePrerequis(self.condition)].libelle}"


class PieceProbante(models.Model):
    """A file that proves one condition: sent by the Operateur it waits for an agent; taken with a :class:`Prerequis` it is its proof."""

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operateur: models.ForeignKey[Operateur, Operateur] = models.ForeignKey(
        Operateur, on_delete=models.PROTECT, related_name="pieces_probantes", verbose_name=_("Opérateur")
    )
    condition: models.CharField[str, str] = models.CharField(
        _("condition"), max_length=30, choices=[(code.value, texte.libelle) for code, texte in TEXTES.items()]
    )
    prerequis: models.ForeignKey[Prerequis | None, Prerequis | None] = models.ForeignKey(
        Prerequis, on_delete=models.PROTECT, related_name="pieces", verbose_name=_("prérequis"), null=True, blank=True
    )
    nom: models.CharField[str, str] = models.CharField(_("nom du fichier"), max_length=120)
    type: models.CharField[str, str] = models.CharField(_("type"), max_length=80)
    taille: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("taille en octets"))
    sha256: models.CharField[str, str] = models.CharField(_("SHA-256"), max_length=64)
    contenu: Any = SealedField(_("contenu"), null=True)
    deposee_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("déposée le"))
    par: models.CharField[str, str] = models.CharField(_("déposée par"), max_length=150)
    ecartee_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("écartée le"), null=True)
    ecartee_par: models.CharField[str, str] = models.CharField(_("écartée par"), max_length=150, blank=True)
    motif: models.CharField[str, str] = models.CharField(_("motif"), max_length=500, blank=True)
    effacee_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("effacée le"), null=True)

    class Meta:
        verbose_name = _("pièce probante")
        verbose_name_plural = _("pièces probantes")
        ordering = ("deposee_le", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("operateur", "condition"),
                condition=models.Q(prerequis__isnull=True, ecartee_le__isnull=True),
                name="piece_probante_une_en_attente",
            ),
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="piece_probante_sha256"),
            models.CheckConstraint(
                condition=models.Q(contenu__isnull=False) | models.Q(effacee_le__isnull=False), name="piece_probante_effacee"
            ),
        )
        indexes = (models.Index(fields=["operateur", "deposee_le"], name="piece_probante_recues"),)

    def __str__(self) -> str:
        return self.nom


class ConteneurZed(models.Model):
    """The encrypted container that the administrateur gives to an Operateur, once; a new one voids the old one (Guide §2.0)."""

    operateur: models.ForeignKey[Operateur, Operateur] = models.ForeignKey(
        Operateur, on_delete=models.PROTECT, related_name="conteneurs", verbose_name=_("Opérateur")
    )
    demande_par: models.CharField[str, str] = models.CharField(_("demandé par"), max_length=150)
    demande_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("demandé le"))
    motif: models.CharField[str, str] = models.CharField(_("motif de la demande"), max_length=500, blank=True)
    contenu: Any = SealedField(_("conteneur scellé"), null=True)
    sha256: models.CharField[str, str] = models.CharField(_("empreinte"), max_length=64, blank=True)
    taille: models.PositiveBigIntegerField[int, int] = models.PositiveBigIntegerField(_("taille"), default=0)
    attribue_par: models.CharField[str, str] = models.CharField(_("attribué par"), max_length=150, blank=True)
    attribue_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("attribué le"), null=True)
    annule_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("annulé le"), null=True)
    annule_par: models.CharField[str, str] = models.CharField(_("annulé par"), max_length=150, blank=True)
    secret: Any = SealedField(_("mot de passe scellé"), null=True)
    secret_expire_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("secret détruit le"), null=True)
    secret_lu_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("secret lu le"), null=True)
    secret_lu_par: models.CharField[str, str] = models.CharField(_("secret lu par"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("conteneur ZED")
        verbose_name_plural = _("conteneurs ZED")
        constraints = (
            models.UniqueConstraint(fields=("operateur",), condition=models.Q(annule_le__isnull=True), name="conteneur_un_en_vigueur"),
        )

    def __str__(self) -> str:
        return f"{self.operateur} — {self.demande_le:%d/%m/%Y}"


class AdministrateurTechnique(models.Model):
    """A person who may order certificates for one couple of FQDN, and for no other: the couple is named, never a pattern."""

    couple: models.ForeignKey[CoupleFqdn, CoupleFqdn] = models.ForeignKey(
        CoupleFqdn, on_delete=models.PROTECT, related_name="administrateurs_techniques", verbose_name=_("couple de FQDN")
    )
    operateur: models.ForeignKey[Operateur, Operateur] = models.ForeignKey(
        Operateur, on_delete=models.PROTECT, related_name="administrateurs_techniques", verbose_name=_("Opérateur")
    )
    nom: models.CharField[str, str] = models.CharField(_("nom"), max_length=120)
    mail: models.EmailField[str, str] = models.EmailField(_("adresse électronique"))
    nomme_par: models.CharField[str, str] = models.CharField(_("nommé par"), max_length=150)
    nomme_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("nommé le"))
    retire_par: models.CharField[str, str] = models.CharField(_("retiré par"), max_length=150, blank=True)
    retire_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("retiré le"), null=True)
    motif_retrait: models.CharField[str, str] = models.CharField(_("motif du retrait"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("administrateur technique")
        verbose_name_plural = _("administrateurs techniques")
        constraints = (
            models.UniqueConstraint(
                fields=("couple", "mail"), condition=models.Q(retire_le__isnull=True), name="administrateur_une_fois_par_couple"
            ),
        )

    def __str__(self) -> str:
        return f"{self.nom} — {self.couple}"
