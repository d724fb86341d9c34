# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The page that an invitation opens, once."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from confiance.errors import DrimmError
from espace.acteurs.actions import invitations
from espace.web.comptes.adaptateurs import INVITED
from espace.web.comptes.facteur import without_second_factor
from espace.web.comptes.formulaires import MotDePasse
from espace.web.console.requete import sentence


@without_second_factor
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def accepter(request: HttpRequest, lien: str) -> HttpResponse:
    """Let an invited person choose a password, or iSC."""
    try:
        invitation = invitations.pending(lien, timezone.now())
    except invitations.LienPerime as error:
        return render(request, "erreur.html", {"titre": _("Lien périmé"), "texte": sentence(error)}, status=410)
    if request.method == "POST" and "isc" in request.POST and settings.ESPACE.isc is not None:
        request.session[INVITED] = lien
        return redirect("openid_connect_login", provider_id="isc")
    form = MotDePasse(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _accepted(lien, form):
        messages.success(request, _("Votre compte est prêt. Connectez-vous : la page suivante vous donnera un second facteur."))
        return redirect("account_login")
    values = {"form": form, "invitation": invitation, "isc": settings.ESPACE.isc}
    return render(request, "comptes/invitation.html", values, status=400 if form.errors else 200)


def _accepted(lien: str, form: MotDePasse) -> bool:
    try:
        invitations.accept(lien, timezone.now(), password=form.cleaned_data["password"])
    except DrimmError as error:
        form.add_error(None, sentence(error))
        return False
    return True
