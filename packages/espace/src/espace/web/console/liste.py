# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Liste Blanche in the console: in force, history, publish."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from espace.journal import queries as journal
from espace.liste_blanche import queries
from espace.liste_blanche.actions import demander_publication
from espace.liste_blanche.refus import explication
from espace.web.console.attente import wait_for
from espace.web.console.requete import auteur, page_of, query_without_page


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show the list in force and every publication."""
    values = {
        "liste": queries.current(),
        "page": page_of(request, queries.history()),
        "suite": query_without_page(request),
    }
    return render(request, "console/liste_blanche.html", values)


@require_safe
@login_required
def detail(request: HttpRequest, demande_id: int) -> HttpResponse:
    """Show one publication: where it is, or why it stopped."""
    demande = queries.demande(demande_id)
    if demande is None:
        raise Http404
    publication = getattr(demande, "publication", None)
    values = {
        "demande": demande,
        "publication": publication,
        "explication": explication(publication.code) if publication and publication.code else None,
        "journal": journal.history([f"publication:{demande_id}"]),
    }
    return render(request, "console/publication.html", values)


@require_POST
@login_required
def publier(request: HttpRequest) -> HttpResponse:
    """Ask for a publication and show what comes of it."""
    demande = demander_publication(auteur=auteur(request), now=timezone.now())
    wait_for(demande)
    return redirect("console:publication", demande_id=demande.pk)
