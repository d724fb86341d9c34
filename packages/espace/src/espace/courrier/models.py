# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from espace.acteurs.models import Operateur
from espace.courrier.states import Etat


class Courrier(models.Model):
    """One mail to one address. Its words are those of the instant it was posted and never change; only its fate does.

    A mail that holds a link good once is ``ephemere``: its words are erased when it is sent, or given up.
    """

    evenement: models.CharField[str, str] = models.CharField(_("événement"), max_length=80)
    objet: models.CharField[str, str] = models.CharField(_("objet"), max_length=300, blank=True)
    operateur: models.ForeignKey[Operateur | None, Operateur | None] = models.ForeignKey(
        Operateur, on_delete=models.PROTECT, related_name="courriers", null=True, verbose_name=_("Opérateur")
    )
    destinataire: models.EmailField[str, str] = models.EmailField(_("destinataire"))
    sujet: models.CharField[str, str] = models.CharField(_("sujet"), max_length=200)
    texte: models.TextField[str, str] = models.TextField(_("texte"))
    html: models.TextField[str, str] = models.TextField(_("HTML"))
    ephemere: models.BooleanField[bool, bool] = models.BooleanField(_("effacé une fois envoyé"), default=False)
    message_id: models.CharField[str, str] = models.CharField(_("Message-ID"), max_length=300, unique=True)
    etat: models.CharField[str, str] = models.CharField(_("état"), max_length=10, choices=Etat, default=Etat.A_ENVOYER)
    essais: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("essais"), default=0)
    prochaine: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("prochain essai"))
    cree_le: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("créé le"))
    envoye_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("envoyé le"), null=True)
    rejete_le: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("rejeté le"), null=True)
    code: models.CharField[str, str] = models.CharField(_("code de la dernière réponse"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("courrier")
        verbose_name_plural = _("courriers")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["prochaine"], name="courrier_a_envoyer", condition=models.Q(etat="a_envoyer")),
            models.Index(fields=["objet", "-id"], name="courrier_objet"),
            models.Index(fields=["etat", "-id"], name="courrier_etat"),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(etat__in=Etat.values), name="courrier_etat_connu"),
            models.CheckConstraint(condition=~models.Q(etat="envoye") | models.Q(envoye_le__isnull=False), name="courrier_envoye_date"),
            models.CheckConstraint(condition=~models.Q(sujet__regex=r"[\r\n]"), name="courrier_sujet_une_ligne"),
        )

    def __str__(self) -> str:
        return f"{self.evenement} {self.objet}".strip()
