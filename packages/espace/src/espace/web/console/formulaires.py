# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Forms of the console. They read; the rules of the rooms decide, and their refusals come back as errors of the form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from confiance.errors import DrimmError
from espace.acteurs.rules import MAX_PACS, ClientDeclare, CommandeDeclaree, OperateurDeclare
from espace.registre.rules import HotesDeclares
from espace.registre.states import Motif, Statut
from espace.web.console.requete import sentence


class Connexion(AuthenticationForm):
    """Login and password."""

    username = forms.CharField(
        label=_("Identifiant"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Mot de passe"), strip=False, max_length=500, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class Recherche(forms.Form):
    """Words and state looked for among the couples."""

    q = forms.CharField(label=_("Nom, Opérateur, SIRET ou site"), required=False, max_length=200)
    statut = forms.ChoiceField(label=_("Statut"), required=False, choices=[("", _("tous")), *Statut.choices])


class Integration(forms.Form):
    """DN of the SERV_SSL certificate of a Drimbox."""

    dn = forms.CharField(
        label=_("DN du certificat SERV_SSL"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("Par exemple CN=db1.349.mesimagesmedicales.fr,OU=318751275100020,O=Opérateur,ST=Paris (75),C=FR"),
    )
    identifiant = forms.IntegerField(
        label=_("Identifiant interne DRIM-M"), required=False, min_value=1, help_text=_("Laissez vide pour recevoir le numéro suivant.")
    )


class Exclusion(forms.Form):
    """Why a Drimbox is excluded."""

    motif = forms.ChoiceField(label=_("Motif"), choices=Motif.choices, widget=forms.RadioSelect)


class PacsForm(forms.Form):
    """Hosts of one PACS."""

    libelle = forms.CharField(label=_("Libellé du PACS"), required=False, max_length=255)
    hote_db = forms.CharField(label=_("Hôte de la DRIMbox source"), max_length=254, help_text=_("Cible du nom db, hors de la zone."))
    hote_vi = forms.CharField(label=_("Hôte de la visionneuse"), max_length=254, help_text=_("Cible du nom vi, hors de la zone."))

    def hotes(self, zone: str) -> HotesDeclares | None:
        """Return the checked hosts, or None with the errors in the form."""
        try:
            return HotesDeclares(zone=zone, **self.cleaned_data)
        except DrimmError as error:
            self.add_error(None, sentence(error))
            return None


PacsFormSet = forms.formset_factory(PacsForm, extra=0, min_num=1, max_num=MAX_PACS, absolute_max=MAX_PACS, validate_max=True)


class Declaration(forms.Form):
    """A Commande: who operates, for whom, where."""

    denomination = forms.CharField(label=_("Dénomination de l'Opérateur"), max_length=255)
    siret = forms.CharField(label=_("SIRET"), max_length=20, help_text=_("14 chiffres."))
    support_mail = forms.EmailField(label=_("Mail générique du support"), help_text=_("Publié dans la Liste Blanche."))
    support_telephone = forms.CharField(
        label=_("Téléphone du support"), required=False, max_length=30, help_text=_("Publié dans la Liste Blanche.")
    )
    adresse = forms.CharField(label=_("Adresse"), required=False, max_length=500)
    contact_projet = forms.EmailField(label=_("Contact projet"), required=False)
    contact_technique = forms.EmailField(label=_("Contact technique"), required=False)
    site = forms.CharField(label=_("Libellé du site"), max_length=255, help_text=_("Jamais publié."))
    sirens = forms.CharField(
        label=_("SIREN des Clients"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Un par ligne. Jamais publiés."),
    )

    def commande(self, nombre_pacs: int) -> CommandeDeclaree | None:
        """Return the checked Commande, or None with the errors in the form."""
        values: dict[str, Any] = dict(self.cleaned_data)
        site, sirens = values.pop("site"), values.pop("sirens")
        try:
            clients = tuple(ClientDeclare(siren=line) for line in sirens.splitlines() if line.strip())
            return CommandeDeclaree(OperateurDeclare(**values), clients, site, nombre_pacs)
        except DrimmError as error:
            self.add_error(None, sentence(error))
            return None
