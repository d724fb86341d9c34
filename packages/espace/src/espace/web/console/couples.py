# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Couples of FQDN: looked for, shown with their history, integrated and excluded."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from confiance.errors import DrimmError
from espace.journal import queries as journal
from espace.liste_blanche.actions import exclude_and_publish
from espace.registre import actions, queries
from espace.registre.models import CoupleFqdn
from espace.registre.states import Motif, allowed
from espace.web.console.attente import wait_for
from espace.web.console.formulaires import Exclusion, Integration, Recherche
from espace.web.console.requete import auteur, page_of, posted, query_without_page, sentence, tell


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show the couples that the search finds."""
    recherche = Recherche(request.GET)
    words, statut = (recherche.cleaned_data["q"], recherche.cleaned_data["statut"]) if recherche.is_valid() else ("", "")
    page = page_of(request, queries.search_couples(words, statut))
    return render(request, "console/couples.html", {"recherche": recherche, "page": page, "suite": query_without_page(request)})


@require_safe
@login_required
def detail(request: HttpRequest, db: str) -> HttpResponse:
    """Show one couple, its Drimbox and its history."""
    couple = _couple(db)
    commande = couple.pacs.commande
    objets = [f"couple:{couple.db}", f"commande:{commande.pk}", f"operateur:{couple.operateur.pk}"]
    values = {"couple": couple, "commande": commande, "journal": journal.history(objets), "permis": allowed(couple.drimbox.statut)}  # type: ignore[attr-defined]  # reverse name of Drimbox.couple
    return render(request, "console/couple.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def integration(request: HttpRequest, db: str) -> HttpResponse:
    """Ask for the DN, then integrate."""
    couple, form = _couple(db), Integration(posted(request))
    if request.method == "POST" and form.is_valid():
        dn, identifiant = form.cleaned_data["dn"], form.cleaned_data["identifiant"]
        try:
            actions.integrate(couple.db, dn, identifiant=identifiant, auteur=auteur(request), now=timezone.now())
        except DrimmError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("%(db)s est intégrée. Publiez la liste pour que les autres DRIMbox la voient.") % {"db": couple.db})
            return redirect("console:couple", db=couple.db)
    return render(request, "console/integration.html", {"couple": couple, "form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def exclusion(request: HttpRequest, db: str) -> HttpResponse:
    """Ask for the motif and a confirmation, then exclude and publish."""
    couple, form = _couple(db), Exclusion(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            _drimbox, demande = exclude_and_publish(
                couple.db, Motif(form.cleaned_data["motif"]), auteur=auteur(request), now=timezone.now()
            )
        except DrimmError as error:
            tell(request, error)
            return redirect("console:couple", db=couple.db)
        messages.success(request, _("%(db)s est exclue. La publication de la liste sans elle est demandée.") % {"db": couple.db})
        wait_for(demande)
        return redirect("console:publication", demande_id=demande.pk)
    return render(request, "console/exclusion.html", {"couple": couple, "form": form}, status=400 if form.errors else 200)


def _couple(db: str) -> CoupleFqdn:
    couple = queries.couple(db)
    if couple is None:
        raise Http404
    return couple
