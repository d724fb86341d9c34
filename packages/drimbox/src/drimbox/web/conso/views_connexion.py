# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Login and logout with Pro Santé Connect. No token ever reaches the browser."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from drimbox.conso.appel import actions
from drimbox.socle.identite import RetourInattendu
from drimbox.web.conso import navigateur
from drimbox.web.conso.pages import page


@require_GET
@page
def connexion(request: HttpRequest) -> HttpResponse:
    """Send the browser to Pro Santé Connect."""
    number, url = actions.begin_login(_dossier(request), timezone.now())
    navigateur.remember_connexion(request, number)
    return HttpResponseRedirect(url)


@require_GET
@page
def retour(request: HttpRequest) -> HttpResponse:
    """Take the browser back from Pro Santé Connect."""
    number = navigateur.take_connexion(request)
    if number is None:
        raise RetourInattendu
    session, appel_id = actions.finish_login(number, request.GET.dict(), timezone.now())
    former = navigateur.session_id(request)
    if former is not None:
        actions.close_session(former)  # nobody could reach it any more, and it holds tokens
    navigateur.log_in(request, session.pk)
    return redirect("conso:dossier", appel_id) if appel_id else redirect("conso:accueil")


@require_POST
@page
def deconnexion(request: HttpRequest) -> HttpResponse:
    """End the session here, then offer to end it at Pro Santé Connect.

    That form holds an id_token: it is posted by the person, so that no token enters an address.
    """
    number = navigateur.session_id(request)
    formulaire = actions.close_session(number) if number else None
    navigateur.log_out(request)
    if formulaire is None:
        return redirect("conso:deconnecte")
    parts = urlsplit(formulaire.url)
    allowed = csp_update({"form-action": [SELF, f"{parts.scheme}://{parts.netloc}"]})
    shown = allowed(lambda req: render(req, "conso/deconnexion.html", {"formulaire": formulaire}))(request)
    assert isinstance(shown, HttpResponse)  # what render returns
    return shown


@require_GET
@page
def deconnecte(request: HttpRequest) -> HttpResponse:
    """Say that the session is over."""
    return render(request, "conso/deconnecte.html")


def _dossier(request: HttpRequest) -> UUID | None:
    """Return the call to come back to, if this browser opened it."""
    try:
        appel_id = UUID(request.GET.get("dossier", ""))
    except ValueError:
        return None
    return appel_id if navigateur.has_opened(request, appel_id) else None
