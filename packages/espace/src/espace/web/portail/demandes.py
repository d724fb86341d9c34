# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Requests of an Operateur: all of them, and opening a new one."""

from __future__ import annotations

import uuid

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from confiance.errors import DrimmError
from espace.acteurs.models import Commande, Operateur
from espace.conditions.queries import manquantes
from espace.guichet.queries import dossiers_for
from espace.instruction.actions import ouvrir
from espace.instruction.parcours import PARCOURS
from espace.web.console.requete import page_of, posted, query_without_page, sentence
from espace.web.portail.accueil import demandes_of
from espace.web.portail.requete import acteur, deposant, membre, peut_agir

OPENED = ("declaration", "integration")
"""Parcours that an Operateur opens; a document de VA is awaited by the Espace itself."""


class _Sites(forms.ModelChoiceField):  # type: ignore[type-arg]  # it takes no argument when it runs
    def label_from_instance(self, obj: Commande) -> str:
        return f"{obj.site.libelle} ({obj.site.id_registre})"  # type: ignore[attr-defined]  # reverse name of IdRegistre.site


class Ouverture(forms.Form):
    """What opens a dossier; the token makes the same form, sent twice, one dossier."""

    jeton = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: object, parcours: str, operateur: Operateur, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # what Django gives
        if parcours != "integration":
            return
        known = Commande.objects.filter(operateur=operateur, pacs__couple__isnull=False).select_related("site__id_registre").distinct()
        self.fields["commande"] = _Sites(
            known.order_by("site__libelle", "pk"),
            label=_("Site"),
            empty_label=None,
            help_text=_("Les Sites dont les noms sont attribués."),
        )


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show one's requests, fifty at a time."""
    page = page_of(request, dossiers_for(acteur(request)))
    values = {
        "page": page,
        "demandes": demandes_of(page.object_list, timezone.now()),
        "suite": query_without_page(request),
        "peut_agir": peut_agir(request),
    }
    return render(request, "portail/demandes.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
def nouvelle(request: HttpRequest, parcours: str) -> HttpResponse:
    """Tell what a request needs, then open its draft."""
    if parcours not in OPENED:
        raise Http404
    who, operateur, now = deposant(request), membre(request).operateur, timezone.now()
    form = Ouverture(posted(request), parcours=parcours, operateur=operateur, initial={"jeton": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            dossier = ouvrir(parcours, operateur, who, at=now, commande=data.get("commande"), jeton=data["jeton"])
        except DrimmError as error:
            form.add_error(None, sentence(error))
        else:
            return redirect("portail:saisie", dossier.numero)
    values = {
        "form": form,
        "parcours": parcours,
        "table": PARCOURS[parcours],
        "manquantes": manquantes(operateur, now) if parcours == "declaration" else (),
        "sans_site": parcours == "integration" and not form.fields["commande"].queryset.exists(),  # type: ignore[attr-defined]  # as above
    }
    return render(request, "portail/nouvelle.html", values, status=400 if form.errors else 200)
