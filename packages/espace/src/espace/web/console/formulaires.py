# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Forms of the console. They read; the rules of the rooms decide, and their refusals come back as errors of the form."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from espace.acteurs.architectures import Architecture
from espace.instruction.rules import MAX_MOTIF, MAX_REMEDIATION
from espace.registre.certificats.rules import RECOUVREMENT, RECOUVREMENT_MAX
from espace.registre.states import Motif, Statut


class _Jour(forms.DateInput):
    """A day, in the form that browsers send."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Recherche(forms.Form):
    """What is looked for among the couples."""

    q = forms.CharField(
        label=_("Nom, Opérateur, SIRET, site ou SIREN"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    statut = forms.ChoiceField(label=_("Statut"), required=False, choices=[("", _("tous")), *Statut.choices])
    operateur = forms.IntegerField(label=_("Opérateur n°"), required=False, min_value=1, max_value=2**31 - 1)
    architecture = forms.ChoiceField(label=_("Architecture"), required=False, choices=[("", _("toutes")), *Architecture.choices])
    attribue_du = forms.DateField(label=_("Attribués du"), required=False, widget=_Jour)
    attribue_au = forms.DateField(label=_("au"), required=False, widget=_Jour)
    modifie_du = forms.DateField(label=_("Modifiés du"), required=False, widget=_Jour)
    modifie_au = forms.DateField(label=_("au"), required=False, widget=_Jour)


class RechercheCommande(forms.Form):
    """What is looked for among the Commandes."""

    q = forms.CharField(
        label=_("Nom, Opérateur, SIRET, site ou SIREN"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    architecture = forms.ChoiceField(label=_("Architecture"), required=False, choices=[("", _("toutes")), *Architecture.choices])


class RechercheOperateur(forms.Form):
    """What is looked for among the Operateurs."""

    q = forms.CharField(label=_("Dénomination ou SIRET"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"}))


class Restauration(forms.Form):
    """Why values of the past are put back."""

    motif = forms.CharField(
        label=_("Motif"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Conservé dans l'histoire du Registre.")
    )


class Remplacement(forms.Form):
    """DN of the certificate that replaces another, and for how long both are admitted."""

    dn = forms.CharField(
        label=_("DN du nouveau certificat SERV_SSL"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})
    )
    jours = forms.IntegerField(
        label=_("Recouvrement, en jours"),
        min_value=0,
        max_value=RECOUVREMENT_MAX.days,
        initial=RECOUVREMENT.days,
        help_text=_("Les deux certificats sont dans la liste pendant ce temps. 0 : l'ancien est compromis, il en sort aussitôt."),
    )


class Exclusion(forms.Form):
    """Why a Drimbox is excluded."""

    motif = forms.ChoiceField(label=_("Motif"), choices=Motif.choices, widget=forms.RadioSelect)
    expose = forms.CharField(
        label=_("Exposé des motifs"),
        max_length=MAX_MOTIF,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Notifié par écrit à l'Opérateur."),
    )
    remediation_jours = forms.IntegerField(
        label=_("Délai de remédiation, en jours"),
        required=False,
        min_value=1,
        max_value=MAX_REMEDIATION,
        help_text=_("Le temps laissé pour corriger la cause ; vide s'il n'y en a pas."),
    )
