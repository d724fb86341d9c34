# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The zone in the console: name servers, couples that wait, drift, and the CAA of a name. Nothing here writes the DNS: it asks for it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from confiance.errors import DrimmError
from espace.alarmes import queries as alarmes
from espace.web.console.requete import auteur, page_of, query_without_page, sentence
from espace.zone import actions, queries
from espace.zone.caa import constat
from espace.zone.cibles import canonical_host
from espace.zone.resolution import resolveur
from espace.zone.states import Travail

ATTENTES = 20
_ROOM = "zone."
"""How the codes of the alarms of the zone begin."""


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show where the publication stands."""
    zone = settings.ESPACE.zone
    values = {
        "etat": queries.etat_zone(),
        "adaptateur": zone.adaptateur,
        "www": zone.www,
        "compte": [(etat, count) for etat, count in queries.compte().items()],
        "attentes": queries.attentes(ATTENTES),
        "page": page_of(request, queries.ecarts()),
        "suite": query_without_page(request),
        "alarmes": [one for one in alarmes.open_alarms() if one.code.startswith(_ROOM)],
        "en_attente": list(queries.demandes_en_attente()),
        "derniere": queries.derniere_demande(),
        "travaux": Travail,
    }
    return render(request, "console/zone.html", values)


@require_POST
@login_required
def demander(request: HttpRequest) -> HttpResponse:
    """Ask the process ``zone`` to compare or to repair; a form sent twice asks once."""
    travail = request.POST.get("travail", "")
    if travail not in Travail.values:
        messages.error(request, _("Ce travail n'existe pas."))
    else:
        demande = actions.demander(Travail(travail), auteur=auteur(request), now=timezone.now())
        messages.info(request, _("La demande n° %(numero)d est faite au processus zone.") % {"numero": demande.pk})
    return redirect("console:zone")


@require_safe
@login_required
def caa(request: HttpRequest) -> HttpResponse:
    """Show who may issue a certificate for a name, as a CA finds it now."""
    asked = request.GET.get("nom", "").strip()
    values = {"nom": asked, "zone_nom": settings.ESPACE.zone.name}
    if asked:
        try:
            values["constat"] = constat(canonical_host(asked), resolveur(settings.ESPACE.zone.controle))
        except DrimmError as error:
            values["refus"] = sentence(error)
    return render(request, "console/zone_caa.html", values)
