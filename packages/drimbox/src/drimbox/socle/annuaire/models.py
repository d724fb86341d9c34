# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The list in force, and the story of its pulls."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from drimbox.socle.annuaire.states import CodeAlarme, ResultatMiroir, ResultatReleve, UsageMiroir

ONLY_ROW = 1


class ListeEnVigueur(models.Model):
    """The one row that holds what this DRIMbox last verified. Public data: the list is published.

    ``state`` is the memory of the reader (times and the last good list); it is verified again whenever it is loaded. ``date_generation``
    and ``signing_time`` are the floor of the ratchet: they outlive a ``state`` that no longer verifies.
    """

    id: models.PositiveSmallIntegerField[int, int] = models.PositiveSmallIntegerField(primary_key=True, default=ONLY_ROW, editable=False)
    state: models.BinaryField[bytes, bytes] = models.BinaryField(_("état du lecteur"), default=b"")
    revision: models.PositiveBigIntegerField[int, int] = models.PositiveBigIntegerField(_("révision"), default=0)
    sha256: models.CharField[str, str] = models.CharField(_("empreinte"), max_length=64, default="", blank=True)
    url: models.CharField[str, str] = models.CharField(_("adresse du dernier relevé"), max_length=2000, default="", blank=True)
    etag: models.CharField[str, str] = models.CharField(_("étiquette du dernier relevé"), max_length=200, default="", blank=True)
    changed_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("dernier changement"), null=True, blank=True
    )
    date_generation: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("date de génération de la liste"), null=True, blank=True
    )
    signing_time: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("date de signature de la liste"), null=True, blank=True
    )

    class Meta:
        db_table = "annuaire_liste_en_vigueur"
        verbose_name = _("Liste Blanche en vigueur")
        verbose_name_plural = _("Liste Blanche en vigueur")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=ONLY_ROW), name="annuaire_only_row")]

    def __str__(self) -> str:
        return f"Liste Blanche {self.sha256[:12]}"


class Releve(models.Model):
    """One pull of the list. Purpose: follow-up of the service; kept without personal data."""

    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("date"))
    result: models.CharField[str, str] = models.CharField(_("résultat"), max_length=20, choices=ResultatReleve.choices)
    code: models.CharField[str, str] = models.CharField(_("code"), max_length=80, default="", blank=True)
    trace: models.CharField[str, str] = models.CharField(_("trace"), max_length=32)
    sha256: models.CharField[str, str] = models.CharField(_("empreinte de la liste en vigueur"), max_length=64, default="", blank=True)
    domaines: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("domaines en vigueur"), default=0)

    class Meta:
        db_table = "annuaire_releve"
        verbose_name = _("relevé de la Liste Blanche")
        verbose_name_plural = _("relevés de la Liste Blanche")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["-at"], name="annuaire_releve_at")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.result}"


class Miroir(models.Model):
    """One address that is asked, and how it answered last. An address has its own tag: tags are worth nothing elsewhere."""

    usage: models.CharField[str, str] = models.CharField(_("usage"), max_length=10, choices=UsageMiroir.choices)
    url: models.CharField[str, str] = models.CharField(_("adresse"), max_length=2000)
    asked_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("demandée le"), null=True, blank=True)
    seen_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("dernière bonne réponse"), null=True, blank=True
    )
    result: models.CharField[str, str] = models.CharField(_("résultat"), max_length=20, choices=ResultatMiroir.choices, blank=True)
    code: models.CharField[str, str] = models.CharField(_("code"), max_length=80, default="", blank=True)
    tete_code: models.CharField[str, str] = models.CharField(_("code de la tête"), max_length=80, default="", blank=True)
    etag: models.CharField[str, str] = models.CharField(_("étiquette"), max_length=200, default="", blank=True)
    sha256: models.CharField[str, str] = models.CharField(_("empreinte de ce qu'elle a donné"), max_length=64, default="", blank=True)

    class Meta:
        db_table = "annuaire_miroir"
        verbose_name = _("adresse relevée")
        verbose_name_plural = _("adresses relevées")
        constraints: ClassVar = [models.UniqueConstraint(fields=["usage", "url"], name="annuaire_miroir_once")]

    def __str__(self) -> str:
        return f"{self.usage} {self.url}"


class ListeRevocation(models.Model):
    """The newest CRL of one authority and scope. Public data; its signature is verified again whenever it is used."""

    authority_spki: models.CharField[str, str] = models.CharField(_("clé de l'autorité"), max_length=64)
    scope: models.CharField[str, str] = models.CharField(_("portée"), max_length=64, default="", blank=True)
    issuer: models.TextField[str, str] = models.TextField(_("autorité"))
    der: models.BinaryField[bytes, bytes] = models.BinaryField(_("contenu"))
    sha256: models.CharField[str, str] = models.CharField(_("empreinte"), max_length=64)
    number: models.CharField[str, str] = models.CharField(_("numéro"), max_length=64, default="", blank=True)
    this_update: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("émise le"))
    next_update: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("suivante attendue le"), null=True, blank=True
    )
    url: models.CharField[str, str] = models.CharField(_("adresse"), max_length=2000)
    received_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("reçue le"))

    class Meta:
        db_table = "annuaire_liste_revocation"
        verbose_name = _("liste de révocation")
        verbose_name_plural = _("listes de révocation")
        constraints: ClassVar = [models.UniqueConstraint(fields=["authority_spki", "scope"], name="annuaire_crl_once")]

    def __str__(self) -> str:
        return f"{self.issuer} {self.this_update:%Y-%m-%d %H:%M}"


class TeteEnVigueur(models.Model):
    """The one row that holds the memory of the reader of heads. Public data, verified again whenever it is loaded.

    A head once seen is never forgotten: the row is only ever replaced by what the reader made of it.
    """

    id: models.PositiveSmallIntegerField[int, int] = models.PositiveSmallIntegerField(primary_key=True, default=ONLY_ROW, editable=False)
    state: models.BinaryField[bytes, bytes] = models.BinaryField(_("état du lecteur de têtes"), default=b"")
    sha256: models.CharField[str, str] = models.CharField(_("empreinte"), max_length=64, default="", blank=True)
    numero: models.PositiveBigIntegerField[int, int] = models.PositiveBigIntegerField(_("numéro"), default=0)
    changed_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("dernier changement"), null=True, blank=True
    )

    class Meta:
        db_table = "annuaire_tete_en_vigueur"
        verbose_name = _("tête en vigueur")
        verbose_name_plural = _("tête en vigueur")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=ONLY_ROW), name="annuaire_only_tete")]

    def __str__(self) -> str:
        return f"Tête {self.numero} {self.sha256[:12]}"


class Alarme(models.Model):
    """What a person must know, open since ``since``; its line in the journal outlives it."""

    code: models.CharField[str, str] = models.CharField(_("code"), max_length=40, primary_key=True, choices=CodeAlarme.choices)
    since: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("depuis le"))
    detail: models.TextField[str, str] = models.TextField(_("détail"), default="", blank=True)
    trace: models.CharField[str, str] = models.CharField(_("trace"), max_length=32)

    class Meta:
        db_table = "annuaire_alarme"
        verbose_name = _("alarme")
        verbose_name_plural = _("alarmes")
        ordering: ClassVar = ["since"]

    def __str__(self) -> str:
        return self.code
