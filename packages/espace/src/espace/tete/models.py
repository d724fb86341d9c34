# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Journal des listes (a Merkle log, RFC 6962) and the heads. Rows of the log and signatures are added; none changes and none leaves."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

_SHA256 = "^[0-9a-f]{64}$"


class Feuille(models.Model):
    """One leaf of the log: one list published. Its rank in the log counts from 0."""

    rang: models.PositiveBigIntegerField[int, int] = models.PositiveBigIntegerField(_("rang"), primary_key=True)
    sequence: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("numéro de la liste"), unique=True)
    donnees: models.BinaryField[bytes, bytes] = models.BinaryField(_("données de la feuille"))

    class Meta:
        verbose_name = _("feuille du journal des listes")
        verbose_name_plural = _("feuilles du journal des listes")
        ordering = ("rang",)

    def __str__(self) -> str:
        return f"feuille {self.rang}"


class Noeud(models.Model):
    """One complete node of the tree: level 0 holds the hashes of the leaves."""

    niveau: models.PositiveSmallIntegerField[int, int] = models.PositiveSmallIntegerField(_("niveau"))
    rang: models.PositiveBigIntegerField[int, int] = models.PositiveBigIntegerField(_("rang"))
    empreinte: models.BinaryField[bytes, bytes] = models.BinaryField(_("empreinte"), max_length=32)

    class Meta:
        verbose_name = _("nœud du journal des listes")
        verbose_name_plural = _("nœuds du journal des listes")
        ordering = ("niveau", "rang")
        constraints = (models.UniqueConstraint(fields=["niveau", "rang"], name="noeud_unique"),)

    def __str__(self) -> str:
        return f"nœud {self.niveau}.{self.rang}"


class Tete(models.Model):
    """One head: made, then signed by enough keys and published. A published row never changes."""

    numero: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("numéro"), unique=True)
    sequence: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("numéro de la liste"))
    taille: models.PositiveBigIntegerField[int, int] = models.PositiveBigIntegerField(_("taille du journal des listes"))
    charge: models.BinaryField[bytes, bytes] = models.BinaryField(_("contenu signé"))
    sha256: models.CharField[str, str] = models.CharField(_("SHA-256 du contenu signé"), max_length=64, unique=True)
    remplace: models.CharField[str, str] = models.CharField(_("jeu de clés remplacé"), max_length=64, blank=True)
    this_update: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("établie le"))
    next_update: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("la suivante est attendue avant"))
    publiee_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("publiée le"), null=True)
    fichier: models.BinaryField[bytes | None, bytes | None] = models.BinaryField(_("fichier"), null=True)

    class Meta:
        verbose_name = _("tête")
        verbose_name_plural = _("têtes")
        ordering = ("-numero",)
        constraints = (
            models.CheckConstraint(condition=models.Q(numero__gte=1, sequence__gte=1, taille__gte=1), name="tete_nombres"),
            models.CheckConstraint(condition=models.Q(sha256__regex=_SHA256), name="tete_sha256"),
            models.CheckConstraint(
                condition=models.Q(publiee_le__isnull=True, fichier__isnull=True)
                | models.Q(publiee_le__isnull=False, fichier__isnull=False),
                name="tete_publiee_complete",
            ),
        )

    def __str__(self) -> str:
        return f"tête {self.numero}"


class SignatureTete(models.Model):
    """One signature of a head by one key. It is checked before it counts."""

    tete: models.ForeignKey[Tete, Tete] = models.ForeignKey(
        Tete, on_delete=models.PROTECT, related_name="signatures", verbose_name=_("tête")
    )
    cle: models.CharField[str, str] = models.CharField(_("clé"), max_length=80)
    protegee: models.CharField[str, str] = models.CharField(_("en-tête protégé"), max_length=400)
    valeur: models.BinaryField[bytes, bytes] = models.BinaryField(_("signature"), max_length=64)
    faite_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("reçue le"))
    auteur: models.CharField[str, str] = models.CharField(_("auteur"), max_length=150)

    class Meta:
        verbose_name = _("signature de tête")
        verbose_name_plural = _("signatures de tête")
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["tete", "cle", "valeur"], name="signature_tete_unique"),)

    def __str__(self) -> str:
        return f"{self.cle} sur {self.tete}"
