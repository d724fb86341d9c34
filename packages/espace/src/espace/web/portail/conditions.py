# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Conditions of an Operateur, its ZED container, and the password that is read once."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from confiance.errors import DrimmError
from espace.acteurs.models import RoleMembre
from espace.conditions import queries
from espace.conditions.actions import conteneur
from espace.guichet.pieces import ZED
from espace.web.console.requete import tell
from espace.web.portail.formulaires import DemandeConteneur
from espace.web.portail.requete import acteur, membre


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show every condition, met or not, and the container."""
    one = membre(request)
    now = timezone.now()
    values = {
        "operateur": one.operateur,
        "conditions": queries.tableau(one.operateur, now),
        "conteneur": queries.conteneur_of(one.operateur),
        "peut_agir": one.role != RoleMembre.ADMINISTRATEUR_TECHNIQUE,
        "form": DemandeConteneur(),
        "maintenant": now,
    }
    return render(request, "portail/conditions.html", values)


@require_POST
def demander(request: HttpRequest) -> HttpResponse:
    """Ask for a container, or for another one."""
    form = DemandeConteneur(request.POST)
    try:
        motif = form.cleaned_data["motif"] if form.is_valid() else ""
        conteneur.demander(membre(request).operateur, motif, par=acteur(request), now=timezone.now())
    except DrimmError as error:
        tell(request, error)
    else:
        messages.success(request, _("Votre demande est partie. Un courrier vous dira quand le conteneur sera là."))
    return redirect("portail:conditions")


@require_safe
@never_cache
def telecharger(request: HttpRequest) -> HttpResponse:
    """Give the container in force."""
    one = membre(request)
    found = conteneur.open_content(one.operateur) if one.role != RoleMembre.ADMINISTRATEUR_TECHNIQUE else None
    if found is None:
        raise Http404
    row, content = found
    response = HttpResponse(content, content_type=ZED)
    response["Content-Disposition"] = f'attachment; filename="conteneur-{row.pk}.zed"'
    return response


@require_POST
@never_cache
def lire_secret(request: HttpRequest) -> HttpResponse:
    """Show the password, once: it no longer exists when the page arrives."""
    try:
        secret = conteneur.read_secret_once(membre(request).operateur, par=acteur(request), now=timezone.now())
    except DrimmError as error:
        tell(request, error)
        return redirect("portail:conditions")
    return render(request, "portail/secret.html", {"secret": secret})
