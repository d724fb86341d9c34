# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Couples of FQDN: looked for, shown with their history, and excluded."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from confiance.errors import DrimmError
from espace.instruction.actions import exclure
from espace.instruction.queries import exclusions
from espace.liste_blanche import queries as liste
from espace.registre import queries
from espace.registre.models import CoupleFqdn
from espace.registre.revisions.queries import lignes_du_couple
from espace.registre.states import IN_LIST, Motif, allowed
from espace.web.console.attente import wait_for
from espace.web.console.formulaires import Exclusion, Recherche
from espace.web.console.histoire import histoire_of
from espace.web.console.recherche import criteres
from espace.web.console.requete import agent, posted, tell
from espace.web.console.suite import suite_of

_DATES = ("attribue_du", "attribue_au", "modifie_du", "modifie_au", "operateur", "architecture")


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show the couples that the search finds."""
    recherche = Recherche(request.GET)
    found = queries.search_couples(criteres=criteres(recherche)).select_related(None).select_related("operateur", "drimbox")
    page = suite_of(request, found, "tri", "number")  # what a row shows, and no more
    more = any(recherche.cleaned_data.get(name) for name in _DATES)
    values = {
        "recherche": recherche,
        "page": page,
        "filtres": request.GET.urlencode(),
        "dates": [recherche[n] for n in _DATES],
        "plus": more,
    }
    return render(request, "console/couples.html", values)


@require_safe
@login_required
def detail(request: HttpRequest, db: str) -> HttpResponse:
    """Show one couple, its Drimbox and its history."""
    couple = _couple(db)
    commande = couple.pacs.commande
    drimbox = couple.drimbox  # type: ignore[attr-defined]  # reverse name of Drimbox.couple
    values = {
        "couple": couple,
        "commande": commande,
        "permis": allowed(drimbox.statut),
        "certifie": drimbox.statut in IN_LIST,
        "remplaces": drimbox.dn_remplaces.filter(jusqua__gt=timezone.now()),
        "histoire": histoire_of(request, lignes_du_couple(couple)),
    }
    return render(request, "console/couple.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def exclusion(request: HttpRequest, db: str) -> HttpResponse:
    """Ask for the motif, its words and a confirmation, then exclude, tell in writing, and publish."""
    couple, form = _couple(db), Exclusion(posted(request))
    if request.method == "POST" and form.is_valid():
        data, before = form.cleaned_data, liste.last_demande()
        try:
            exclure(
                couple.db,
                Motif(data["motif"]),
                data["expose"],
                agent(request),
                at=timezone.now(),
                remediation_jours=data["remediation_jours"],
            )
        except DrimmError as error:
            tell(request, error)
            return redirect("console:couple", db=couple.db)
        messages.success(request, _("%(db)s est exclue et son Opérateur prévenu. La liste sans elle est demandée.") % {"db": couple.db})
        return _published(couple, before)
    values = {"couple": couple, "form": form, "passees": exclusions(couple)}
    return render(request, "console/exclusion.html", values, status=400 if form.errors else 200)


def _published(couple: CoupleFqdn, before: int) -> HttpResponse:
    demande = liste.demande(liste.last_demande())
    if demande is None or demande.pk <= before:
        return redirect("console:couple", db=couple.db)
    wait_for(demande)
    return redirect("console:publication", demande_id=demande.pk)


def _couple(db: str) -> CoupleFqdn:
    couple = queries.couple(db)
    if couple is None:
        raise Http404
    return couple
