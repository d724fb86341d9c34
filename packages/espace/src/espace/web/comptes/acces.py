# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Which account enters which part: agents the console, persons of an Operateur the portail.

It is decided once for every view of a part, by its namespace, so that a new view is closed before anybody thinks of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from espace.acteurs.queries import is_agent, membre_of
from espace.web.erreurs import forbidden

View = Callable[..., HttpResponse]
_DOORS = frozenset({"console:connexion", "portail:connexion"})


class Acces:
    """Middleware that closes the console to who is no agent, and the portail to who is no active Membre.

    In the portail ``request.membre`` is then set; :func:`espace.web.portail.requete.membre` reads it.
    """

    def __init__(self, get_response: View) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass."""
        return self._get_response(request)

    def process_view(self, request: HttpRequest, _view: View, _args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        """Stop who has no business in this part, and an address that names nothing."""
        if any(isinstance(value, str) and "\x00" in value for value in kwargs.values()):
            raise Http404  # PostgreSQL keeps no NUL: nothing has such a name, and asking for it would be a fault of ours
        match = request.resolver_match
        if match is None or match.namespace not in ("console", "portail") or match.view_name in _DOORS:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), resolve_url(f"{match.namespace}:connexion"))
        return _console(request) if match.namespace == "console" else _portail(request)


def _console(request: HttpRequest) -> HttpResponse | None:
    return None if is_agent(request.user) else forbidden(request)


def _portail(request: HttpRequest) -> HttpResponse | None:
    membre = membre_of(request.user)
    if membre is None:
        return redirect("console:accueil") if is_agent(request.user) else forbidden(request)
    request.membre = membre  # type: ignore[attr-defined]  # read by portail.requete
    return None
