# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Forms of the portail. They read; the rules of the rooms decide."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from espace.conditions.rules import SANS_PIECE, CodePrerequis


class DemandeConteneur(forms.Form):
    """A container asked, and why when it replaces one."""

    motif = forms.CharField(
        label=_("Pourquoi en demander un nouveau"),
        max_length=500,
        required=False,
        help_text=_("Nécessaire si un conteneur est en vigueur : perte, ou doute sur son mot de passe. L'ancien ne vaudra plus rien."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class EnvoiPreuve(forms.Form):
    """A file that proves a condition."""

    condition = forms.ChoiceField(choices=[(code.value, code.value) for code in CodePrerequis if code not in SANS_PIECE])
    fichier = forms.FileField(max_length=200)


class Nomination(forms.Form):
    """An administrateur technique to name for one couple."""

    db = forms.CharField(
        label=_("Nom de la DRIMbox"),
        max_length=253,
        help_text=_("Un nom entier, par exemple db1.349.mesimagesmedicales.fr. Chaque nom se nomme à part."),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none"}),
    )
    nom = forms.CharField(label=_("Nom et prénom de la personne"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    mail = forms.EmailField(label=_("Adresse électronique"), max_length=150, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
