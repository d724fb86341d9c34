# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Forms with which agents record conditions."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from espace.conditions.actions import Constatee
from espace.conditions.actions.conteneur import MAX_PASSWORD
from espace.conditions.models import PieceProbante
from espace.conditions.rules import TEXTES, CodePrerequis, Preuve

_DATE = {"type": "date"}


def _date(label: object, *, required: bool, help_text: object = "") -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs=_DATE)
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget, input_formats=["%Y-%m-%d", "%d/%m/%Y"])  # type: ignore[arg-type]  # a lazy text


class Constat(forms.Form):
    """One condition, judged met on a proof."""

    condition = forms.ChoiceField(
        label=_("Condition"),
        choices=[(code.value, texte.libelle) for code, texte in TEXTES.items() if code is not CodePrerequis.CONTENEUR_ZED],
    )
    nature = forms.ChoiceField(
        label=_("Nature de la preuve"),
        choices=[
            (Preuve.PIECE.value, _("pièce demandée")),
            (Preuve.AUTRE_DOCUMENT.value, _("autre document probant, jugé suffisant (référencement seulement)")),
        ],
    )
    preuve = forms.CharField(
        label=_("Preuve"), max_length=500, help_text=_("Référence ou numéro de la pièce, signataire, où elle est gardée.")
    )
    fait_le = _date(_("Date de la pièce"), required=True)
    valable_jusqu_au = _date(_("Valable jusqu'au"), required=False, help_text=_("Nécessaire pour une attestation de référencement."))
    piece = forms.TypedChoiceField(label=_("Pièce transmise par l'Opérateur, que vous avez lue"), required=False, coerce=uuid.UUID)
    fichier = forms.FileField(
        label=_("Fichier que vous joignez"), required=False, max_length=200, help_text=_("PDF ou .zed ; chiffré dès sa réception.")
    )

    def __init__(self, *args: Any, pieces: Sequence[PieceProbante], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not pieces:
            del self.fields["piece"]
            return
        choices = [(str(one.pk), f"{TEXTES[CodePrerequis(one.condition)].libelle} : {one.nom}") for one in pieces]
        self.fields["piece"].choices = [("", _("aucune")), *choices]  # type: ignore[attr-defined]  # a ChoiceField

    def constatee(self) -> Constatee:
        """Return what was typed."""
        data = self.cleaned_data
        return Constatee(
            CodePrerequis(data["condition"]), data["preuve"], data["fait_le"], Preuve(data["nature"]), data["valable_jusqu_au"]
        )


class DepotConteneur(forms.Form):
    """A container and what opens it."""

    fichier = forms.FileField(label=_("Conteneur (.zed)"), max_length=200)
    secret = forms.CharField(
        label=_("Mot de passe du conteneur"),
        strip=False,
        max_length=MAX_PASSWORD,
        help_text=_("Chiffré aussitôt ; l'Opérateur le lit une seule fois, sous 7 jours. Personne ne le relit ici."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class Annulation(forms.Form):
    """Why something ends."""

    motif = forms.CharField(label=_("Motif"), max_length=500)
