# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Commandes: what a Déclaration, once accepted, wrote in the Registre."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from espace.acteurs import queries as acteurs
from espace.acteurs.models import Commande
from espace.registre import queries
from espace.registre.recherche import search_commandes
from espace.registre.revisions.queries import lignes_de_la_commande
from espace.web.console.formulaires import RechercheCommande
from espace.web.console.histoire import histoire_of
from espace.web.console.suite import suite_of


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show the Commandes that the search finds."""
    recherche = RechercheCommande(request.GET)
    recherche.is_valid()
    said = recherche.cleaned_data
    found = search_commandes(said.get("q", ""), said.get("architecture", ""))
    page = suite_of(request, found, "id", descending=True)
    return render(request, "console/commandes.html", {"page": page, "recherche": recherche, "cherche": any(said.values())})


@require_safe
@login_required
def detail(request: HttpRequest, commande_id: int) -> HttpResponse:
    """Show one Commande: to the administrateur only, Clients included."""
    commande = _commande(commande_id)
    histoire = histoire_of(request, lignes_de_la_commande(commande))
    return render(
        request, "console/commande.html", {"commande": commande, "couples": queries.couples_of(commande_id), "histoire": histoire}
    )


def _commande(commande_id: int) -> Commande:
    commande = acteurs.commande(commande_id)
    if commande is None:
        raise Http404
    return commande
