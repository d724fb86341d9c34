# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Conditions of an Operateur, the files that prove them, its ZED container, and the password that is read once."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from confiance.errors import DrimmError
from espace.conditions import queries
from espace.conditions.actions import conteneur, pieces
from espace.conditions.rules import CodePrerequis
from espace.guichet.pieces import ZED, examine
from espace.web.console.requete import tell
from espace.web.pieces import attachment, preuve_of, read_upload
from espace.web.portail.formulaires import DemandeConteneur, EnvoiPreuve
from espace.web.portail.requete import acteur, deposant, membre, peut_agir


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show every condition, met or not, and the container."""
    one = membre(request)
    now = timezone.now()
    values = {
        "operateur": one.operateur,
        "conditions": queries.tableau(one.operateur, now),
        "conteneur": queries.conteneur_of(one.operateur),
        "peut_agir": peut_agir(request),
        "form": DemandeConteneur(),
        "piece_max": queries.max_bytes(),
        "maintenant": now,
    }
    return render(request, "portail/conditions.html", values)


@require_POST
def deposer(request: HttpRequest) -> HttpResponse:
    """Take a file that proves a condition."""
    form = EnvoiPreuve(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choisissez un fichier."))
        return redirect("portail:conditions")
    condition, sent = CodePrerequis(form.cleaned_data["condition"]), form.cleaned_data["fichier"]
    try:
        fichier = examine(sent.name, read_upload(sent), max_bytes=queries.max_bytes())
        pieces.deposer(membre(request).operateur, condition, fichier, par=deposant(request), now=timezone.now())
    except DrimmError as error:
        tell(request, error)
    else:
        messages.success(request, _("La pièce est reçue et chiffrée. Un agent la lit, puis constate la condition ou vous écrit."))
    return redirect("portail:conditions")


@require_safe
@never_cache
def preuve(request: HttpRequest, preuve_id: uuid.UUID) -> HttpResponse:
    """Give back a file that proves a condition of one's Operateur."""
    deposant(request)
    return preuve_of(membre(request).operateur, preuve_id)


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
    found = conteneur.open_content(membre(request).operateur) if peut_agir(request) else None
    if found is None:
        raise Http404
    row, content = found
    return attachment(content, f"conteneur-{row.pk}.zed", ZED)


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
