# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Commandes: declared, then given their couples."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from confiance.errors import DrimmError
from espace.acteurs import queries as acteurs
from espace.acteurs.models import Commande
from espace.acteurs.rules import MAX_PACS
from espace.registre import actions, queries
from espace.web.console.formulaires import Declaration, PacsFormSet
from espace.web.console.requete import auteur, page_of, posted, query_without_page, sentence, tell


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show every Commande."""
    page = page_of(request, acteurs.commandes())
    return render(request, "console/commandes.html", {"page": page, "suite": query_without_page(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def nouvelle(request: HttpRequest) -> HttpResponse:
    """Ask for a declaration, then write it."""
    form = Declaration(posted(request))
    pacs = PacsFormSet(posted(request), initial=[{} for _rang in range(_wanted_pacs(request))], prefix="pacs")
    if request.method == "POST" and form.is_valid() and pacs.is_valid():
        commande = _declare(request, form, pacs)
        if commande is not None:
            messages.success(request, _("La Commande est déclarée. Ses couples de FQDN restent à attribuer."))
            return redirect("console:commande", commande_id=commande.pk)
    refused = request.method == "POST"
    values = {"form": form, "pacs": pacs, "nombre": pacs.total_form_count(), "max_pacs": MAX_PACS}
    return render(request, "console/nouvelle_commande.html", values, status=400 if refused else 200)


@require_safe
@login_required
def detail(request: HttpRequest, commande_id: int) -> HttpResponse:
    """Show one Commande: to the administrateur only, Clients included."""
    commande = _commande(commande_id)
    return render(request, "console/commande.html", {"commande": commande, "couples": queries.couples_of(commande_id)})


@require_POST
@login_required
def attribution(request: HttpRequest, commande_id: int) -> HttpResponse:
    """Give the couples of a Commande."""
    commande = _commande(commande_id)
    try:
        couples = actions.give_couples(commande.pk, zone=settings.ESPACE.zone.name, auteur=auteur(request), now=timezone.now())
    except DrimmError as error:
        tell(request, error)
    else:
        messages.success(request, _("Attribués : %(noms)s.") % {"noms": ", ".join(couple.db for couple in couples)})
    return redirect("console:commande", commande_id=commande_id)


def _declare(request: HttpRequest, form: Declaration, pacs: PacsFormSet) -> Commande | None:  # type: ignore[valid-type]  # made by formset_factory
    zone = settings.ESPACE.zone.name
    hotes = [item.hotes(zone) for item in pacs]  # type: ignore[attr-defined]  # as above
    declaree = form.commande(len(hotes))
    checked = [item for item in hotes if item is not None]
    if declaree is None or len(checked) != len(hotes):
        return None
    try:
        return actions.declare(declaree, checked, auteur=auteur(request), now=timezone.now())
    except DrimmError as error:
        form.add_error(None, sentence(error))
        return None


def _wanted_pacs(request: HttpRequest) -> int:
    text = request.GET.get("pacs", "1")
    return min(max(int(text), 1), MAX_PACS) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _commande(commande_id: int) -> Commande:
    commande = acteurs.commande(commande_id)
    if commande is None:
        raise Http404
    return commande
