# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pages that move without being asked again: htmx, served by us, in the console and the portail alone.

Each of them does the same without a script; the public pages have none, and their policy allows none.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from csp.constants import SELF
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

View = Callable[..., HttpResponse]
_POLICY = {"script-src": [SELF], "connect-src": [SELF]}
_PARTS = frozenset({"console", "portail"})
_REDIRECTS = range(HTTPStatus.MULTIPLE_CHOICES, HTTPStatus.BAD_REQUEST)


class Mouvement:
    """Middleware of these two parts: their script runs, their pages stay in no browser, a part that lost its session leads to the login.

    A part that is asked again must not be filled with the page of the login: the browser is told to ask the whole page again.
    """

    def __init__(self, get_response: View) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass."""
        response = self._get_response(request)
        match = request.resolver_match
        if match is None or match.namespace not in _PARTS:
            return response
        if "HX-Request" in request.headers and response.status_code in _REDIRECTS:
            response = HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Refresh": "true"})
        response._csp_update = _POLICY  # type: ignore[attr-defined]  # noqa: SLF001 - what the decorators of django-csp, made for views, write
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)  # who presses « Back » after the session sees nothing of it
        return response
