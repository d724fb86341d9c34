# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Persons of an Operateur: seen by all of them, invited and withdrawn by its représentant légal."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from confiance.errors import DrimmError
from espace.acteurs import queries
from espace.acteurs.actions import invitations
from espace.acteurs.models import RoleMembre
from espace.web.comptes.formulaires import Invite
from espace.web.console.requete import posted, sentence, tell
from espace.web.portail.requete import acteur, membre


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Show the persons of one's Operateur, and invite another."""
    one = membre(request)
    form = Invite(posted(request))
    if request.method == "POST" and form.is_valid() and _invited(request, form):
        messages.success(request, _("L'invitation est partie par courrier. Son lien sert une seule fois, et expire dans trois jours."))
        return redirect("portail:membres")
    values = {
        "form": form,
        "moi": one,
        "membres": queries.membres_of(one.operateur),
        "invitations": queries.invitations_of(one.operateur, timezone.now()),
        "peut_inviter": one.role == RoleMembre.REPRESENTANT_LEGAL,
    }
    return render(request, "portail/membres.html", values, status=400 if form.errors else 200)


@require_POST
def retirer(request: HttpRequest, membre_id: int) -> HttpResponse:
    """Close the account of a person of one's Operateur."""
    found = queries.membres_of(membre(request).operateur).filter(pk=membre_id).first()
    if found is None:
        raise Http404
    try:
        invitations.withdraw_membre(found, par=acteur(request), now=timezone.now())
    except DrimmError as error:
        tell(request, error)
    else:
        messages.success(request, _("Ce compte n'ouvre plus rien."))
    return redirect("portail:membres")


def _invited(request: HttpRequest, form: Invite) -> bool:
    try:
        invitations.inviter(
            membre(request).operateur, form.cleaned_data["mail"], form.cleaned_data["role"], par=acteur(request), now=timezone.now()
        )
    except DrimmError as error:
        form.add_error(None, sentence(error))
        return False
    return True
