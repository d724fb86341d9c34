# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Three tables to which rows are only added, each by another role: what is asked, what is sealed, what is revoked."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from espace.acteurs.models import Operateur
from espace.attestation.states import Etat
from espace.guichet.models import Dossier

_NUMERO = r"^AD-[0-9]{4}-[0-9A-HJKMNP-TV-Z]{8}$"


class Attestation(models.Model):
    """One attestation, asked once its names answer. It holds nothing of a Client."""

    numero: models.CharField[str, str] = models.CharField(_("numéro"), max_length=20, unique=True)
    dossier: models.ForeignKey[Dossier, Dossier] = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="attestations", verbose_name=_("dossier")
    )
    demande: models.CharField[str, str] = models.CharField(_("numéro de la demande"), max_length=20)
    operateur: models.ForeignKey[Operateur, Operateur] = models.ForeignKey(
        Operateur, on_delete=models.PROTECT, related_name="attestations", verbose_name=_("Opérateur")
    )
    noms: ArrayField[list[str], list[str]] = ArrayField(models.CharField(max_length=253), verbose_name=_("noms"))
    demandee_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("demandée le"))

    class Meta:
        verbose_name = _("attestation de délégation")
        verbose_name_plural = _("attestations de délégation")
        ordering = ("-id",)
        constraints = (models.CheckConstraint(condition=models.Q(numero__regex=_NUMERO), name="attestation_numero"),)

    def __str__(self) -> str:
        return self.numero

    @property
    def etat(self) -> Etat:
        """Where it is, from the rows that other roles added."""
        if hasattr(self, "revocation"):
            return Etat.REVOQUEE
        return Etat.SCELLEE if hasattr(self, "scellee") else Etat.DEMANDEE

    @property
    def pades(self) -> bool:
        """Whether its PDF exists and bears its seal."""
        return hasattr(self, "scellee")


class Scellee(models.Model):
    """The PDF that the signataire made of an attestation, sealed and read back. The row never changes."""

    attestation: models.OneToOneField[Attestation, Attestation] = models.OneToOneField(
        Attestation, on_delete=models.PROTECT, primary_key=True, related_name="scellee", verbose_name=_("attestation")
    )
    pdf: models.BinaryField[bytes, bytes] = models.BinaryField(_("PDF"))
    sha256: models.CharField[str, str] = models.CharField(_("SHA-256"), max_length=64, unique=True)
    signataire: models.CharField[str, str] = models.CharField(_("DN du signataire"), max_length=500)
    scellee_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("scellée le"))

    class Meta:
        verbose_name = _("attestation scellée")
        verbose_name_plural = _("attestations scellées")
        constraints = (models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="attestation_sha256"),)

    def __str__(self) -> str:
        return f"{self.attestation} {self.sha256[:12]}"


class Revocation(models.Model):
    """An agent says that an attestation is no longer good. The row never changes."""

    attestation: models.OneToOneField[Attestation, Attestation] = models.OneToOneField(
        Attestation, on_delete=models.PROTECT, primary_key=True, related_name="revocation", verbose_name=_("attestation")
    )
    motif: models.CharField[str, str] = models.CharField(_("motif"), max_length=500)
    auteur: models.CharField[str, str] = models.CharField(_("auteur"), max_length=150)
    revoquee_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("révoquée le"))

    class Meta:
        verbose_name = _("révocation d'attestation")
        verbose_name_plural = _("révocations d'attestations")
        constraints = (models.CheckConstraint(condition=~models.Q(motif=""), name="attestation_revocation_motivee"),)

    def __str__(self) -> str:
        return f"{self.attestation} {self.revoquee_le:%Y-%m-%d}"
