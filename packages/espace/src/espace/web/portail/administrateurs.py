# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Administrateurs techniques of an Operateur, named couple by couple."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from confiance.errors import DrimmError
from espace.conditions import queries
from espace.conditions.actions import administrateurs
from espace.conditions.errors import ConditionInconnue
from espace.web.console.requete import page_of, posted, query_without_page, sentence, tell
from espace.web.portail.formulaires import Nomination
from espace.web.portail.requete import acteur, membre


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Show who is named, and name somebody."""
    one = membre(request)
    form = Nomination(posted(request), initial={"db": request.GET.get("db", "")[:253]})
    if request.method == "POST" and form.is_valid() and _named(request, form):
        messages.success(request, _("La personne est nommée, et prévenue par courrier."))
        return redirect("portail:administrateurs")
    page = page_of(request, queries.administrateurs_of(one.operateur))
    values = {"form": form, "page": page, "suite": query_without_page(request), "peut_nommer": one.role in administrateurs.NAMERS}
    return render(request, "portail/administrateurs.html", values, status=400 if form.errors else 200)


@require_POST
def retirer(request: HttpRequest, administrateur_id: int) -> HttpResponse:
    """End a nomination."""
    try:
        administrateurs.retirer(membre(request).operateur, administrateur_id, par=acteur(request), now=timezone.now())
    except ConditionInconnue:
        raise Http404 from None
    except DrimmError as error:
        tell(request, error)
    else:
        messages.success(request, _("La nomination est retirée, et la personne prévenue par courrier."))
    return redirect("portail:administrateurs")


def _named(request: HttpRequest, form: Nomination) -> bool:
    data = form.cleaned_data
    try:
        administrateurs.nommer(membre(request).operateur, data["db"], data["nom"], data["mail"], par=acteur(request), now=timezone.now())
    except DrimmError as error:
        form.add_error(None, sentence(error))
        return False
    return True
