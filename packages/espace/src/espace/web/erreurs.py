# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pages shown when something is refused or fails: French, without any detail of the fault."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from confiance.exploitation.logs import get_logger

log = get_logger("web")


def _page(request: HttpRequest, status: int, titre: str, texte: str) -> HttpResponse:
    return render(request, "erreur.html", {"titre": titre, "texte": texte, "status": status}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer 400."""
    return _page(request, 400, _("Demande illisible"), _("Cette adresse ou ce formulaire ne peut pas être lu."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer 403."""
    return _page(request, 403, _("Accès refusé"), _("Cette page ne vous est pas ouverte."))


def refused(request: HttpRequest, texte: str, *, status: int = 403) -> HttpResponse:
    """Answer with our own words to a login that ends here."""
    return _page(request, status, _("Accès refusé"), texte)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - its text quotes the Referer
    """Answer 403 to a form that does not come from our pages, or whose session ended."""
    log.warning("web:csrf:refused", method=request.method)
    texte = _("Ce formulaire a expiré ou ne vient pas de cette console. Revenez à la page précédente, rechargez-la et recommencez.")
    return _page(request, 403, _("Formulaire refusé"), texte)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer 404."""
    return _page(request, 404, _("Page introuvable"), _("Cette adresse ne mène à rien."))


def server_error(_request: HttpRequest) -> HttpResponse:
    """Answer 500, from a page that needs neither database nor session: Django has already logged the error."""
    values = {"titre": _("Erreur"), "texte": _("Une erreur est survenue. Elle est notée."), "status": 500}
    return HttpResponse(render_to_string("erreur.html", values), status=500)
