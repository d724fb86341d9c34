# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Inscribing an Operateur: its row exists before its conditions, its persons and its first request."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from confiance.errors import DrimmError
from espace.acteurs.actions import register_operateur
from espace.acteurs.models import Operateur
from espace.acteurs.rules import OperateurDeclare
from espace.web.console.requete import auteur, posted, sentence


class Inscription(forms.Form):
    """What is known of an Operateur when it comes; the rest comes with its requests."""

    denomination = forms.CharField(
        label=gettext_lazy("Dénomination"), max_length=255, help_text=gettext_lazy("Publiée dans la Liste Blanche.")
    )
    siret = forms.CharField(label=gettext_lazy("SIRET"), max_length=20, help_text=gettext_lazy("14 chiffres."))
    support_mail = forms.EmailField(
        label=gettext_lazy("Adresse générique du support"), help_text=gettext_lazy("Publiée dans la Liste Blanche.")
    )
    support_telephone = forms.CharField(label=gettext_lazy("Téléphone du support"), required=False, max_length=30)
    contact_projet = forms.EmailField(label=gettext_lazy("Contact projet"), required=False)
    contact_technique = forms.EmailField(label=gettext_lazy("Contact technique"), required=False)
    adresse = forms.CharField(label=gettext_lazy("Adresse"), required=False, max_length=500)


@require_http_methods(["GET", "HEAD", "POST"])
def inscrire(request: HttpRequest) -> HttpResponse:
    """Write an Operateur, then go to its conditions; one that is known is shown, never written over."""
    form = Inscription(posted(request))
    if request.method == "POST" and form.is_valid():
        operateur = _inscribed(request, form)
        if operateur is not None:
            return redirect("console:conditions_operateur", operateur_id=operateur.pk)
    return render(request, "console/inscription.html", {"form": form}, status=400 if form.errors else 200)


def _inscribed(request: HttpRequest, form: Inscription) -> Operateur | None:
    try:
        declare = OperateurDeclare(**form.cleaned_data)
    except DrimmError as error:
        form.add_error(None, sentence(error))
        return None
    known = Operateur.objects.filter(siret=declare.siret).first()
    if known is not None:
        messages.info(request, _("%(qui)s est déjà inscrit sous ce SIRET ; rien n'a été changé.") % {"qui": known})
        return known
    made = register_operateur(declare, auteur=auteur(request), now=timezone.now())
    messages.success(request, _("%(qui)s est inscrit. Constatez ses conditions et invitez son représentant légal.") % {"qui": made})
    return made
